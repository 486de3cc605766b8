/**
 * What a quorum costs and what it buys, as arithmetic: the time to commit
 * one entry, and the chance that a majority is up.
 */

// #region commit-ms
/**
 * Time in ms from the leader's append to its commit: an entry counts where
 * it is on disk, and a majority must have it. `rttsMs` holds the round
 * trip to each follower. The leader writes while its followers do (Raft
 * thesis, section 10.2.1).
 */
export function commitMs(
  rttsMs: readonly number[],
  fsyncMs: number,
): number {
  const durableAtMs = [0, ...rttsMs]
    .map((rttMs) => rttMs + fsyncMs)
    .sort((a, b) => a - b);
  const majority = Math.floor(durableAtMs.length / 2) + 1;
  return durableAtMs[majority - 1] ?? Infinity;
}
// #endregion commit-ms

// #region majority-up
/**
 * The chance that more than half of `members` are up, each by itself with
 * probability `up`. Real members share racks, power and releases, so the
 * truth is worse.
 */
export function majorityUp(members: number, up: number): number {
  let sum = 0;
  for (let k = Math.floor(members / 2) + 1; k <= members; k++) {
    sum += choose(members, k) * up ** k * (1 - up) ** (members - k);
  }
  return sum;
}
// #endregion majority-up

/** How many sets of `k` there are among `n`. */
function choose(n: number, k: number): number {
  return k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k;
}
