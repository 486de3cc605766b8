/** A chain of three servers, its master and clients, in good or bad air. */
import {
  type ClientState,
  kvClient,
  scriptedClient,
} from "../kernel/client.ts";
import { type ChaosKind, swarm } from "../kernel/faults.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { Node, NodeId } from "../kernel/node.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import { look } from "./invariants.ts";
import { type MasterOptions, master } from "./master.ts";
import { type Options, paperOptions, type State } from "./state.ts";

export const servers: readonly NodeId[] = ["n1", "n2", "n3"];
export const clients: readonly NodeId[] = ["c1", "c2", "c3"];

export const masterOptions: MasterOptions = {
  chain: servers,
  checkMs: 25,
  deadAfterMs: 150,
};

/** As in the paper, but nobody answers a read without a lease. */
export const leaseOptions: Options = { ...paperOptions, leaseMs: 100 };
export const craqOptions: Options = {
  ...leaseOptions,
  readsAnywhere: true,
};

export function cluster(
  node: Node<State>,
  more: Partial<SimulationOptions> = {},
): Simulation {
  return simulate({
    seed: 1,
    ...more,
    nodes: {
      ...Object.fromEntries(servers.map((id) => [id, node])),
      m: master(masterOptions),
      ...more.nodes,
    },
    clients: ["m", ...Object.keys(more.nodes ?? {})],
    onStep: (sim) => look(servers.map((id) => sim.state<State>(id))),
  });
}

export type Storm = {
  readonly sim: Simulation;
  readonly history: readonly Operation[];
  /** What is asked after the storm: a write and a read. */
  readonly calm: readonly Operation[];
};

/** What may happen where the master may be wrong about a death. */
export const anyKinds: readonly ChaosKind[] = [
  "crash",
  "crash-between-effects",
  "halves",
  "isolate",
  "one-way",
  "bridge",
  "pause",
  "slow",
];

/** Three clients draw operations in a storm; then it is calm. */
export function storm(
  seed: number,
  node: Node<State>,
  kinds: readonly ChaosKind[] = anyKinds,
): Storm {
  const untilMs = 3000;
  const isFailStop = !kinds.includes("isolate");
  const nodes = isFailStop ? servers : [...servers, "m"];
  const chaos = { nodes, untilMs, kinds, pauseMsMax: 200 };
  const weather = swarm(seed, { ...chaos, faultMsMax: 600 });
  const client = kvClient({
    targets: servers,
    timeoutMs: 150,
    thinkMsMax: 30,
    startMs: 50,
    keys: ["x", "y"],
    operations: 60,
  });
  const last = [
    { type: "write", key: "x", value: "last" },
    { type: "read", key: "x" },
  ];
  const c4 = scriptedClient(last, {
    targets: servers,
    timeoutMs: 150,
    attemptsMax: 20,
    startMs: untilMs + 500,
  });
  const asking = {
    ...Object.fromEntries(clients.map((id) => [id, client])),
    c4,
  };
  // The links of the paper lose nothing.
  const links = isFailStop ? { messageLossProbability: 0 } : {};
  const network = { ...weather.network, ...links };
  const options = { ...weather, network, seed, nodes: asking };
  const sim = cluster(node, options);
  sim.runUntil(untilMs + 1000);
  const isAsking = (id: NodeId, questions: number) =>
    sim.state<ClientState>(id).answers.length < questions;
  while (clients.some((id) => isAsking(id, 60)) || isAsking("c4", 2)) {
    sim.runFor(200);
  }
  sim.runFor(500);
  const history = historyOf(sim.trace, [...clients, "c4"]);
  const calm = history.filter(({ process }) => process === "c4");
  return { sim, history, calm };
}
