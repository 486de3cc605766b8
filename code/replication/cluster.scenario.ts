/** A store of three servers with a controller: what runs have in common. */
import { type ClientState, scriptedClient } from "../kernel/client.ts";
import { type ChaosKind, swarm } from "../kernel/faults.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { Body, Node, NodeId } from "../kernel/node.ts";
import { intBetween, stream } from "../kernel/random.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import { type ControllerOptions, controller } from "./controller.ts";
import { replica } from "./replication.ts";
import { type Session, withToken } from "./session.ts";
import {
  asyncOptions,
  type Entry,
  leads,
  type Options,
  type State,
} from "./state.ts";

export const servers: readonly NodeId[] = ["n1", "n2", "n3"];

/** Nobody loses what was acknowledged: one receipt, and two fenced. */
export const losslessOptions: Options = {
  ...asyncOptions,
  mode: "semi-sync",
};

export const watchful: ControllerOptions = {
  servers,
  firstLeader: "n1",
  probeMs: 50,
  deadAfterMs: 250,
  fencedMin: 2,
};

export function threeOf(node: Node<State>) {
  return Object.fromEntries(servers.map((id) => [id, node]));
}

/** The writes that clients were told are done. */
export function acknowledged(
  history: readonly Operation[],
): readonly Operation[] {
  return history.filter(
    ({ op, outcome }) => op === "write" && outcome === "ok",
  );
}

/** Those of them that this server does not hold. */
export function lostOn(
  sim: Simulation,
  id: NodeId,
  history: readonly Operation[],
): readonly Operation[] {
  const { log } = sim.state<State>(id);
  const isHeld = ({ process, args }: Operation) =>
    log.some(
      ({ client, value }) => client === process && value === args.value,
    );
  return acknowledged(history).filter((write) => !isHeld(write));
}

/** The leader of the highest epoch among those that are up. */
export function leaderOf(sim: Simulation): NodeId | null {
  const leading = servers
    .filter((id) => sim.isUp(id) && leads(sim.state<State>(id)))
    .map((id) => sim.state<State>(id))
    .sort((one, other) => other.epoch - one.epoch);
  return leading[0]?.id ?? null;
}

export function words(entries: readonly Entry[]): string {
  return entries
    .filter(({ key }) => key !== null)
    .map(({ value }) => String(value))
    .join(" ");
}

const clients = ["c1", "c2", "c3"];

export type Storm = {
  readonly sim: Simulation;
  readonly history: readonly Operation[];
};

/**
 * Three clients write and read by lot in a storm, each going on from
 * server to server; the controller is in the storm too. Then it is calm.
 */
export function storm(
  seed: number,
  node: Node<State>,
  watch: ControllerOptions = watchful,
): Storm {
  const untilMs = 4000;
  const kinds: readonly ChaosKind[] = [
    "crash",
    "crash-between-effects",
    "halves",
    "isolate",
    "one-way",
    "bridge",
    "pause",
    "slow",
  ];
  const nodes = [...servers, "op"];
  const chaos = { nodes, untilMs, kinds, pauseMsMax: 300 };
  const weather = swarm(seed, { ...chaos, faultMsMax: 700 });
  const sim = simulate({
    ...weather,
    seed,
    nodes: {
      ...threeOf(node),
      op: controller(watch),
      ...Object.fromEntries(
        clients.map((c, at) => [c, drawn(seed, at)]),
      ),
    },
    clients: ["op", ...clients],
  });
  sim.runUntil(untilMs + 2000);
  const isAsking = (id: NodeId) =>
    sim.state<Session<ClientState>>(id).client.answers.length < 60;
  while (clients.some(isAsking)) sim.runFor(200);
  sim.runFor(500);
  return { sim, history: historyOf(sim.trace, clients) };
}

/** Sixty operations by lot; no value is written twice. */
function drawn(seed: number, at: number): Node<Session<ClientState>> {
  const dice = stream(stream(seed, 77), at);
  const operations = Array.from({ length: 60 }, (_, nth): Body => {
    const key = ["x", "y"][intBetween(stream(dice, nth), 0, 1)] ?? "x";
    const isRead = intBetween(stream(dice, 100 + nth), 0, 1) === 0;
    return isRead
      ? { type: "read", key }
      : { type: "write", key, value: `c${at + 1}-${nth + 1}` };
  });
  return withToken(
    scriptedClient(operations, {
      targets: servers,
      timeoutMs: 300,
      thinkMsMax: 60,
      attemptsMax: 3,
    }),
  );
}

/** A run of three servers that a story goes on with by itself. */
export function story(
  options: Options,
  nodes: SimulationOptions["nodes"],
  more: Partial<SimulationOptions> = {},
): Simulation {
  return simulate({
    seed: 1,
    ...more,
    nodes: { ...threeOf(replica(options)), ...nodes },
    clients: Object.keys(nodes),
  });
}
