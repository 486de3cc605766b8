/** The storm: a pause of ten seconds, and what is left of it after. */
import { seedFrom } from "../kernel/sample.ts";
import { simulate } from "../kernel/simulator.ts";
import { report } from "./report.ts";
import { naive, recoverySeconds, storm, watch } from "./storm.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const sim = simulate({ seed, keepTrace: false, ...storm(naive) });
  const readings = watch(sim, 600);
  const seconds = [5, 10, 15, 20, 25, 30, 31, 32, 35, 40, 60, 120, 600];
  const recovered = recoverySeconds(readings, 30);
  return [
    "70 calls/s, capacity 100/s, timeout 1 s, 3 attempts, no backoff.",
    "The server stands still from second 20 to second 30.",
    "",
    report(readings, seconds),
    "",
    recovered === null
      ? "Not recovered 570 s after the pause."
      : `Recovered ${recovered} s after the pause.`,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
