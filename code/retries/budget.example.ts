/** The same storm; each call earns a tenth of a retry. */
import { seedFrom } from "../kernel/sample.ts";
import { simulate } from "../kernel/simulator.ts";
import { newBudget } from "./budget.ts";
import { report } from "./report.ts";
import { naive, recoverySeconds, storm, watch } from "./storm.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const options = storm({ ...naive, budget: newBudget(10, 10) });
  const sim = simulate({ seed, keepTrace: false, ...options });
  const readings = watch(sim, 120);
  const recovered = recoverySeconds(readings, 30);
  const seconds = [
    10, 20, 25, 30, 31, 35, 40, 45, 46, 48, 50, 55, 60, 120,
  ];
  return [
    "As before, with a retry budget of 10% in each client.",
    "",
    report(readings, seconds),
    "",
    recovered === null
      ? "Not recovered 90 s after the pause."
      : `Recovered ${recovered} s after the pause.`,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
