/** How long calls take on a healthy day: mostly 20 to 80 ms. */
import { fraction, intBetween, stream } from "../kernel/random.ts";
import { emptyHistogram, type Histogram, observe } from "./choose.ts";

// #region healthy-day
const boundsMs = [50, 100, 200, 500, 1000, 2000, 5000];

/** One call in 50 is slow, one in 2,000 very slow. */
function latencyMs(dice: number): number {
  const drawn = fraction(stream(dice, 0));
  if (drawn < 1 / 2000) return intBetween(stream(dice, 1), 500, 3000);
  if (drawn < 1 / 50) return intBetween(stream(dice, 1), 80, 600);
  return intBetween(stream(dice, 1), 20, 80);
}

export function healthyDay(seed: number, calls: number): Histogram {
  let histogram = emptyHistogram(boundsMs);
  for (let n = 0; n < calls; n += 1)
    histogram = observe(histogram, latencyMs(stream(seed, n)));
  return histogram;
}
// #endregion healthy-day
