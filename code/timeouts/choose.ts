/**
 * A timeout from a histogram of latencies: as long as the share of
 * good calls that it cuts off is one that we can live with (Brooker,
 * "Timeouts, retries, and backoff with jitter", Builders' Library 2019).
 */

// #region histogram
/** Counts of calls up to each bound; beyond the last bound, `over`. */
export type Histogram = {
  readonly boundsMs: readonly number[];
  readonly counts: readonly number[];
  readonly over: number;
};

export function emptyHistogram(boundsMs: readonly number[]): Histogram {
  return { boundsMs, counts: boundsMs.map(() => 0), over: 0 };
}

/** Count a call that took so long; a bound counts its own instant. */
export function observe(histogram: Histogram, tookMs: number) {
  const { boundsMs, counts, over } = histogram;
  const at = boundsMs.findIndex((boundMs) => tookMs <= boundMs);
  if (at === -1) return { ...histogram, over: over + 1 };
  const more = counts.map((count, n) => (n === at ? count + 1 : count));
  return { ...histogram, counts: more };
}
// #endregion histogram

// #region choose
/** The share of calls that a timeout at this bound would cut off. */
export function falseShare(histogram: Histogram, at: number): number {
  const { counts, over } = histogram;
  const sum = (some: readonly number[]) =>
    some.reduce((total, count) => total + count, over);
  return sum(counts.slice(at + 1)) / sum(counts);
}

/**
 * The shortest timeout that cuts off no more than `share` of the calls
 * of a healthy day. Null: even the last bound cuts off more.
 */
export function chooseTimeoutMs(
  histogram: Histogram,
  share: number,
): number | null {
  const at = histogram.boundsMs.findIndex(
    (_, n) => falseShare(histogram, n) <= share,
  );
  return histogram.boundsMs[at] ?? null;
}
// #endregion choose
