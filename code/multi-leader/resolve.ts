/**
 * What becomes of two writes that did not know of each other. Each is a
 * function from the siblings of an item to those that stay.
 */

// #region resolve
/** A written value, with what the resolutions need to know of it. */
export type Written = {
  readonly value: string;
  /** By the clock of the server that took the write. */
  readonly atMs: number;
  readonly server: string;
};

export type Resolve = (
  siblings: readonly Written[],
) => readonly Written[];

/** Keep them all: the next reader decides. */
export const keepSiblings: Resolve = (siblings) => siblings;

/** Last write wins: the latest clock, then the greater name. */
export const lastWriteWins: Resolve = (siblings) =>
  siblings.toSorted(byTime).slice(-1);

/** Values are lists of words, and the union keeps every word. */
export const union: Resolve = (siblings) => {
  const [last] = siblings.toSorted(byTime).slice(-1);
  if (last === undefined) return [];
  const all = siblings.flatMap(({ value }) => value.split(" "));
  const words = [...new Set(all)].sort(byText);
  return [{ ...last, value: words.join(" ") }];
};
// #endregion resolve

function byTime(one: Written, other: Written): number {
  return one.atMs - other.atMs || byText(one.server, other.server);
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
