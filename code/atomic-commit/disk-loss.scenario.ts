/**
 * In doubt after the loss of the coordinator's disk: it had written its
 * commit and told one participant; then the machine burned, and another
 * of the same name came up with an empty disk.
 */
import type { Fault } from "../kernel/faults.ts";
import { newDisk } from "./broken.ts";
import { type Outcome, runCommit } from "./cluster.scenario.ts";
import { twoPhaseCluster, withNodes } from "./protocols.scenario.ts";

export const burnMs = 40;
export const backMs = 300;

export function diskLoss(
  isDiskLost: boolean,
  isCooperative: boolean,
): Outcome {
  const right = twoPhaseCluster({ isCooperative }, []);
  const cluster = isDiskLost ? withNodes(right, ["c"], newDisk) : right;
  const faults: readonly Fault[] = [
    // After the votes (20 ms) and before the decision arrives (25 ms).
    { atMs: 22, kind: "cut", from: "c", to: "p2" },
    { atMs: 22, kind: "cut", from: "c", to: "p3" },
    { atMs: burnMs, kind: "crash", node: "c" },
    { atMs: backMs, kind: "heal" },
    { atMs: backMs, kind: "restart", node: "c" },
  ];
  return runCommit(cluster, { seed: 1, untilMs: 600, faults });
}
