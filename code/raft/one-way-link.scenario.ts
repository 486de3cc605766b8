/**
 * Three servers, one link of which carries messages in one direction only,
 * or not at all. Raft stays safe; whether it stays useful is the question.
 */
import type { FaultAction } from "../kernel/faults.ts";
import type { NodeId } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import {
  keepProposing,
  leaderOf,
  watched,
} from "./cluster.scenario.ts";
import { raft } from "./raft.ts";
import { entryAt, type Options, type State } from "./state.ts";

const ids = ["n1", "n2", "n3"];
const faultAtMs = 1000;
const untilMs = 11_000;

/** The leader at the time of the fault, and the two others. */
export type Roles = {
  readonly leader: NodeId;
  readonly near: NodeId;
  readonly far: NodeId;
};

export type Report = {
  /** The highest term of each server, every 100 ms after the fault. */
  readonly terms: readonly { readonly [id: NodeId]: number }[];
  /** How many times a leader was elected after the fault. */
  readonly elections: number;
  /** Writes asked for and writes committed, both after the fault. */
  readonly asked: number;
  readonly acknowledged: number;
};

// #region partial-link
/** Ten seconds with these links cut; a write every 50 ms. */
export function withFault(
  optionsFor: (members: readonly NodeId[]) => Options,
  cuts: (roles: Roles) => readonly FaultAction[],
  seed: number,
): Report {
  const elected = new Set<string>();
  const sim = watched(ids, raft(optionsFor(ids)), {
    seed,
    onStep: (sim, id) => {
      const { role, currentTerm } = sim.state<State>(id);
      const isNew = role === "leader" && sim.nowMs > faultAtMs;
      if (isNew) elected.add(`${id} ${currentTerm}`);
    },
  });
  sim.runUntil(faultAtMs);
  const roles = rolesIn(sim);
  elected.add(`${roles.leader} ${termOf(sim, roles.leader)}`);
  for (const cut of cuts(roles)) sim.apply(cut);
  const terms: Report["terms"][number][] = [];
  while (sim.nowMs < untilMs) {
    terms.push(
      Object.fromEntries(ids.map((id) => [id, termOf(sim, id)])),
    );
    keepProposing(sim, ids, 50, sim.nowMs + 100);
  }
  const asked = (untilMs - faultAtMs) / 50;
  const acknowledged = committedCommands(sim);
  return { terms, elections: elected.size - 1, asked, acknowledged };
}
// #endregion partial-link

function rolesIn(sim: Simulation): Roles {
  const leader = leaderOf(sim, ids);
  const [near, far] = ids.filter((id) => id !== leader);
  if (leader === null || !near || !far)
    throw new Error("Nobody leads.");
  return { leader, near, far };
}

function termOf(sim: Simulation, id: NodeId): number {
  return sim.state<State>(id).currentTerm;
}

/** Commands in the longest committed beginning of a log. */
function committedCommands(sim: Simulation): number {
  const counts = ids.map((id) => {
    const state = sim.state<State>(id);
    const indexes = Array.from(
      { length: state.commitIndex },
      (_, i) => i + 1,
    );
    return indexes.filter((i) => entryAt(state, i)?.kind === "command")
      .length;
  });
  return Math.max(...counts);
}

/** B hears nobody, and is heard by all. */
export function deafFollower({ leader, near, far }: Roles) {
  return [cut(leader, far), cut(near, far)];
}

/** The leader and B cannot reach each other; A reaches both. */
export function brokenPair({ leader, far }: Roles) {
  return [cut(leader, far), cut(far, leader)];
}

/** The leader hears nobody, and is heard by all. */
export function deafLeader({ leader, near, far }: Roles) {
  return [cut(near, leader), cut(far, leader)];
}

function cut(from: NodeId, to: NodeId): FaultAction {
  return { kind: "cut", from, to };
}
