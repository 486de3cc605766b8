/**
 * Hedged requests: when the first copy has not answered after a while,
 * send a second elsewhere and take what comes first (Dean and Barroso,
 * "The Tail at Scale", CACM 2013). A budget bounds the second copies on
 * the day when every call is slow.
 */
import { type Budget, earn, pay } from "../retries/budget.ts";

// unprinted: told in words in the chapter on retries

// #region hedge
export type Hedging = {
  /** Wait so long for the first copy; about its 95th percentile. */
  readonly afterMs: number;
  readonly budget: Budget;
};

/** What a call would take at the first server, and at the second. */
export type Pair = readonly [firstMs: number, secondMs: number];

/** What each call takes, and how many second copies were sent. */
export function hedge(hedging: Hedging, calls: readonly Pair[]) {
  const { afterMs } = hedging;
  let budget = hedging.budget;
  let copies = 0;
  const tookMs = calls.map(([firstMs, secondMs]) => {
    budget = earn(budget);
    if (firstMs <= afterMs) return firstMs;
    const paid = pay(budget);
    if (paid === null) return firstMs;
    budget = paid;
    copies += 1;
    return Math.min(firstMs, afterMs + secondMs);
  });
  return { tookMs, copies };
}
// #endregion hedge

// #region percentile
/** The smallest value that `percent` of all values do not exceed. */
export function percentile(
  values: readonly number[],
  percent: number,
): number {
  const sorted = [...values].sort((one, other) => one - other);
  const rank = Math.ceil((percent * values.length) / 100);
  return sorted[Math.max(0, rank - 1)] ?? 0;
}
// #endregion percentile
