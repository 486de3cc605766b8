/** Leave out one rule of a protocol, and try every crash point. */
import type { Node } from "../kernel/node.ts";
import { seedFrom } from "../kernel/sample.ts";
import {
  deafLeader,
  impatient,
  newDisk,
  tellBeforeWriting,
  voteWithoutLog,
} from "./broken.ts";
import { broken, type Cluster } from "./cluster.scenario.ts";
import type { Phase } from "./phases.ts";
import {
  allCrashes,
  paxosCluster,
  twoPhaseCluster,
  withNodes,
} from "./protocols.scenario.ts";

export const defaultSeed = 7;

type Variant = {
  readonly left: string;
  readonly cluster: Cluster;
  /** Null: who crashes stays down. */
  readonly restartAfterMs: number | null;
};

export function variants(): readonly Variant[] {
  const right = twoPhaseCluster({ isCooperative: false }, []);
  const tired = (node: Node<unknown>) =>
    impatient(node as Node<{ phase: Phase }>) as Node<unknown>;
  return [
    { left: "nothing", cluster: right, restartAfterMs: 100 },
    {
      left: "write the decision, then tell",
      cluster: withNodes(right, ["c"], tellBeforeWriting),
      restartAfterMs: 100,
    },
    {
      left: "write the promise, then vote",
      cluster: withNodes(right, ["p2"], voteWithoutLog),
      restartAfterMs: 100,
    },
    {
      left: "wait, whatever it takes",
      cluster: withNodes(right, ["p2"], tired),
      restartAfterMs: null,
    },
    {
      left: "keep the log over a crash",
      cluster: withNodes(right, ["c"], newDisk),
      restartAfterMs: 100,
    },
    {
      left: "adopt what was accepted",
      cluster: withNodes(
        paxosCluster(3, 1, false, []),
        ["l2"],
        deafLeader,
      ),
      restartAfterMs: null,
    },
  ];
}

/** Every crash point is tried; the seed changes nothing. */
export function run(_seed: number): string {
  const rows = variants().map(({ left, cluster, restartAfterMs }) => {
    const runs = allCrashes(cluster, 1, restartAfterMs, 1000);
    const wrong = runs.map(({ outcome }) => broken(outcome, []));
    const bad = wrong.filter((list) => list.length > 0);
    const [first = "-"] = bad[0] ?? [];
    const cells = [
      left.padEnd(30),
      `${runs.length}`.padStart(6),
      `${bad.length}`.padStart(5),
    ];
    return `  ${cells.join(" ")}  ${first}`;
  });
  return [
    "  rule left out                  points broken  the first",
    ...rows,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
