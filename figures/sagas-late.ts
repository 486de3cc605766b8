/** The charge was given up and undone; then it arrives. */

import { drawSpaceTime } from "../code/kernel/spacetime.ts";
import type { TraceEvent } from "../code/kernel/trace.ts";
import { lateCharge } from "../code/sagas/late.scenario.ts";

export const program = "sagas/late";
export const seed = 7;

export function draw(): string {
  return drawSpaceTime(lateCharge(seed).trace, {
    nodes: ["o1", "card"],
    fromMs: 12,
    toMs: 142,
    heightPx: 400,
    label: words,
    show: (event) => event.kind !== "send" || event.message.dest !== "stock",
    nodeLabel: (id) => (id === "o1" ? "orchestrator" : "card service"),
  });
}

function words(event: TraceEvent): string | null | undefined {
  if (event.kind === "persist") {
    if (event.node !== "card") return null;
    return event.atMs < 100 ? "notes: undone" : null;
  }
  if (event.kind === "timer")
    return event.atMs > 70 && event.atMs < 85 ? "gives up: unknown" : null;
  if (event.kind !== "send") return undefined;
  const { body } = event.message;
  if (body.type === "do") return "charge";
  if (body.type === "undo") return "undo charge";
  return body.type === "do_ok" || body.type === "undo_ok" ? String(body.what) : null;
}
