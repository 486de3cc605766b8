/** Payments is slow, and nobody can so much as browse. */
import { seedFrom } from "../kernel/sample.ts";
import { story } from "./room.scenario.ts";
import { cascade } from "./shop.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const { mitigation, worse } = cascade;
  return [
    "Payments is slow, and nobody can so much as browse.",
    "",
    ...story(cascade, seed, mitigation, 3, 12),
    "",
    "The same with another action.",
    "",
    ...story(cascade, seed, worse, 9, 14),
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
