/** Cut a cluster in two, at every moment and in every way. */
import type { Fault } from "../kernel/faults.ts";
import type { NodeId } from "../kernel/node.ts";
import {
  broken,
  type Cluster,
  type Outcome,
  runCommit,
} from "./cluster.scenario.ts";

export type Cut = {
  readonly atMs: number;
  readonly groups: readonly (readonly NodeId[])[];
};

export function runCut(cluster: Cluster, cut: Cut): Outcome {
  const untilMs = 1500;
  const faults: readonly Fault[] = [
    { kind: "partition", ...cut },
    { kind: "heal", atMs: 900 },
  ];
  return runCommit(cluster, { seed: 1, untilMs, faults });
}

/** All ways to cut the nodes in two, at every millisecond of a run. */
export function allCuts(
  cluster: Cluster,
  toMs: number,
): readonly Cut[] {
  const [first = "", ...others] = Object.keys(cluster.nodes);
  // Each number says in binary who is on the other side.
  const numbers = Array.from(
    { length: 2 ** others.length - 1 },
    (_, at) => at + 1,
  );
  const ways = numbers.map((number) => {
    const isAway = (at: number) =>
      Math.floor(number / 2 ** at) % 2 === 1;
    const side = others.filter((_, at) => isAway(at));
    return [[first, ...others.filter((_, at) => !isAway(at))], side];
  });
  const moments = Array.from({ length: toMs - 9 }, (_, at) => 10 + at);
  return moments.flatMap((atMs) =>
    ways.map((groups) => ({ atMs: atMs + 0.5, groups })),
  );
}

/** The cuts that split the decision. */
export function splits(cluster: Cluster, toMs: number): readonly Cut[] {
  return allCuts(cluster, toMs).filter(
    (cut) => broken(runCut(cluster, cut), []).length > 0,
  );
}
