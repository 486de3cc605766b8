/**
 * A simulated Raft cluster for the tests and samples: servers, a client
 * that proposes to whoever leads, and the five properties checked at
 * each step.
 */
import { swarm } from "../kernel/faults.ts";
import type { Node, NodeId } from "../kernel/node.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import { look, nothingSeen } from "./invariants.ts";
import { lastIndex, type State } from "./state.ts";

/** A run of these servers, the five properties checked at each step. */
export function watched(
  ids: readonly NodeId[],
  node: Node<State>,
  options: Omit<SimulationOptions, "nodes">,
): Simulation {
  let memory = nothingSeen;
  return simulate({
    ...options,
    nodes: Object.fromEntries(ids.map((id) => [id, node])),
    onStep: (sim, id) => {
      // The last step of a crash may not have reached the disk.
      if (sim.isUp(id)) memory = look(memory, sim.state<State>(id));
      options.onStep?.(sim, id);
    },
  });
}

/** The leader of the highest term among those that are up, or null. */
export function leaderOf(
  sim: Simulation,
  ids: readonly NodeId[],
): NodeId | null {
  const leaders = ids
    .filter((id) => sim.isUp(id))
    .map((id) => sim.state<State>(id))
    .filter((state) => state.role === "leader")
    .toSorted((a, b) => b.currentTerm - a.currentTerm);
  return leaders[0]?.id ?? null;
}

/** Hand a command to a server, as a client would. */
export function proposeTo(
  sim: Simulation,
  id: NodeId,
  command: string,
): void {
  const body = { type: "propose", command };
  sim.inject({ src: "client", dest: id, body });
}

/** Propose to whoever leads every so often, until then. */
export function keepProposing(
  sim: Simulation,
  ids: readonly NodeId[],
  everyMs: number,
  untilMs: number,
): void {
  for (let n = 1; sim.nowMs < untilMs; n++) {
    const leader = leaderOf(sim, ids);
    if (leader !== null) proposeTo(sim, leader, `#${n}`);
    sim.runFor(everyMs);
  }
}

/**
 * Many faults for a while, then none: safety at each step, and in the end
 * progress. Throws what went wrong, with the seed.
 */
export function stormAndCalm(
  seed: number,
  ids: readonly NodeId[],
  node: Node<State>,
): Simulation {
  const untilMs = 4000;
  const weather = swarm(seed, { nodes: ids, untilMs, pauseMsMax: 200 });
  const sim = watched(ids, node, { ...weather, seed });
  try {
    keepProposing(sim, ids, 20, untilMs);
    demandProgress(sim, ids);
    return sim;
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    const drawn = JSON.stringify({ ...weather, faults: undefined });
    throw new Error(
      `seed ${seed} at ${sim.nowMs} ms: ${told}\n${drawn}`,
    );
  }
}

/** Liveness: healed, all agree on one more command in two seconds. */
export function demandProgress(
  sim: Simulation,
  ids: readonly NodeId[],
): void {
  sim.runFor(1500);
  const leader = leaderOf(sim, ids);
  if (leader === null) throw new Error("nobody leads after the storm");
  proposeTo(sim, leader, "after the storm");
  sim.runFor(500);
  const states = ids.map((id) => sim.state<State>(id));
  const commits = states.map((state) => state.commitIndex);
  const last = lastIndex(sim.state<State>(leader));
  if (commits.some((commitIndex) => commitIndex !== last)) {
    throw new Error(`committed ${commits.join(" ")}, wanted ${last}`);
  }
}
