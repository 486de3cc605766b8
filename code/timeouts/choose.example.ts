/** A day of calls to a healthy zone: which timeout, and what it costs. */
import { seedFrom } from "../kernel/sample.ts";
import { chooseTimeoutMs } from "./choose.ts";
import { pagesHit, threadsHeld } from "./exercises.ts";
import { healthyDay } from "./latencies.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const day = healthyDay(seed, 100_000);
  const rows = [0.1, 0.01, 0.001, 0.0001].map((share) => {
    const timeoutMs = chooseTimeoutMs(day, share) ?? Infinity;
    return [
      `${(100 * share).toFixed(2)}%`.padStart(8),
      `${timeoutMs} ms`.padStart(12),
      `${(100 * pagesHit(share, 30)).toFixed(1)}%`.padStart(14),
      threadsHeld(10, timeoutMs).toFixed(1).padStart(16),
    ].join("");
  });
  return [
    "100,000 calls of a healthy day; 10 calls a second go to one zone.",
    "",
    "   share    shortest     pages of 30  threads that a",
    " cut off     timeout  calls that hit   hang can hold",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
