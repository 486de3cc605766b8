/** The clock of one machine: wrong by a little, and wrong in its rate. */
import { fraction, nextDice } from "./random.ts";

/** How far clocks may be off; both are drawn evenly, to either side. */
export type ClockOptions = {
  readonly skewMsMax?: number;
  /** Parts in a million; a quartz in a server drifts by 10 to 200. */
  readonly driftPpmMax?: number;
};

// #region clock
export type Clock = { readonly skewMs: number; readonly rate: number };

/** What this clock shows at a true time. */
export function clockMs(clock: Clock, trueMs: number): number {
  return roundMs(trueMs * clock.rate + clock.skewMs);
}

/** How long the clock takes to count a duration: timers run on it. */
export function trueDurationMs(
  clock: Clock,
  countedMs: number,
): number {
  return countedMs / clock.rate;
}

/** A clock that was set: its rate stays, and timers do not notice. */
export function jump(clock: Clock, byMs: number): Clock {
  return { ...clock, skewMs: clock.skewMs + byMs };
}
// #endregion clock

/** A clock drawn within the limits; without limits it tells true time. */
export function drawClock(options: ClockOptions, dice: number): Clock {
  const eitherSide = (dice: number) => 2 * fraction(dice) - 1;
  const driftPpm =
    eitherSide(nextDice(dice)) * (options.driftPpmMax ?? 0);
  return {
    skewMs: roundMs(eitherSide(dice) * (options.skewMsMax ?? 0)),
    rate: 1 + driftPpm / 1_000_000,
  };
}

/** Virtual time is kept to the microsecond, so that it prints short. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
