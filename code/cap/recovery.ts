/**
 * Partition recovery (Brewer, IEEE Computer 2012): the link is back, and
 * one side has taken writes that the other has not. What can be merged
 * without asking anybody, and what cannot?
 */
import type { Json } from "../kernel/node.ts";

// #region reconcile
export type Write = { readonly key: string; readonly value: Json };
export type Plan = {
  /** Nobody wrote this key on the other side: bring it over. */
  readonly apply: readonly Write[];
  /** It was written again there, and says the same: drop it. */
  readonly repeated: readonly Write[];
  /** Both sides wrote the key and disagree: somebody has to choose. */
  readonly ask: readonly Write[];
};

/**
 * What becomes of the writes that only the stranded side has, given all
 * that the serving side has taken since the cut; of each the last write
 * of a key counts.
 */
export function reconcile(
  stranded: readonly Write[],
  serving: readonly Write[],
): Plan {
  const there = new Map(serving.map((one) => [one.key, one.value]));
  const last = [
    ...new Map(stranded.map((one) => [one.key, one])).values(),
  ];
  const isNew = ({ key }: Write) => !there.has(key);
  const isSame = ({ key, value }: Write) => there.get(key) === value;
  return {
    apply: last.filter(isNew),
    repeated: last.filter((one) => !isNew(one) && isSame(one)),
    ask: last.filter((one) => !isNew(one) && !isSame(one)),
  };
}
// #endregion reconcile
