/**
 * A leap second as the time-of-day clock shows it: stepped (the clock
 * repeats a second) and smeared (a day of slightly longer seconds).
 * Input and output in milliseconds; input never jumps.
 */

// #region leap
/** The clock repeats the second that starts at `leapMs`. */
export function stepped(monotonicMs: number, leapMs: number): number {
  return monotonicMs < leapMs ? monotonicMs : monotonicMs - 1000;
}

/** 24 hours, noon to noon: each second is 11.6 ppm too long. */
export function smeared(monotonicMs: number, leapMs: number): number {
  const smearMs = 86_400_000 + 1000;
  const startMs = leapMs - 43_200_000;
  const part = (monotonicMs - startMs) / smearMs;
  return monotonicMs - 1000 * Math.min(1, Math.max(0, part));
}
// #endregion leap
