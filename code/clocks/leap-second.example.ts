/**
 * A resolver is asked every 500 ms across a leap second, and its answer
 * timed with three clocks: one that steps, one that smears, one that
 * only ever counts.
 */
import { intBetween, stream } from "../kernel/random.ts";
import { seedFrom } from "../kernel/sample.ts";
import { smeared, stepped } from "./leap.ts";
import { below, smoothed } from "./resolver.ts";

export const defaultSeed = 7;

/** The leap, on a monotonic clock that was started a day earlier. */
const leapMs = 86_400_000;

export function run(seed: number): string {
  const asked = [-1200, -700, -20, 480, 980].map((at, i) => ({
    startMs: leapMs + at,
    rttMs: intBetween(stream(seed, i), 30, 60),
  }));
  let smoothedMs = 40;
  const lines = asked.map(({ startMs, rttMs }) => {
    const endMs = startMs + rttMs;
    const walls = [stepped, smeared].map(
      (clock) => clock(endMs, leapMs) - clock(startMs, leapMs),
    );
    smoothedMs = smoothed(
      smoothedMs,
      stepped(startMs, leapMs),
      stepped(endMs, leapMs),
    );
    return [
      String(startMs - leapMs).padStart(6),
      String(rttMs).padStart(10),
      (walls[0] ?? 0).toFixed(3).padStart(11),
      (walls[1] ?? 0).toFixed(3).padStart(9),
      smoothedMs.toFixed(1).padStart(10),
      `  ${drawn(Math.floor(smoothedMs))}`,
    ].join("");
  });
  return [
    " start monotonic    stepped  smeared  smoothed  draw by weight",
    ...lines,
  ].join("\n");
}

function drawn(weight: number): string {
  try {
    return `ok, ${below(weight, 0.5)} of ${weight}`;
  } catch (refusal) {
    // The refusal is the story: Go panics in this place.
    if (refusal instanceof RangeError)
      return `PANIC: ${refusal.message}`;
    throw refusal;
  }
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
