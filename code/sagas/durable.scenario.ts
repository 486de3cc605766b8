/** Workflows on an engine that may crash, and the services they call. */
import {
  crashPoints,
  play,
  type Run,
} from "../idempotency/crash-points.scenario.ts";
import type { Node } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import {
  type Command,
  type Engine,
  engine,
  type Line,
  type Workflow,
} from "./durable.ts";
import { type Service, service } from "./order-workflow.ts";

const names = ["stock", "fraud", "card", "parcel"];
export const everybody = ["e1", ...names];

export function working(
  seed: number,
  workflow: Workflow,
  refuses: readonly string[],
): Run {
  const options = { workflow, input: "order-17", retryMs: 30 };
  const services = names.map((id): [string, Node<Service>] => [
    id,
    service(refuses),
  ]);
  return {
    untilMs: 1500,
    downMs: 50,
    options: {
      seed,
      nodes: { e1: engine(options), ...Object.fromEntries(services) },
      network: { delayMs: { kind: "constant", ms: 3 } },
    },
  };
}

/** All that was done, by service: reserve, release, charge, … */
export function done(sim: Simulation): readonly string[] {
  return names.flatMap((id) => sim.state<Service>(id).did);
}

export function journalOf(sim: Simulation): readonly Line[] {
  return sim.state<Engine>("e1").journal;
}

export function commandText(command: Command): string {
  switch (command.kind) {
    case "call":
      return `${command.service}.${command.what}`;
    case "sleep":
      return `sleep ${command.forMs} ms`;
    case "version":
      return `version of "${command.change}"`;
  }
}

export { crashPoints, play };
