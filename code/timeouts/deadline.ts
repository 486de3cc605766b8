/**
 * Deadlines. A timeout is a length that each hop counts anew; a
 * deadline is an instant, fixed once by whoever waits. On the wire it
 * travels as the time that is left, since two machines agree on lengths
 * better than on what time it is (gRPC sends `grpc-timeout` so).
 */

// #region deadline
/** The instant by our clock when `timeoutMs` of what came is used up. */
export function deadlineAfter(nowMs: number, timeoutMs: number) {
  return nowMs + timeoutMs;
}

/**
 * Can no answer be in time that takes `leastMs` from now? An answer at
 * the deadline itself meets a caller who has just given up.
 */
export function isTooLate(
  deadlineMs: number,
  nowMs: number,
  leastMs: number,
): boolean {
  return deadlineMs - nowMs <= leastMs;
}

/**
 * What the next hop may take: what is left, less `reserveMs` for the
 * way there and back and our own work after it. Null: do not call.
 */
export function timeoutForNext(
  deadlineMs: number,
  nowMs: number,
  reserveMs: number,
): number | null {
  const leftMs = deadlineMs - nowMs - reserveMs;
  return leftMs > 0 ? leftMs : null;
}
// #endregion deadline

// #region share
/**
 * The share of the next call when several follow one another: what is
 * left, split by the weights of this call and of those after it. What
 * a quick call leaves over goes to the later ones.
 */
export function shareMs(
  leftMs: number,
  weights: readonly [number, ...number[]],
): number {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return (leftMs * weights[0]) / sum;
}
// #endregion share
