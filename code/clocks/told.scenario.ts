/**
 * Three processes that live by chance, as in the sample `clocks`, and
 * that somebody outside can tell to make an event now.
 */
import type { Effect, Node, NodeId } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { make, type State, process as speaker } from "./process.ts";

export const names = ["n1", "n2", "n3"];

export type Options = {
  readonly seed: number;
  /** By chance, of each process; none makes a run that waits. */
  readonly ownEvents: number;
  readonly skewMsMax: number;
  /** Nothing happens earlier, so that no clock shows less than zero. */
  readonly startMs: number;
};

/** What a process hears from outside: it is no message of the run. */
const order = "make";

function told({ ownEvents, startMs }: Options): Node<State> {
  const chance = speaker(ownEvents);
  const later = (effect: Effect): Effect =>
    effect.kind === "set-timer"
      ? { ...effect, afterMs: effect.afterMs + startMs }
      : effect;
  return {
    init: (setup) => {
      const [state, effects] = chance.init(setup);
      return [state, ownEvents > 0 ? effects.map(later) : []];
    },
    step: (state, input) => {
      const { event, nowMs } = input;
      const body = event.kind === "message" ? event.message.body : null;
      if (body?.type !== order) return chance.step(state, input);
      const dest = typeof body.dest === "string" ? body.dest : null;
      return make(state, Math.floor(nowMs), dest);
    },
  };
}

export function toldProcesses(options: Options): Simulation {
  const { seed, skewMsMax } = options;
  return simulate({
    seed,
    nodes: Object.fromEntries(names.map((id) => [id, told(options)])),
    network: { delayMs: { kind: "uniform", min: 5, max: 40 } },
    clocks: { skewMsMax },
  });
}

/** Make an event at `node` at once: a message to `dest`, or a local one. */
export function tell(
  sim: Simulation,
  node: NodeId,
  dest: NodeId | null,
): void {
  const before = sim.state<State>(node).log.length;
  sim.inject({ src: node, dest: node, body: { type: order, dest } });
  while (sim.state<State>(node).log.length === before && sim.runOne());
}
