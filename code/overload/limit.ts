/**
 * How many requests at a time? Two rules that find out, as in Netflix's
 * concurrency-limits: AIMDLimit and Gradient2Limit. Each looks at one
 * request that has ended. Where the library moves only at 1.5 times the
 * usual and takes 5% off a long-term time that is too long, ours moves
 * at once and takes 10%; its AIMDLimit keeps a minimum of 20.
 */

// #region limit-types
/** A request that ended: how, after how long, beside how many others. */
export type Sample = {
  readonly rttMs: number;
  readonly inFlight: number;
  readonly dropped: boolean;
};

export type LimitOptions =
  | {
      readonly kind: "fixed";
      readonly initial: number;
    }
  | {
      readonly kind: "aimd";
      readonly initial: number;
      readonly max: number;
      readonly backoffRatio: number;
      /** Slower than this is as bad as a drop. */
      readonly timeoutMs: number;
    }
  | {
      readonly kind: "gradient";
      readonly initial: number;
      readonly min: number;
      readonly max: number;
      /** So many more while nothing slows down. */
      readonly queueSize: number;
      readonly smoothing: number;
      /** Requests over which the long-term time is averaged. */
      readonly longWindow: number;
    };

export type Limit = {
  /** Not rounded; `Math.floor` of it may be in flight. */
  readonly limit: number;
  readonly longMs: number;
  readonly samples: number;
};
// #endregion limit-types

export function newLimit({ initial }: LimitOptions): Limit {
  return { limit: initial, longMs: 0, samples: 0 };
}

/** The limit after one more sample. */
export function learn(
  options: LimitOptions,
  limit: Limit,
  sample: Sample,
): Limit {
  switch (options.kind) {
    case "fixed":
      return limit;
    case "aimd":
      return { ...limit, limit: aimd(options, limit.limit, sample) };
    case "gradient":
      return gradient(options, limit, sample);
  }
}

type Of<K> = Extract<LimitOptions, { readonly kind: K }>;

// #region aimd
/** One more while all is well and it is used; a tenth less if not. */
function aimd(
  { backoffRatio, timeoutMs, max }: Of<"aimd">,
  limit: number,
  { rttMs, inFlight, dropped }: Sample,
): number {
  if (dropped || rttMs > timeoutMs) {
    const less = Math.floor(limit * backoffRatio);
    return Math.max(1, less);
  }
  const isUsed = inFlight * 2 >= limit;
  return isUsed ? Math.min(max, limit + 1) : limit;
}
// #endregion aimd

// #region gradient
// #region follow
/** Follow the ratio of the long-term time to that of this request. */
function gradient(
  options: Of<"gradient">,
  before: Limit,
  { rttMs, inFlight }: Sample,
): Limit {
  const { queueSize, smoothing, min, max } = options;
  const { limit } = before;
  const samples = before.samples + 1;
  const averageMs = average(options, before, rttMs);
  // Long ago it was slower: come down faster than the average would.
  const longMs = averageMs > 2 * rttMs ? averageMs * 0.9 : averageMs;
  if (inFlight < limit / 2) return { limit, longMs, samples };
  const ratio = longMs / rttMs;
  const slope = Math.max(0.5, Math.min(1, ratio));
  const wanted = limit * slope + queueSize;
  const smoothed = limit * (1 - smoothing) + wanted * smoothing;
  const bounded = Math.max(min, Math.min(max, smoothed));
  return { limit: bounded, longMs, samples };
}
// #endregion follow

/** The mean of the first ten; after that an exponential average. */
function average(
  { longWindow }: Of<"gradient">,
  { longMs, samples }: Limit,
  rttMs: number,
): number {
  if (samples < 10) return (longMs * samples + rttMs) / (samples + 1);
  const weight = 2 / (longWindow + 1);
  return longMs * (1 - weight) + rttMs * weight;
}
// #endregion gradient
