/** What N, R and W promise, and what they do not. */

// #region calculator
export type Quorums = {
  /** Replicas of a key. */
  readonly n: number;
  /** How many must answer a read. */
  readonly r: number;
  /** How many must have stored a write. */
  readonly w: number;
};

/** By counting alone; sloppy quorums void both overlaps. */
export function calculate({ n, r, w }: Quorums) {
  return {
    /** Each read meets a replica of each write that was over before. */
    readsMeetWrites: r + w > n,
    /** Each write meets a replica of each other write. */
    writesMeetWrites: w + w > n,
    /** Replicas that may be down while reads, or writes, go on. */
    readsSurvive: n - r,
    writesSurvive: n - w,
  };
}
// #endregion calculator
