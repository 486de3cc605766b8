/**
 * A client that prefers the upstream resolver which has answered
 * fastest: a smoothed round-trip time a resolver, and a draw by weight.
 * The shape of the code that failed at Cloudflare on 2017-01-01.
 */

// #region smoothed
/** Smoothed round-trip time in ms, as TCP does it: 1/8 new, 7/8 old. */
export function smoothed(
  oldMs: number,
  startMs: number,
  endMs: number,
) {
  const rttMs = endMs - startMs;
  return oldMs + (rttMs - oldMs) / 8;
}

/** A whole number in [0, n). Refuses n < 1, as Go's rand.Int63n does. */
export function below(n: number, fraction: number): number {
  if (n < 1) throw new RangeError(`cannot draw below ${n}`);
  return Math.floor(fraction * n);
}
// #endregion smoothed
