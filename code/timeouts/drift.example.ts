/** What if the least time is believed to be shorter than it is? */
import { seedFrom } from "../kernel/sample.ts";
import { chain, policies } from "./chain.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const seconds = 30;
  const rows = [1, 0.9, 0.75, 0.5, 0].map((foresight) => {
    const policy = { ...policies.deadlines, foresight };
    const ran = chain(seed, policy, 130, seconds);
    const workedMs = ran.usefulMs + ran.wastedMs;
    return [
      String(20 * foresight).padStart(8),
      (ran.good / seconds).toFixed(0).padStart(14),
      `${((100 * ran.wastedMs) / workedMs).toFixed(0)}%`.padStart(18),
    ].join("");
  });
  return [
    "The back takes 20 ms; 130 calls a second, of which it can do 100.",
    "",
    "believed        good        work at the",
    "      ms       per s    back for nobody",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
