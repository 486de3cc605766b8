/** What a placement is judged by: how even it is, and what a change moves. */
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

// #region needless
/** What part of the keys moved although their node is still there. */
export function needlessPart(
  before: readonly NodeId[],
  after: readonly NodeId[],
  gone: NodeId,
): number {
  const needless = before.filter(
    (node, at) => node !== gone && node !== after[at],
  );
  return needless.length / before.length;
}

/** In how many places a key is looked for, over all views: the spread. */
export function copiesOver(
  views: readonly (readonly NodeId[])[],
): number {
  const keys = views[0]?.length ?? 0;
  const places = Array.from(
    { length: keys },
    (_, at) => new Set(views.map((owners) => owners[at])).size,
  );
  return places.reduce((sum, n) => sum + n, 0) / keys;
}
// #endregion needless
