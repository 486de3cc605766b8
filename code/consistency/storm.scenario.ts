/** The dial in a storm, and the calm after it. */
import { swarm } from "../kernel/faults.ts";
import type { Node } from "../kernel/node.ts";
import { dial } from "./dial.ts";
import type { Level } from "./levels.ts";
import type { State } from "./state.ts";
import {
  options,
  type Run,
  servers,
  workload,
} from "./workload.scenario.ts";

/** Three clients anywhere while all sorts of things happen. */
export function storm(
  seed: number,
  level: Level,
  node: Node<State> = dial(options),
): Run {
  const untilMs = 1500;
  const chaos = { nodes: servers, untilMs, pauseMsMax: 100 };
  const run = workload({
    seed,
    levelOf: () => level,
    clients: { c1: servers, c2: servers, c3: servers },
    operations: 14,
    more: swarm(seed, { ...chaos, faultMsMax: 400 }),
    node,
  });
  if (run.sim.nowMs < untilMs) run.sim.runUntil(untilMs);
  run.sim.runFor(3000);
  return run;
}
