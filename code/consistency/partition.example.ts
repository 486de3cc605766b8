/** Five replicas are cut in two: who refuses, and who answers stale? */
import { seedFrom } from "../kernel/sample.ts";
import {
  costOf,
  type Policy,
  partitioned,
  type Side,
} from "./partition.scenario.ts";

export const defaultSeed = 7;

const policies: readonly Policy[] = [
  { read: "linearizable", write: "linearizable" },
  { read: "eventual", write: "linearizable" },
  { read: "linearizable", write: "eventual" },
  { read: "sequential", write: "sequential" },
  { read: "causal", write: "causal" },
  { read: "eventual", write: "eventual" },
];

export function run(seed: number): string {
  return [
    "n1 (the leader) and n2 are cut off from n3, n4 and n5 for 2 s.",
    "Each side has two clients. Requests during the cut:",
    "",
    `${"".padEnd(30)}smaller side         larger side`,
    `reads         writes          ${titles}  ${titles}`,
    ...policies.map((policy) => {
      const { small, large } = costOf(partitioned(policy, seed));
      const { read, write } = policy;
      const names = `${read.padEnd(14)}${write.padEnd(14)}`;
      return `${names}  ${cells(small)}  ${cells(large)}`;
    }),
  ].join("\n");
}

const titles = "asked refused stale";

function cells({ asked, refused, stale }: Side): string {
  const numbers = [
    String(asked).padStart(5),
    String(refused).padStart(7),
    String(stale).padStart(5),
  ];
  return numbers.join(" ");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
