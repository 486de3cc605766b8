/** The arithmetic of the chapter, and answers to its exercises. */

// #region stale-share
/**
 * Of reads at random times, the part that comes so soon after a write
 * that the replica has not heard of it. Writes come at random too.
 */
export function staleShare(writesPerS: number, lagS: number): number {
  return 1 - Math.exp(-writesPerS * lagS);
}

/** From one write of a key to the next, for no more stale reads. */
export function quietS(share: number, lagS: number): number {
  return -lagS / Math.log(1 - share);
}
// #endregion stale-share

// #region round
/** Until a majority, with the one that asks, has answered. */
export function roundMs(rttMs: readonly number[]): number {
  const inOrder = [0, ...rttMs].sort((one, other) => one - other);
  return inOrder[Math.floor(inOrder.length / 2)] ?? 0;
}
// #endregion round

// #region miss-share
/** R replicas drawn of N: how often none has a write that W hold? */
export function missShare(n: number, r: number, w: number): number {
  let share = 1;
  for (let nth = 0; nth < r; nth++) {
    share *= Math.max(0, n - w - nth) / (n - nth);
  }
  return share;
}
// #endregion miss-share
