/**
 * The mean time to recover of teams to which nothing has happened but
 * chance (after Davidovic, Incident Metrics in SRE, 2021).
 */
import { fraction, nextDice, stream } from "../kernel/random.ts";

// #region luck
/** Half of all last longer than an hour, a few very much longer. */
export function durationMin(dice: number): number {
  // Twelve numbers from 0 to 1, less six, are nearly a bell curve.
  const bell = Array.from({ length: 12 }, (_, n) =>
    fraction(stream(dice, n)),
  ).reduce((sum, one) => sum + one, -6);
  return 60 * Math.exp(bell);
}

/** Mean over a year with so many incidents. */
export function yearMean(dice: number, incidents: number): number {
  const total = Array.from({ length: incidents }, (_, n) =>
    durationMin(stream(dice, n)),
  ).reduce((sum, one) => sum + one, 0);
  return total / incidents;
}

/** How often the next year looks better by `share`, by luck alone. */
export function luckyShare(
  incidents: number,
  share: number,
  pairs: number,
  seed: number,
): number {
  let [dice, lucky] = [seed, 0];
  for (let pair = 0; pair < pairs; pair += 1) {
    dice = nextDice(dice);
    const one = yearMean(stream(dice, 0), incidents);
    const next = yearMean(stream(dice, 1), incidents);
    if (next <= one * (1 - share)) lucky += 1;
  }
  return lucky / pairs;
}
// #endregion luck
