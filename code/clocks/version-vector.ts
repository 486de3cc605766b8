/**
 * Version vectors: what a replica has seen of the updates of one item.
 * The vector is compared and joined like a vector clock, but it counts
 * updates of the item alone: a merge is no event and adds nothing.
 *
 * Parker et al., "Detection of Mutual Inconsistency in Distributed
 * Systems", IEEE TSE 9(3), 1983; Baquero, "Version Vectors are not
 * Vector Clocks", 2011.
 */
import type { NodeId } from "../kernel/node.ts";
import { covers, join, type VectorClock } from "./vector.ts";

export type VersionVector = VectorClock;

// #region store
/** One item on one replica: its siblings under one version vector. */
export type Item = {
  readonly seen: VersionVector;
  readonly values: readonly string[];
};

/** A client's write, with the vector it got from its last read. */
export function put(
  item: Item,
  self: NodeId,
  context: VersionVector,
  value: string,
): Item {
  const count = (item.seen[self] ?? 0) + 1;
  const seen = { ...join(item.seen, context), [self]: count };
  const overwrites = covers(context, item.seen);
  return {
    seen,
    values: overwrites ? [value] : [...item.values, value],
  };
}

/** Anti-entropy: join two replicas' states. Nothing is counted. */
export function merge(a: Item, b: Item): Item {
  if (covers(a.seen, b.seen)) return a;
  if (covers(b.seen, a.seen)) return b;
  const values = [...new Set([...a.values, ...b.values])].sort(byText);
  return { seen: join(a.seen, b.seen), values };
}
// #endregion store

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
