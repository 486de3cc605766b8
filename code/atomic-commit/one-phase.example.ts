/** Tell everybody to commit: what is left of twelve dollars. */
import type { Fault } from "../kernel/faults.ts";
import type { Node } from "../kernel/node.ts";
import { seedFrom } from "../kernel/sample.ts";
import { type Cluster, runCommit } from "./cluster.scenario.ts";
import { doer, teller } from "./one-phase.ts";

export const defaultSeed = 7;

const participants = ["p1", "p2"];

/** Bob's shard p1 and Joe's shard p2, which may have to refuse. */
export function onePhaseCluster(canJoe: boolean): Cluster {
  const nodes = {
    c: teller(participants) as Node<unknown>,
    p1: doer(true) as Node<unknown>,
    p2: doer(canJoe) as Node<unknown>,
  };
  return { nodes, participants, chief: "c" };
}

export const cases: readonly {
  readonly what: string;
  readonly canJoe: boolean;
  readonly faults: readonly Fault[];
}[] = [
  { what: "nothing fails", canJoe: true, faults: [] },
  { what: "p2 has to refuse", canJoe: false, faults: [] },
  {
    what: "p2 restarts",
    canJoe: true,
    faults: [
      { atMs: 12, kind: "crash", node: "p2" },
      { atMs: 14, kind: "restart", node: "p2" },
    ],
  },
  {
    what: "p1 hears nothing",
    canJoe: true,
    faults: [{ atMs: 12, kind: "cut", from: "c", to: "p1" }],
  },
];

/** The seed changes nothing. */
export function run(seed: number): string {
  const rows = cases.map(({ what, canJoe, faults }) => {
    const cluster = onePhaseCluster(canJoe);
    const options = { seed, untilMs: 100, faults };
    const [p1 = "idle", p2 = "idle"] = runCommit(
      cluster,
      options,
    ).watched.map(({ phase }) => phase);
    const bob = p1 === "committed" ? 3 : 10;
    const joe = p2 === "committed" ? 9 : 2;
    const cells = [what.padEnd(16), p1.padEnd(10), p2.padEnd(10)];
    const sum = `${bob} + ${joe}`.padEnd(6);
    return `  ${cells.join(" ")} ${sum} = ${bob + joe}`;
  });
  return [
    "  what happens     p1         p2         dollars",
    ...rows,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
