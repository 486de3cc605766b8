/** 150 calls a second, and a server that gets slower: who copes? */
import { seedFrom } from "../kernel/sample.ts";
import { bounds, goodput, loadRun, slowed } from "./load.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const rows = Object.entries(bounds).map(([name, variant]) => {
    const cells = [1, 2, 4].map((times) => {
      const sim = loadRun(seed, slowed(variant, times), 150);
      return goodput(sim, 10, 20).toFixed(0).padStart(11);
    });
    return name.padEnd(18) + cells.join("");
  });
  return [
    "150 calls a second. Answers in time, per second, if the server does",
    "",
    "                      100 a s     50 a s     25 a s",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
