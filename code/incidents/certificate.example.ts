/** A certificate ends; who restarts to be safe is cut off. */
import { seedFrom } from "../kernel/sample.ts";
import { story } from "./room.scenario.ts";
import { certificate } from "./shop.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const { mitigation, worse } = certificate;
  return [
    "A certificate ends; who restarts to be safe is cut off.",
    "",
    ...story(certificate, seed, mitigation, 3, 14),
    "",
    "The same with another action.",
    "",
    ...story(certificate, seed, worse, 6, 12),
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
