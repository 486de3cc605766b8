/** Users wait a second: who works for whom when the back is too slow? */
import { seedFrom } from "../kernel/sample.ts";
import { chain, policies } from "./chain.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const seconds = 30;
  const rows = Object.entries(policies).map(([name, policy]) => {
    const ran = chain(seed, policy, 130, seconds);
    const workedMs = ran.usefulMs + ran.wastedMs;
    const wasted = (100 * ran.wastedMs) / workedMs;
    return [
      name.padEnd(22),
      (ran.calls / seconds).toFixed(0).padStart(8),
      (ran.good / seconds).toFixed(0).padStart(8),
      (ran.wastedMs / seconds).toFixed(0).padStart(12),
      `${wasted.toFixed(0)}%`.padStart(9),
      String(ran.queue).padStart(9),
    ].join("");
  });
  return [
    "front -> middle -> back; the back can do 100 a second.",
    "",
    "                         calls    good   work at the back    queue",
    "                         per s   per s    for nobody, ms/s  at end",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
