/**
 * The same schedule, and a proposer that does not adopt what the promises
 * report. Two values are chosen: one database too many is the primary.
 */

import { seedFrom } from "../kernel/sample.ts";
import { chosenIn } from "./check.scenario.ts";
import { majority } from "./paxos.ts";
import { tell, twoProposers } from "./story.scenario.ts";
import { insistOnOwn } from "./variants.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const { trace } = twoProposers(seed, insistOnOwn);
  const chosen = chosenIn(trace, majority(5)).map(
    ({ ballot, value }) => `ballot ${ballot} chose ${value}`,
  );
  return [tell(trace), "", ...chosen].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
