/** A workload in the simulator: faults, then peace, then a verdict. */
// unprinted: for the chapter on testing
import { type ClientState, scriptedClient } from "../kernel/client.ts";
import { type ChaosKind, type Fault, swarm } from "../kernel/faults.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { NetworkOptions } from "../kernel/network.ts";
import type { Node, NodeId } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import type { Simulation } from "../kernel/world.ts";
import { checkWorkload } from "./check/check.ts";
import type { Finding, Histories } from "./check/finding.ts";
import {
  clientOf,
  finalClient,
  names,
  neighbours,
  rotated,
  type Topology,
  until,
} from "./clients.ts";
import { nodeOf } from "./nodes.ts";
import type { Workload } from "./workloads.ts";

// #region run-options
export type RunOptions = {
  readonly workload: Workload;
  readonly seed: number;
  /** Instead of the node of the workload. */
  readonly node?: Node<unknown>;
  readonly servers?: number;
  readonly clients?: number;
  /** The faults, and the clients, end after so long. */
  readonly forMs?: number;
  readonly kinds?: readonly ChaosKind[];
  /** Instead of drawn ones. */
  readonly faults?: readonly Fault[];
  readonly network?: NetworkOptions;
  readonly topology?: Topology;
};

export type Run = {
  readonly sim: Simulation;
  readonly histories: Histories;
  readonly finding: Finding;
};
// #endregion run-options

/** From the end of the faults to the last questions. */
const settleMs = 2500;

// #region run-simulated
export function runSimulated(options: RunOptions): Run {
  const { workload, seed, forMs = 2000, topology = "grid" } = options;
  const servers = names("n", options.servers ?? 3);
  const { clients, nodes, finals } = casting(
    options,
    servers,
    forMs,
    topology,
  );
  const drawn = swarm(seed, {
    nodes: servers,
    untilMs: forMs,
    pauseMsMax: 300,
    ...(options.kinds ? { kinds: options.kinds } : {}),
  });
  const network = { ...drawn.network, ...options.network };
  const faults = options.faults ?? drawn.faults;
  const sim = simulate({
    ...drawn,
    seed,
    nodes,
    clients,
    network,
    faults,
  });
  const lastMs = forMs + settleMs + 6000;
  sim.runUntil(forMs + settleMs);
  while (sim.nowMs < lastMs && !haveEnded(sim, finals)) sim.runFor(200);
  const all = historyOf(sim.trace, clients);
  const last = all.filter(({ process }) => finals.includes(process));
  const histories = { all: all.filter(isOfUse), finals: last };
  const finding = checkWorkload(workload, histories);
  return { sim, histories, finding };
}
// #endregion run-simulated

function haveEnded(sim: Simulation, ids: readonly NodeId[]): boolean {
  return ids.every((id) => {
    const { begun, asking } = sim.state<ClientState>(id);
    return begun > 0 && asking === null;
  });
}

function isOfUse({ op }: Operation): boolean {
  return op !== "topology";
}

// #region casting
/** Servers, clients, whoever tells the topology, and the last askers. */
function casting(
  options: RunOptions,
  servers: readonly NodeId[],
  forMs: number,
  topology: Topology,
) {
  const { workload } = options;
  const node = nodeOf(workload, options.node);
  const askers = names("c", options.clients ?? 4);
  const finals = names("f", servers.length);
  const tellers =
    workload === "broadcast" ? names("t", servers.length) : [];
  const map = {
    type: "topology",
    topology: neighbours(topology, servers),
  };
  const timeoutMs = 400;
  const roles: [NodeId, Node<unknown>][] = [
    ...servers.map((id) => role(id, node)),
    ...askers.map((id, at) => {
      // Everybody begins with another server.
      const targets = rotated(servers, at);
      const ways = { targets, timeoutMs, thinkMsMax: 60, startMs: 100 };
      return role(id, until(forMs, clientOf(workload, at, ways)));
    }),
    ...finals.map((id, at) => {
      const startMs = forMs + settleMs;
      const targets = [servers[at] ?? ""];
      const ways = { targets, timeoutMs, startMs, attemptsMax: 12 };
      return role(id, finalClient(workload, ways));
    }),
    ...tellers.map((id, at) => {
      const targets = [servers[at] ?? ""];
      const ways = { targets, timeoutMs, attemptsMax: 12 };
      return role(id, scriptedClient([map], ways));
    }),
  ];
  const clients = [...askers, ...finals, ...tellers];
  return { clients, nodes: Object.fromEntries(roles), finals };
}
// #endregion casting

function role<S>(id: NodeId, node: Node<S>): [NodeId, Node<unknown>] {
  return [id, node as Node<unknown>];
}
