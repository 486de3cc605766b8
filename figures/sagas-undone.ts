/** An order whose parcel nobody takes: down the saga and back up its log. */

import { drawSpaceTime } from "../code/kernel/spacetime.ts";
import type { TraceEvent } from "../code/kernel/trace.ts";
import type { Orchestrator } from "../code/sagas/orchestrator.ts";
import { led, order, play } from "../code/sagas/order.scenario.ts";

export const program = "sagas";
export const seed = 7;

export function draw(): string {
  const { sim } = play(led({ seed, refusing: "parcel" }), null);
  return drawSpaceTime(sim.trace, {
    nodes: ["o1", "stock", "card", "parcel"],
    fromMs: 12,
    toMs: 45,
    heightPx: 430,
    label: words,
    nodeLabel: (id) => (id === "o1" ? "orchestrator" : id),
  });
}

function words(event: TraceEvent): string | null | undefined {
  if (event.kind === "persist") return event.node === "o1" ? lastLine(event.value) : null;
  if (event.kind !== "send") return undefined;
  const { body } = event.message;
  if (body.type === "do") return String(body.step);
  if (body.type === "undo") return `undo ${body.step}`;
  return body.type === "do_ok" || body.type === "undo_ok" ? String(body.what) : null;
}

/** What was added to the saga log. */
function lastLine(value: unknown): string | null {
  const log = (value as Orchestrator["logs"])[order] ?? [];
  const last = log.at(-1);
  return last === undefined ? "log: begun" : `log: ${last.step} ${last.what}`;
}
