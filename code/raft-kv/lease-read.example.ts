/** A deposed leader that reads by lease, with a right and a wrong clock. */
// unprinted: for the chapter on consensus
import { historyOf } from "../kernel/history.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import { kv } from "../kernel/models.ts";
import { seedFrom } from "../kernel/sample.ts";
import { calmOptions, leaseOptions } from "../raft/options.ts";
import { raftKv } from "./raft-kv.ts";
import { staleRead } from "./stale-read.scenario.ts";

export const defaultSeed = 7;

const cases = [
  ["lease", "right", leaseOptions, 0],
  ["lease", "set back 2 s", leaseOptions, -2000],
  ["ReadIndex", "set back 2 s", calmOptions, -2000],
] as const;

export function run(seed: number): string {
  return [
    "A leader is cut off, its heir writes x=new; then it is asked for x.",
    "",
    "reads by    its clock      answer            linearizable",
    ...cases.map(([reads, clock, options, setByMs]) => {
      const { sim } = staleRead(raftKv(options), seed, setByMs);
      const history = historyOf(sim.trace, ["c1", "c2"]);
      const last = history.at(-1)?.result;
      const answer = last?.value ?? last?.text ?? "none";
      const { verdict } = checkLinearizable(kv, history);
      const cells = [reads.padEnd(12), clock.padEnd(15)];
      return `${cells.join("")}${String(answer).padEnd(18)}${verdict}`;
    }),
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
