/** One queue before one link: load, waiting time, loss. */
import { seedFrom } from "../kernel/sample.ts";
import { gigabit, waitsAt } from "./bottleneck.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const rows = [20, 50, 80, 90, 95, 99, 105].map((load) => {
    const waits = waitsAt(seed, 20_000, load, gigabit);
    return [
      `${load} %`.padStart(6),
      `${waits.medianUs} µs`.padStart(12),
      `${waits.p99Us} µs`.padStart(12),
      `${waits.lostPercent.toFixed(2)} %`.padStart(10),
    ].join("");
  });
  return [
    "200,000 packets of 1,500 bytes in bursts of ten; a link of 1 Gb/s",
    "takes 12 µs for each, and 100 may wait for it.",
    "",
    "  load median wait 99% wait less      lost",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
