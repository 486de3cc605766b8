/** Runs of Multi-Paxos that tests and samples share. */
import { type ChaosKind, chaos, swarm } from "../kernel/faults.ts";
import type { Node, NodeId } from "../kernel/node.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import { look, nothingSeen } from "./invariants.ts";
import type { Acceptor, State } from "./state.ts";

/** These replicas, with one that sees all looking on. */
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
      memory = look(memory, seen(sim, id));
    },
  });
}

/** Of one that crashed in its last step what its disk has taken. */
function seen(sim: Simulation, id: NodeId): State {
  const state = sim.state<State>(id);
  if (sim.isUp(id)) return state;
  const blank: Acceptor = { promised: 0, accepted: {} };
  const stored = (sim.disk(id).acceptor ?? blank) as Acceptor;
  return { ...state, ...stored, chosen: {}, chosenTo: 0 };
}

/** The leader of the highest ballot among those that are up, or null. */
export function leaderOf(
  sim: Simulation,
  ids: readonly NodeId[],
): NodeId | null {
  const leaders = ids
    .filter((id) => sim.isUp(id))
    .map((id) => sim.state<State>(id))
    .filter(({ role }) => role === "leading")
    .toSorted((a, b) => b.ballot - a.ballot);
  return leaders[0]?.id ?? null;
}

export function proposeTo(
  sim: Simulation,
  dest: NodeId,
  command: string,
) {
  const body = { type: "propose", command };
  sim.inject({ src: "client", dest, body });
}

/** Propose to all who think that they lead, until then. */
export function keepProposing(
  sim: Simulation,
  ids: readonly NodeId[],
  everyMs: number,
  untilMs: number,
): void {
  for (let n = 1; sim.nowMs < untilMs; n++) {
    for (const id of ids) {
      if (sim.isUp(id)) proposeTo(sim, id, `#${n} by ${id}`);
    }
    sim.runFor(everyMs);
  }
}

/** A storm of everything; then calm, and progress is demanded. */
export function stormAndCalm(
  seed: number,
  ids: readonly NodeId[],
  node: Node<State>,
): Simulation {
  const untilMs = 3000;
  const weather = swarm(seed, { nodes: ids, untilMs, pauseMsMax: 200 });
  const sim = watched(ids, node, { ...weather, seed });
  keepProposing(sim, ids, 30, untilMs);
  demandProgress(sim, ids);
  return sim;
}

/** A harsh storm of few kinds of faults, to catch what is broken. */
export function harshStorm(
  seed: number,
  ids: readonly NodeId[],
  node: Node<State>,
  kinds: readonly ChaosKind[],
): Simulation {
  const untilMs = 4000;
  const faults = chaos(seed, {
    nodes: ids,
    untilMs,
    kinds,
    faultMsMax: 300,
    pauseMsMax: 50,
  });
  const network = { messageLossProbability: 0.1 };
  const sim = watched(ids, node, { seed, faults, network });
  keepProposing(sim, ids, 30, untilMs);
  return sim;
}

/** Liveness: one more command, learned by all, with no gap before it. */
export function demandProgress(
  sim: Simulation,
  ids: readonly NodeId[],
): void {
  sim.runFor(1500);
  const leader = leaderOf(sim, ids);
  if (leader === null) throw new Error("nobody leads after the storm");
  proposeTo(sim, leader, "after the storm");
  // A single message may take most of a second, in calm weather too.
  sim.runFor(2000);
  const { nextSlot } = sim.state<State>(leader);
  const learned = ids.map((id) => sim.state<State>(id).chosenTo);
  if (learned.some((chosenTo) => chosenTo !== nextSlot - 1)) {
    const wanted = nextSlot - 1;
    throw new Error(`learned ${learned.join(" ")}, wanted ${wanted}`);
  }
}

/**
 * Slot 1 is asked of nobody who hears it, slot 2 of all but two; then the
 * leader is gone. Whoever follows finds an entry behind a gap.
 */
export function gapAndCrash(
  ids: readonly NodeId[],
  node: Node<State>,
  seed: number,
): Simulation {
  const sim = watched(ids, node, {
    seed,
    network: {
      fate: ({ src, dest, body }) => {
        const isFirst = body.type === "accept" && src === first;
        const isLost = body.slot === 1 || dest === spared;
        return isFirst && isLost ? "lose" : undefined;
      },
    },
  });
  let first: NodeId | null = null;
  let spared: NodeId = "";
  while (first === null) {
    sim.runFor(10);
    first = leaderOf(sim, ids);
  }
  spared = ids.find((id) => id !== first) ?? "";
  proposeTo(sim, first, "a");
  proposeTo(sim, first, "b");
  sim.runFor(20);
  sim.apply({ kind: "crash", node: first });
  sim.runFor(1000);
  return sim;
}
