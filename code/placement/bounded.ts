/**
 * Consistent hashing with bounded loads: nobody takes more than 1 + e
 * times the mean; what does not fit goes to the next node clockwise
 * (Mirrokni, Thorup and Zadimoghaddam, SODA 2018).
 */
import type { NodeId } from "../kernel/node.ts";
import { hash32 } from "./hash.ts";
import { indexOf, type Ring } from "./ring.ts";

// #region bounded
export type Loads = Readonly<Record<NodeId, number>>;

/** How many of `keys` one of `nodes` may hold: (1 + e) times the mean. */
export function capacityOf(
  keys: number,
  nodes: number,
  epsilon: number,
): number {
  return Math.ceil(((1 + epsilon) * keys) / nodes);
}

/** The first node clockwise that has room, or null if none has. */
export function boundedOwner(
  ring: Ring,
  loads: Loads,
  capacity: number,
  key: string,
): NodeId | null {
  const start = indexOf(ring, hash32(key));
  for (let step = 0; step < ring.length; step++) {
    const node = ring[(start + step) % ring.length]?.node ?? "";
    if ((loads[node] ?? 0) < capacity) return node;
  }
  return null;
}
// #endregion bounded

// #region assign
/** Place keys one after the other; each finds what the others left. */
export function assignBounded(
  ring: Ring,
  keys: readonly string[],
  capacity: number,
): ReadonlyMap<string, NodeId> {
  const loads: Record<NodeId, number> = {};
  const placed = new Map<string, NodeId>();
  for (const key of keys) {
    const node = boundedOwner(ring, loads, capacity, key);
    if (node === null) continue;
    loads[node] = (loads[node] ?? 0) + 1;
    placed.set(key, node);
  }
  return placed;
}
// #endregion assign
