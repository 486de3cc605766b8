/** Thresholds as timeouts: how much silence does each of them bear? */
import { phi, phiExponential, type Window } from "./accrual.ts";

// #region silence
/** The silence, in whole milliseconds, at which phi passes a threshold. */
export function silenceMs(
  intervalsMs: readonly number[],
  threshold: number,
  level: (window: Window, nowMs: number) => number,
): number {
  const window = { lastMs: 0, intervalsMs };
  let ms = 0;
  while (level(window, ms) <= threshold) ms += 1;
  return ms;
}

/** phi with a normal curve, and room for a pause on top of the mean. */
export function normal(deviationMsMin: number, pauseMs = 0) {
  return (window: Window, nowMs: number) =>
    phi(window, nowMs - pauseMs, deviationMsMin);
}

export const exponential = phiExponential;
// #endregion silence
