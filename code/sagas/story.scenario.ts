/** What the examples tell of a saga: its questions and its log. */
import type { Simulation } from "../kernel/simulator.ts";
import type { TraceEvent } from "../kernel/trace.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { order } from "./order.scenario.ts";

export function story(sim: Simulation): readonly string[] {
  const { logs } = sim.state<Orchestrator>("o1");
  const log = (logs[order] ?? []).map(({ step, what }) =>
    what === "done" ? step : `${step} ${what}`,
  );
  return [...sim.trace.flatMap(told), `saga log: ${log.join(", ")}`];
}

/** What the services hear, and what the orchestrator is answered. */
function told(event: TraceEvent): readonly string[] {
  const time = `${event.atMs.toFixed(0).padStart(4)} ms  `;
  if (event.kind === "crash") return [`${time}${event.node} crashes`];
  if (event.kind === "restart") return [`${time}${event.node} is back`];
  if (event.kind !== "deliver") return [];
  const { src, dest, body } = event.message;
  if (body.type === "do") return [`${time}${dest}: ${body.step}`];
  if (body.type === "undo")
    return [`${time}${dest}: undo ${body.step}`];
  const isAnswer = body.type === "do_ok" || body.type === "undo_ok";
  return isAnswer ? [`${time}    ${src} says ${body.what}`] : [];
}
