/** One change at a time: which of them ends the storm? */
import { seedFrom } from "../kernel/sample.ts";
import { simulate } from "../kernel/simulator.ts";
import { mean } from "./report.ts";
import { recoverySeconds, storm, watch } from "./storm.ts";
import { variants } from "./variants.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const rows = Object.entries(variants).map(([name, options]) => {
    const sim = simulate({ seed, keepTrace: false, ...storm(options) });
    const readings = watch(sim, 150);
    const first = mean(readings, "attempts", 20, 30);
    const calls = mean(readings, "calls", 20, 30);
    const recovered = recoverySeconds(readings, 30);
    return [
      name.padEnd(22),
      (first / calls).toFixed(2).padStart(8),
      mean(readings, "attempts", 140, 150).toFixed(0).padStart(10),
      mean(readings, "good", 140, 150).toFixed(0).padStart(9),
      (recovered === null ? "never" : `${recovered} s`).padStart(11),
    ].join("");
  });
  return [
    "                      attempts  attempts/s goodput/s  recovered",
    "                      per call      at the    at the      after",
    "                      in pause         end       end  the pause",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
