/** Paxos Commit: the leader and an acceptor die, and it goes on. */

import type { Fault } from "../kernel/faults.ts";
import { seedFrom } from "../kernel/sample.ts";
import { runCommit } from "./cluster.scenario.ts";
import { paxosCluster } from "./protocols.scenario.ts";
import { standing, told } from "./story.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const cluster = paxosCluster(2, 1, false, []);
  const faults: readonly Fault[] = [
    { atMs: 22, kind: "crash", node: "l1" },
    { atMs: 22, kind: "crash", node: "a1" },
  ];
  const outcome = runCommit(cluster, { seed, untilMs: 600, faults });
  const lines = told(outcome, 400).split("\n").map(shorter);
  return `${lines.join("\n")}\n\n${standing(outcome)}`;
}

/** Without what an acceptor carries, which is long. */
function shorter(line: string): string {
  return line.replace(/ (accepted|votes|=)[ =]*[{].*$/, " …");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
