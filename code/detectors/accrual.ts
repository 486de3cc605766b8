/**
 * How long is too long? Pure estimators of silence: the phi accrual
 * detector (Hayashibara, Défago, Yared and Katayama, SRDS 2004) and the
 * two curves that are used for it.
 */

// #region window
/** What was heard of one node, and when. Times by our own clock. */
export type Window = {
  readonly lastMs: number;
  /** Times between two heartbeats, the latest last. */
  readonly intervalsMs: readonly number[];
};

export type WindowOptions = {
  /** How many intervals are remembered; the paper's WS. */
  readonly sizeMax: number;
  /** The interval to expect before anything was heard. */
  readonly firstIntervalMs: number;
  /** Longer ones are not remembered: they were no heartbeats late. */
  readonly intervalMsMax: number;
};

/** Two made-up intervals, so that silence from the start counts too. */
export function firstWindow(
  nowMs: number,
  { firstIntervalMs: ms }: WindowOptions,
): Window {
  return { lastMs: nowMs, intervalsMs: [0.75 * ms, 1.25 * ms] };
}

// #region heard
/** The window after a heartbeat: the oldest interval leaves it. */
export function heard(
  window: Window,
  nowMs: number,
  { sizeMax, intervalMsMax }: WindowOptions,
): Window {
  const intervalMs = nowMs - window.lastMs;
  if (intervalMs > intervalMsMax) return { ...window, lastMs: nowMs };
  const intervalsMs = [...window.intervalsMs, intervalMs];
  return { lastMs: nowMs, intervalsMs: intervalsMs.slice(-sizeMax) };
}
// #endregion heard
// #endregion window

// #region moments
export function mean(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum / values.length;
}

/** The standard deviation. */
export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}
// #endregion moments

// #region phi
/**
 * phi = -log10 of the probability that a heartbeat comes later than now.
 * Who suspects at phi = 1 errs in about one of ten cases, at 2 in one of
 * a hundred, if the curve is the right one.
 */
export function phi(
  window: Window,
  nowMs: number,
  deviationMsMin: number,
): number {
  const { intervalsMs, lastMs } = window;
  const spreadMs = Math.max(deviation(intervalsMs), deviationMsMin);
  const z = (nowMs - lastMs - mean(intervalsMs)) / spreadMs;
  return phiAt(z);
}

/**
 * phi at z deviations beyond the mean. The paper's curve is the normal
 * distribution; this is its logistic approximation, as Akka uses it:
 * F(z) = 1 / (1 + exp(-y)), off by at most 0.00014 (Bowling et al., JIEM
 * 2009). Two forms of one formula: neither may overflow.
 */
export function phiAt(z: number): number {
  const y = z * (1.5976 + 0.070566 * z * z);
  return y < 0
    ? Math.log10(1 + Math.exp(y))
    : y / Math.LN10 + Math.log10(1 + Math.exp(-y));
}
// #endregion phi

// #region exponential
/**
 * The same for heartbeats that come at random, as Cassandra has it: the
 * tail is exp(-t / mean), so phi grows evenly with the silence.
 */
export function phiExponential(window: Window, nowMs: number): number {
  const { intervalsMs, lastMs } = window;
  return (nowMs - lastMs) / mean(intervalsMs) / Math.LN10;
}
// #endregion exponential
