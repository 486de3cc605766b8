/**
 * Skew: how often each of n keys is asked for, when the k-th most popular
 * one is asked for in proportion to 1 / k^s (Zipf). With s = 0 all are
 * equal; around 1 a handful of keys have most of the load.
 */
import { fraction } from "../kernel/random.ts";

// #region zipf
/** The part of all requests that goes to each key, the hottest first. */
export function zipf(
  keys: number,
  exponent: number,
): readonly number[] {
  const weights = Array.from(
    { length: keys },
    (_, rank) => 1 / (rank + 1) ** exponent,
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
// #endregion zipf

// #region draw-rank
/** For each rank, the part of the requests up to and including it. */
export function cumulative(
  parts: readonly number[],
): readonly number[] {
  let sum = 0;
  return parts.map((part) => {
    sum += part;
    return sum;
  });
}

/** The rank (0 is the hottest) that these dice ask for. */
export function drawRank(
  sums: readonly number[],
  dice: number,
): number {
  const place = fraction(dice) * (sums.at(-1) ?? 0);
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}
// #endregion draw-rank

// #region skew-budget
/**
 * What part of all requests one key may have before its partition is
 * full: a partition's capacity over the whole load, less the even share
 * of the rest that the partition serves anyway.
 *
 * @param load requests a second, of all keys
 * @param capacity requests a second that one partition can serve
 */
export function skewBudget(
  load: number,
  capacity: number,
  partitions: number,
): number {
  // capacity = hot * load + (1 - hot) * load / partitions, for `hot`.
  const even = load / partitions;
  return (capacity - even) / (load - even);
}
// #endregion skew-budget
