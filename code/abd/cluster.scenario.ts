/** Replicas of the register and their clients, in good or bad weather. */
import {
  type ClientOptions,
  type ClientState,
  client,
  scriptedClient,
} from "../kernel/client.ts";
import { swarm } from "../kernel/faults.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { Model } from "../kernel/linearizable.ts";
import { type Cell, kv, register } from "../kernel/models.ts";
import type { Node, NodeId } from "../kernel/node.ts";
import { fraction, intBetween, stream } from "../kernel/random.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import type { State } from "./state.ts";

export const three: readonly NodeId[] = ["n1", "n2", "n3"];
export const five: readonly NodeId[] = [...three, "n4", "n5"];
export const clients: readonly NodeId[] = ["c1", "c2", "c3"];

/** A register for each key, which holds null before the first write. */
export const registers: Model<Cell> = {
  ...register(),
  partOf: kv.partOf,
};

export function cluster(
  servers: readonly NodeId[],
  node: Node<State>,
  more: Partial<SimulationOptions> = {},
): Simulation {
  const replicas = Object.fromEntries(servers.map((id) => [id, node]));
  const asking = Object.keys(more.nodes ?? {});
  const nodes = { ...replicas, ...more.nodes };
  return simulate({ seed: 1, ...more, nodes, clients: asking });
}

/** Reads and writes by lot; no value is written twice. */
export function drawing(
  options: ClientOptions,
  keys: readonly string[],
  operations: number,
): Node<ClientState> {
  return client(options, ({ begun, id }, dice) => {
    if (begun >= operations) return null;
    const chosen = intBetween(stream(dice, 0), 0, keys.length - 1);
    const key = keys[chosen] ?? "";
    return fraction(stream(dice, 1)) < 0.5
      ? { type: "read", key }
      : { type: "write", key, value: `${id}-${begun + 1}` };
  });
}

export type Storm = {
  readonly sim: Simulation;
  readonly history: readonly Operation[];
  /** What is asked after the storm: a write and a read. */
  readonly calm: readonly Operation[];
};

/** Three clients draw operations in a storm; then it is calm. */
export function storm(
  seed: number,
  servers: readonly NodeId[],
  node: Node<State>,
): Storm {
  const untilMs = 1500;
  const chaos = { nodes: servers, untilMs, pauseMsMax: 80 };
  const weather = swarm(seed, { ...chaos, faultMsMax: 400 });
  const often = { targets: servers, timeoutMs: 100, thinkMsMax: 30 };
  const late = { targets: servers, timeoutMs: 1000, attemptsMax: 5 };
  const asking = drawing(often, ["x"], 40);
  const last = [
    { type: "write", key: "x", value: "last" },
    { type: "read", key: "x" },
  ];
  const nodes = {
    ...Object.fromEntries(clients.map((id) => [id, asking])),
    c4: scriptedClient(last, { ...late, startMs: untilMs + 500 }),
  };
  const sim = cluster(servers, node, { ...weather, seed, nodes });
  const isAsking = (id: NodeId, questions: number) =>
    sim.state<ClientState>(id).answers.length < questions;
  sim.runUntil(untilMs + 1500);
  while (clients.some((id) => isAsking(id, 40)) || isAsking("c4", 2)) {
    sim.runFor(200);
  }
  const history = historyOf(sim.trace, [...clients, "c4"]);
  const calm = history.filter(({ process }) => process === "c4");
  return { sim, history, calm };
}
