/**
 * Tags order the writes of a register: a count, and the name of the node
 * that made the write, to tell apart two with the same count.
 *
 * Attiya, Bar-Noy and Dolev, "Sharing Memory Robustly in Message-Passing
 * Systems", JACM 42(1), 1995, for one writer; Lynch and Shvartsman,
 * "Robust Emulation of Shared Memory Using Dynamic Quorum-Acknowledged
 * Broadcasts", FTCS 1997, for many.
 */
import type { Json, NodeId } from "../kernel/node.ts";

// #region tagged
export type Tag = { readonly count: number; readonly node: NodeId };

/** What a replica holds of one register. */
export type Tagged = { readonly tag: Tag; readonly value: Json };

/** Before the first write. */
export const initial: Tagged = {
  tag: { count: 0, node: "" },
  value: null,
};
// #endregion tagged

// #region order
/** The higher count; where counts are equal, the later name. */
export function isNewer(one: Tag, other: Tag): boolean {
  if (one.count !== other.count) return one.count > other.count;
  return one.node > other.node;
}

/** The newest of what some replicas hold. */
export function newest(held: readonly Tagged[]): Tagged {
  return held.reduce(
    (best, one) => (isNewer(one.tag, best.tag) ? one : best),
    initial,
  );
}

/** A tag newer than this one, which nobody but `node` can give. */
export function tagAfter({ count }: Tag, node: NodeId): Tag {
  return { count: count + 1, node };
}
// #endregion order

// #region quorum
/** More than half: any two such sets have a replica in common. */
export function isQuorum(answered: number, replicas: number): boolean {
  return answered > replicas / 2;
}

/** Does a majority hold just this, so that no later read can miss it? */
export function isSettled(
  found: Tagged,
  held: readonly Tagged[],
  replicas: number,
): boolean {
  const same = held.filter(({ tag }) => !isNewer(found.tag, tag));
  return isQuorum(same.length, replicas);
}
// #endregion quorum
