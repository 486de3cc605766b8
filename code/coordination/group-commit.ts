/**
 * Why a consensus store is as fast as its disks are slow: nothing is
 * acknowledged before it is on a disk. A model of one server's log, to
 * which writes come evenly and which is flushed one batch at a time.
 */

// #region group-commit
export type LogOptions = {
  /** What one flush takes, however much it carries. */
  readonly fsyncMs: number;
  /** How many writes share a flush at most. */
  readonly batchMax: number;
  readonly arrivalsPerS: number;
  readonly forMs: number;
};

export type LogReport = {
  readonly writesPerS: number;
  /** From arrival to the end of the flush; of those that were flushed. */
  readonly waitMsMedian: number;
  readonly waitMsMax: number;
};

/** One flush after the other; each takes all that waits, up to a batch. */
export function groupCommit(options: LogOptions): LogReport {
  const { fsyncMs, batchMax, arrivalsPerS, forMs } = options;
  const gapMs = 1000 / arrivalsPerS;
  // A hair early, so that rounding never hides a write that has come.
  const hairMs = gapMs / 1_000_000;
  const waitsMs: number[] = [];
  let nowMs = 0;
  // #region flush-loop
  while (nowMs + fsyncMs <= forMs) {
    const come = Math.floor((nowMs + hairMs) / gapMs) + 1;
    const count = Math.min(batchMax, come - waitsMs.length);
    if (count === 0) {
      nowMs = waitsMs.length * gapMs;
      continue;
    }
    nowMs += fsyncMs;
    for (let n = 0; n < count; n++) {
      waitsMs.push(nowMs - waitsMs.length * gapMs);
    }
  }
  // #endregion flush-loop
  const sorted = waitsMs.toSorted((a, b) => a - b);
  return {
    writesPerS: (waitsMs.length * 1000) / forMs,
    waitMsMedian: sorted[Math.floor(sorted.length / 2)] ?? 0,
    waitMsMax: sorted.at(-1) ?? 0,
  };
}
// #endregion group-commit

// #region ceiling
/** No arrival rate gets more through than this. */
export function ceilingPerS(fsyncMs: number, batchMax: number): number {
  return (batchMax * 1000) / fsyncMs;
}
// #endregion ceiling
