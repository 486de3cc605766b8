/**
 * Many more partitions than nodes, fixed forever: a key's partition is a
 * hash, a partition's node is an entry in a map. Rebalancing moves whole
 * partitions and never re-hashes a key (Kafka, Redis Cluster, Riak).
 */
import type { NodeId } from "../kernel/node.ts";
import { hash32 } from "../placement/hash.ts";

// #region fixed
/** For each partition, the node that has it. */
export type Assignment = readonly NodeId[];

export function fixedPartition(
  key: string,
  partitions: number,
): number {
  return hash32(key) % partitions;
}

/** Partitions dealt to the nodes in turn. */
export function deal(
  partitions: number,
  nodes: readonly NodeId[],
): Assignment {
  return Array.from(
    { length: partitions },
    (_, at) => nodes[at % nodes.length] ?? "",
  );
}
// #endregion fixed

// #region rebalance
/**
 * Even counts with the fewest moves: nodes that are gone lose all, the
 * fullest lose what is above the mean, the emptiest get it.
 */
export function rebalance(
  assignment: Assignment,
  nodes: readonly NodeId[],
): Assignment {
  const floor = Math.floor(assignment.length / nodes.length);
  const counts = new Map(nodes.map((node) => [node, 0]));
  let atCeiling = assignment.length % nodes.length;
  const kept = assignment.map((node) => {
    const count = counts.get(node);
    if (count === undefined || count > floor) return null;
    if (count === floor && atCeiling === 0) return null;
    if (count === floor) atCeiling -= 1;
    counts.set(node, count + 1);
    return node;
  });
  return kept.map((node) => {
    if (node !== null) return node;
    const emptiest = emptiestOf(counts);
    counts.set(emptiest, (counts.get(emptiest) ?? 0) + 1);
    return emptiest;
  });
}
// #endregion rebalance

/** Of those that have as few, the first in the list of nodes. */
function emptiestOf(counts: ReadonlyMap<NodeId, number>): NodeId {
  const [first] = [...counts].toSorted(([, m], [, n]) => m - n);
  return first?.[0] ?? "";
}
