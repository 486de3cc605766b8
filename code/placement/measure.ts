/** What a placement is judged by: how even it is, and what a change moves. */
// unprinted: for the chapter on placement
import type { NodeId } from "../kernel/node.ts";

// #region balance
export type Balance = {
  /** Keys of the fullest node, in units of the mean. */
  readonly largest: number;
  /** Standard deviation of the nodes' loads, in units of the mean. */
  readonly deviation: number;
};

/** @param nodes all of them, those without a key too */
export function balanceOf(
  owners: readonly NodeId[],
  nodes: readonly NodeId[],
): Balance {
  const loads = new Map(nodes.map((node) => [node, 0]));
  for (const node of owners)
    loads.set(node, (loads.get(node) ?? 0) + 1);
  const mean = owners.length / nodes.length;
  const squares = [...loads.values()].map((n) => (n / mean - 1) ** 2);
  const variance = squares.reduce((sum, s) => sum + s, 0) / loads.size;
  return {
    largest: Math.max(...loads.values()) / mean,
    deviation: Math.sqrt(variance),
  };
}
// #endregion balance

// #region moved
/** What part of the keys another node has than before. */
export function movedPart(
  before: readonly NodeId[],
  after: readonly NodeId[],
): number {
  const moved = before.filter((node, at) => node !== after[at]);
  return moved.length / before.length;
}
// #endregion moved
