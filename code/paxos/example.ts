/**
 * Two proposers, five acceptors, two of which vanish. The value that was
 * chosen before anybody knew it is found again, and stays.
 */

import { seedFrom } from "../kernel/sample.ts";
import { chosenIn } from "./check.scenario.ts";
import { adoptHighest, majority } from "./paxos.ts";
import { tell, twoProposers } from "./story.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const { trace } = twoProposers(seed, adoptHighest);
  const chosen = chosenIn(trace, majority(5)).map(
    ({ ballot, value }) => `ballot ${ballot} chose ${value}`,
  );
  return [tell(trace), "", ...chosen].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
