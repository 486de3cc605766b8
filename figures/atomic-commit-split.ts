/**
 * Three-phase commit under the first partition that splits it: p1 is cut
 * off after its vote, takes the silence for a crash, and aborts alone.
 */
import { runCut, splits } from "../code/atomic-commit/partition.scenario.ts";
import { threePhaseCluster } from "../code/atomic-commit/protocols.scenario.ts";
import { drawSpaceTime } from "../code/kernel/spacetime.ts";
import type { TraceEvent } from "../code/kernel/trace.ts";

export const program = "atomic-commit/split";
export const seed = 7;

export function draw(): string {
  const cluster = threePhaseCluster([]);
  const [first] = splits(cluster, 26);
  if (first === undefined) throw new Error("No cut splits it.");
  const { sim } = runCut(cluster, first);
  return drawSpaceTime(sim.trace, {
    nodes: ["p1", "c", "p2", "p3"],
    fromMs: 14,
    toMs: 154,
    heightPx: 470,
    label: words,
    nodeLabel: (id) => (id === "c" ? "coordinator" : id),
  });
}

function words(event: TraceEvent): string | null | undefined {
  if (event.kind === "persist") {
    const { value, node } = event;
    if (value === "prepared") return null;
    if (node === "p1" || node === "p3" || node === "c")
      return node === "c" ? "writes committed" : `${value}`;
    return null;
  }
  if (event.kind === "partition") return "p1 is cut off";
  if (event.kind === "timer") {
    return event.node === "p1" && event.name === "silence" ? "asks" : null;
  }
  if (event.kind !== "send") return undefined;
  const { message } = event;
  const { body } = message;
  if (body.type === "vote") return message.src === "p3" ? "yes" : null;
  if (message.src === "p1" && message.dest !== "p3") return null;
  if (message.src === "c" && message.dest !== "p3" && body.type === "prepare") return null;
  if (message.src === "c" && message.dest === "p2") return null;
  return body.type;
}
