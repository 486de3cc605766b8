/** One message that nobody can read, in front of all others. */
import { seedFrom } from "../kernel/sample.ts";
import { story } from "./room.scenario.ts";
import { poison } from "./shop.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const { mitigation, worse } = poison;
  return [
    "One message that nobody can read, in front of all others.",
    "",
    ...story(poison, seed, mitigation, 3, 14),
    "",
    "The same with another action.",
    "",
    ...story(poison, seed, worse, 9, 14),
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
