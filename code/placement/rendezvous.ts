/**
 * Rendezvous hashing, or highest random weight: each node draws a score
 * for the key, the highest has it (Thaler and Ravishankar, IEEE/ACM ToN
 * 1998). No circle, no memory; a look-up asks every node.
 */
import type { NodeId } from "../kernel/node.ts";
import { hash32 } from "./hash.ts";
import type { Member } from "./ring.ts";

// #region rendezvous
/** All nodes, the best for this key first: replicas take the head. */
export function rendezvousRank(
  members: readonly Member[],
  key: string,
): readonly NodeId[] {
  return members
    .map(({ id, weight = 1 }) => ({
      id,
      score: score(id, weight, key),
    }))
    .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

export function rendezvousOwner(
  members: readonly Member[],
  key: string,
): NodeId {
  return rendezvousRank(members, key)[0] ?? "";
}
// #endregion rendezvous

// #region score
/**
 * With u drawn evenly from (0, 1), -w / ln u is highest for a node in
 * proportion to its weight w; equal weights rank by u alone.
 */
function score(id: NodeId, weight: number, key: string): number {
  const u = (hash32(key, hash32(id)) + 1) / (2 ** 32 + 1);
  return -weight / Math.log(u);
}
// #endregion score
