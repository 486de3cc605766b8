/** Groups of SWIM members, and what each comes to think of the others. */
import type { Node, NodeId } from "../kernel/node.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import type { Update } from "./members.ts";
import { membersOf, type State } from "./swim.ts";

/** n01, n02 …: names whose order is the order of the numbers. */
export function names(count: number): readonly NodeId[] {
  return Array.from(
    { length: count },
    (_, at) => `n${String(at + 1).padStart(2, "0")}`,
  );
}

export type Setting = Omit<SimulationOptions, "nodes">;

export function group(
  ids: readonly NodeId[],
  node: Node<State>,
  setting: Setting,
): Simulation {
  const nodes = Object.fromEntries(ids.map((id) => [id, node]));
  return simulate({ keepTrace: false, ...setting, nodes });
}

// #region views
/** `by` now holds this of `update.member`. */
export type Change = {
  readonly atMs: number;
  readonly by: NodeId;
  readonly update: Update;
};

/** Writes down every change of what is known; for `onStep`. */
export function recorder() {
  const changes: Change[] = [];
  const last = new Map<NodeId, State["members"]>();
  const hear = (sim: Simulation, by: NodeId) => {
    const { members } = sim.state<State>(by);
    const before = last.get(by);
    last.set(by, members);
    if (before === undefined || before === members) return;
    for (const update of Object.values(members)) {
      if (before[update.member] !== update)
        changes.push({ atMs: sim.nowMs, by, update });
    }
  };
  return { changes, hear };
}
// #endregion views

/** Whom each live member takes for present, itself left out. */
export function views(
  sim: Simulation,
  ids: readonly NodeId[],
): { readonly [id: NodeId]: readonly NodeId[] } {
  const live = ids.filter((id) => sim.isUp(id));
  return Object.fromEntries(
    live.map((id) => [id, membersOf(sim.state<State>(id))]),
  );
}

/** What the views are if all are right: all others that are up. */
export function rightViews(sim: Simulation, ids: readonly NodeId[]) {
  const live = ids.filter((id) => sim.isUp(id));
  return Object.fromEntries(
    live.map((id) => [id, live.filter((other) => other !== id)]),
  );
}
