/** When a promotion can lose nothing that was acknowledged. */

// #region overlap
export type Promotion = {
  readonly servers: number;
  /** Followers whose receipt an ok waits for. */
  readonly receipts: number;
  /** Servers fenced, and asked how long their log is, beforehand. */
  readonly fenced: number;
};

/** Those who hold a write and those who are asked must overlap. */
export function isLossless(promotion: Promotion): boolean {
  const { servers, receipts, fenced } = promotion;
  const holders = receipts + 1;
  return holders + fenced > servers;
}
// #endregion overlap

// #region window
export type Loss = {
  readonly writesPerSecond: number;
  /** How far the follower that is promoted was behind. */
  readonly lagMs: number;
  /** How long the old leader took writes while cut off from it. */
  readonly aliveMs: number;
};

/** Acknowledged writes that an asynchronous failover loses. */
export function lostWrites(loss: Loss): number {
  const windowMs = loss.lagMs + loss.aliveMs;
  return (loss.writesPerSecond * windowMs) / 1000;
}
// #endregion window
