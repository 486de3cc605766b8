/** What a commit costs: messages between hosts, and forced writes. */
import { seedFrom } from "../kernel/sample.ts";
import {
  countForced,
  countMessages,
  runCommit,
} from "./cluster.scenario.ts";
import {
  coLocated,
  named,
  paxosCluster,
  twoPhaseCluster,
} from "./protocols.scenario.ts";

export const defaultSeed = 7;

const types = ["prepare", "vote", "accepted", "committed"];

/** Counted in runs without faults; the seed changes nothing. */
export function run(seed: number): string {
  const lines = [
    "  N  F  protocol             messages  forced writes",
  ];
  for (const n of [3, 5, 9]) {
    const participants = named("p", n);
    const add = (
      f: number,
      name: string,
      cluster: ReturnType<typeof twoPhaseCluster>,
    ) => {
      const outcome = runCommit(cluster, { seed, untilMs: 55 });
      const sent = countMessages(outcome, types, coLocated);
      const cells = [
        `${n}`.padStart(3),
        `${f}`.padStart(2),
        ` ${name.padEnd(20)}`,
        `${sent}`.padStart(8),
        `${countForced(outcome)}`.padStart(14),
      ];
      lines.push(cells.join(" ").trimEnd());
    };
    add(0, "two-phase commit", twoPhaseCluster({ participants }, []));
    for (const f of [1, 2]) {
      if (2 * f + 1 > n) continue;
      add(f, "Paxos Commit", paxosCluster(n, f, false, []));
      add(f, "Faster Paxos Commit", paxosCluster(n, f, true, []));
    }
  }
  return lines.join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
