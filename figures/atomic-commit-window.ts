/**
 * The window of doubt: both voted yes, the coordinator is gone before it
 * has written anything, and each asks the other, who knows as little.
 */
import { runCommit } from "../code/atomic-commit/cluster.scenario.ts";
import { twoPhaseCluster } from "../code/atomic-commit/protocols.scenario.ts";
import { drawSpaceTime } from "../code/kernel/spacetime.ts";
import type { TraceEvent } from "../code/kernel/trace.ts";

export const program = "atomic-commit/blocked";
export const seed = 7;

export function draw(): string {
  const cluster = twoPhaseCluster({ participants: ["p1", "p2"] }, []);
  const crash = { node: "c", step: 2, effect: 0 };
  const { sim } = runCommit(cluster, { seed, untilMs: 1000, crash });
  return drawSpaceTime(sim.trace, {
    nodes: ["c", "p1", "p2"],
    fromMs: 14,
    toMs: 72,
    heightPx: 330,
    label: words,
    nodeLabel: (id) => names[id] ?? id,
  });
}

const names: { readonly [id: string]: string } = {
  c: "coordinator",
  p1: "p1: Bob",
  p2: "p2: Joe",
};

function words(event: TraceEvent): string | null | undefined {
  if (event.kind === "persist") return "writes prepared";
  if (event.kind === "timer") return "in doubt: asks";
  if (event.kind === "crash") return "crash";
  if (event.kind !== "send") return undefined;
  const { body } = event.message;
  return body.type === "vote" ? "yes" : body.type;
}
