/**
 * The contrast: a fixed number of slots, and a map from slot to node that
 * is data, not a function of who is there. As in Redis Cluster: CRC16 of
 * the key (or of what stands in braces) modulo 16384.
 */
import type { NodeId } from "../kernel/node.ts";

// #region slot
export const slotCount = 16_384;

/** Keys with equal text in braces share a slot, and so a node. */
export function slotOf(key: string): number {
  const open = key.indexOf("{");
  const close = open < 0 ? -1 : key.indexOf("}", open + 1);
  // Empty braces are no tag: the whole key counts.
  const hasTag = close > open + 1;
  return crc16(hasTag ? key.slice(open + 1, close) : key) % slotCount;
}

/** CRC-16/XMODEM: polynomial 0x1021, from 0, highest bit first. */
export function crc16(text: string): number {
  let crc = 0;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++)
      crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    crc &= 0xffff;
  }
  return crc;
}
// #endregion slot

// #region slot-map
export type SlotMap = readonly NodeId[];

/** Every node an equal run of slots. */
export function evenSlots(nodes: readonly NodeId[]): SlotMap {
  return Array.from(
    { length: slotCount },
    (_, slot) =>
      nodes[Math.floor((slot * nodes.length) / slotCount)] ?? "",
  );
}

/**
 * A newcomer takes slots from the fullest nodes until it has its mean;
 * nothing else moves. A real cluster moves a slot's keys one by one.
 */
export function giveSlotsTo(map: SlotMap, newcomer: NodeId): SlotMap {
  const next = [...map];
  const counts = new Map<NodeId, number>();
  for (const node of map) counts.set(node, (counts.get(node) ?? 0) + 1);
  const mean = Math.floor(map.length / (counts.size + 1));
  for (let given = 0; given < mean; given++) {
    const [fullest = ""] = [...counts].toSorted(
      ([a, m], [b, n]) => n - m || (a < b ? -1 : 1),
    )[0] ?? [""];
    next[next.lastIndexOf(fullest)] = newcomer;
    counts.set(fullest, (counts.get(fullest) ?? 0) - 1);
  }
  return next;
}
// #endregion slot-map
