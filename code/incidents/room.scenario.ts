/**
 * The incident room: a system in trouble, a list of actions with their
 * times, and what the dashboard showed minute by minute.
 */
import type { FaultAction } from "../kernel/faults.ts";
import type { Body, Json, Node, NodeId } from "../kernel/node.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import { type CustomersState, minuteMs } from "./customers.ts";
import {
  type Gauges,
  type Reading,
  readingOf,
  table,
} from "./dashboard.ts";
import { written } from "./timeline.ts";

// #region deed
/** What can be done at a terminal, besides what fate does. */
export type Deed =
  | FaultAction
  /** A message to a node, mostly new values for its knobs. */
  | {
      readonly kind: "tell";
      readonly node: NodeId;
      readonly body: Body;
    }
  /** What depends on how the system is at that moment. */
  | {
      readonly kind: "look";
      readonly next: (sim: Simulation) => readonly Deed[];
    };

export type Action = {
  /** Minutes since the start; 3.5 is half past three. */
  readonly atMin: number;
  readonly label: string;
  readonly deeds: readonly Deed[];
};
// #endregion deed

// #region incident
export type Incident = {
  readonly name: string;
  readonly world: Pick<
    SimulationOptions,
    "nodes" | "clients" | "network" | "clocks"
  >;
  /** Those whose experience is the dashboard's. */
  readonly crowds: readonly NodeId[];
  readonly gauges: (sim: Simulation) => Gauges;
  /** What goes wrong by itself. */
  readonly trouble: readonly Action[];
  readonly mitigation: readonly Action[];
  /** What looks right, and is not. */
  readonly worse: readonly Action[];
};

export type Run = {
  readonly readings: readonly Reading[];
  readonly sim: Simulation;
};

export const minutes = 20;
// #endregion incident

// #region run
/** Play the trouble and these actions; one reading a minute. */
export function play(
  incident: Incident,
  seed: number,
  actions: readonly Action[],
): Run {
  const { world, crowds, gauges, trouble } = incident;
  const sim = simulate({ seed, keepTrace: false, ...world });
  const ordered = [...trouble, ...actions].toSorted(
    (one, other) => one.atMin - other.atMin,
  );
  const readings: Reading[] = [];
  for (let minute = 1; minute <= minutes; minute += 1) {
    for (const { atMin, deeds } of ordered) {
      if (atMin < minute - 1 || atMin >= minute) continue;
      sim.runUntil(atMin * minuteMs);
      for (const deed of deeds) perform(sim, deed);
    }
    sim.runUntil(minute * minuteMs);
    const states = crowds.map((id) => sim.state<CustomersState>(id));
    readings.push(readingOf(states, gauges(sim), sim.nowMs));
  }
  return { readings, sim };
}

/** The system as it is at that minute, if nobody does anything. */
export function untreatedAt(
  { world, trouble }: Incident,
  seed: number,
  minute: number,
): Simulation {
  const sim = simulate({ seed, keepTrace: false, ...world });
  for (const { atMin, deeds } of trouble) {
    if (atMin >= minute) continue;
    sim.runUntil(atMin * minuteMs);
    for (const deed of deeds) perform(sim, deed);
  }
  sim.runUntil(minute * minuteMs);
  return sim;
}

function perform(sim: Simulation, deed: Deed): void {
  if (deed.kind === "look") {
    for (const found of deed.next(sim)) perform(sim, found);
  } else if (deed.kind === "tell") {
    const { node: dest, body } = deed;
    sim.inject({ src: "operator", dest, body });
  } else {
    sim.apply(deed);
  }
}
// #endregion run

// #region verbs
/** New values for knobs of a node. */
export function set(
  node: NodeId,
  change: { readonly [knob: string]: Json },
): Deed {
  return { kind: "tell", node, body: { type: "set", change } };
}

export function at(
  atMin: number,
  label: string,
  ...deeds: readonly Deed[]
): Action {
  return { atMin, label, deeds };
}

/** Down, and up again after half a minute. */
export function restart(
  atMin: number,
  ...nodes: readonly NodeId[]
): readonly Action[] {
  const all = (kind: "crash" | "restart") =>
    nodes.map((node) => ({ kind, node }));
  const names = nodes.join(", ");
  return [
    at(atMin, `restart ${names}`, ...all("crash")),
    at(atMin + 0.5, `${names} up`, ...all("restart")),
  ];
}
// #endregion verbs

/** Nodes of one kind under several names. */
export function alike<S>(
  ids: readonly NodeId[],
  node: Node<S>,
): { readonly [id: NodeId]: Node<S> } {
  return Object.fromEntries(ids.map((id) => [id, node]));
}

// #region three-ways
/** The same trouble, left alone, treated, and treated badly. */
export function threeWays(incident: Incident, seed: number) {
  const { mitigation, worse } = incident;
  return {
    untreated: play(incident, seed, []).readings,
    mitigated: play(incident, seed, mitigation).readings,
    worse: play(incident, seed, worse).readings,
  };
}
// #endregion three-ways

/** Good answers of all that the shop promises: 99.9 %. */
export const objective = 0.999;

// #region story
/** What the room saw, from then to then, with these actions. */
export function story(
  incident: Incident,
  seed: number,
  actions: readonly Action[],
  fromMin: number,
  toMin: number,
): readonly string[] {
  const { readings } = play(incident, seed, actions);
  const { trouble } = incident;
  // The last entry of a minute stands: the first thing done in it.
  const marks = [...trouble, ...actions]
    .map(({ atMin, label }) => [Math.floor(atMin), label] as const)
    .toReversed();
  return [
    ...table(
      readings.slice(fromMin - 1, toMin),
      Object.fromEntries(marks),
    ),
    "",
    ...written(readings, trouble, actions, objective),
  ];
}
// #endregion story
