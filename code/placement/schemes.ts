/** All placements of this folder behind one face, to compare them. */
import type { NodeId } from "../kernel/node.ts";
import { assignBounded, capacityOf } from "./bounded.ts";
import { hash32 } from "./hash.ts";
import { jump } from "./jump.ts";
import { maglevOwner, maglevTable } from "./maglev.ts";
import { moduloOwner } from "./modulo.ts";
import { rendezvousOwner } from "./rendezvous.ts";
import { ringOf, ringOwner } from "./ring.ts";

// #region schemes
export type Scheme = {
  readonly name: string;
  /** The owner of each key, in the order of the keys. */
  place(
    nodes: readonly NodeId[],
    keys: readonly string[],
  ): readonly NodeId[];
};

export const maglevSize = 65_537;

export const schemes: readonly Scheme[] = [
  each("modulo", (nodes) => (key) => moduloOwner(nodes, key)),
  ringScheme("ring, 1 point", 1),
  ringScheme("ring, 100 points", 100),
  {
    name: "ring, at most 1.1",
    place(nodes, keys) {
      const ring = ringOf(members(nodes), 100);
      const capacity = capacityOf(keys.length, nodes.length, 0.1);
      const placed = assignBounded(ring, keys, capacity);
      return keys.map((key) => placed.get(key) ?? "");
    },
  },
  each(
    "rendezvous",
    (nodes) => (key) => rendezvousOwner(members(nodes), key),
  ),
  each(
    "jump",
    (nodes) => (key) => nodes[jump(wide(key), nodes.length)] ?? "",
  ),
  each("Maglev", (nodes) => {
    const table = maglevTable(nodes, maglevSize);
    return (key) => maglevOwner(nodes, table, key);
  }),
];
// #endregion schemes

function ringScheme(name: string, points: number): Scheme {
  return each(name, (nodes) => {
    const ring = ringOf(members(nodes), points);
    return (key) => ringOwner(ring, key);
  });
}

/** A scheme that looks at one key at a time. */
function each(
  name: string,
  prepare: (nodes: readonly NodeId[]) => (key: string) => NodeId,
): Scheme {
  return { name, place: (nodes, keys) => keys.map(prepare(nodes)) };
}

function members(nodes: readonly NodeId[]) {
  return nodes.map((id) => ({ id }));
}

/** 64 bits of a key, from two hashes of 32. */
export function wide(key: string): bigint {
  return (BigInt(hash32(key)) << 32n) | BigInt(hash32(key, 1));
}
