/**
 * Three clients want to be the primary. The one that is dies, another
 * takes over, and a moment later the leader of the service crashes too.
 * One server stands still for 250 ms meanwhile, as servers do.
 */
import type { Node, NodeId } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { type Client, type Plan, sessionClient } from "./client.ts";
import {
  clientOptions,
  leaderOf,
  servers,
} from "./cluster.scenario.ts";
import type { Service } from "./coordination.ts";

/** Try to make /primary; who has made it writes to it now and then. */
export const claimPlan: Plan = (state, { event }, answer) => {
  const isPrimary =
    state.memo === "primary" || answer?.type === "create_ok";
  const memo = isPrimary ? "primary" : "waits";
  const path = "/primary";
  const value = state.id;
  if (event.kind === "timer" && event.name === "think") {
    const ask = isPrimary
      ? { type: "set", path, value }
      : { type: "create", path, value, ephemeral: true };
    return { memo, ask, effects: [] };
  }
  const afterMs = isPrimary ? 100 : 20;
  const think = { kind: "set-timer", name: "think", afterMs } as const;
  return { memo, ask: null, effects: [think] };
};

/** Whose /primary is on a server from then on; null for nobody's. */
export type View = {
  readonly server: NodeId;
  readonly atMs: number;
  readonly primary: string | null;
};

export type Takeover = {
  readonly sim: Simulation;
  /** Who was told "you are the primary", and when. */
  readonly told: readonly {
    readonly by: NodeId;
    readonly atMs: number;
  }[];
  readonly views: readonly View[];
  /** Told so, alive, and of a session that they do not think over. */
  readonly primaries: readonly NodeId[];
  readonly diedMs: number;
  readonly crashedMs: number;
  readonly oldLeader: NodeId;
  readonly newLeader: NodeId;
  readonly laggard: NodeId;
};

const startMs = { c1: 500, c2: 900, c3: 900 };

export function takeover(node: Node<Service>, seed: number): Takeover {
  const told: { by: NodeId; atMs: number }[] = [];
  const views: View[] = [];
  const clients = Object.keys(startMs);
  const sim = simulate({
    seed,
    nodes: nodesOf(node),
    clients,
    onStep(sim, id) {
      if (servers.includes(id)) look(sim, id, views);
      const isTold =
        clients.includes(id) && isPrimary(sim.state<Client>(id));
      if (isTold && !told.some(({ by }) => by === id)) {
        told.push({ by: id, atMs: sim.nowMs });
      }
    },
  });
  sim.runUntil(1400);
  const oldLeader = leaderOf(sim);
  const laggard = servers.find((id) => id !== oldLeader) ?? "";
  sim.apply({ kind: "pause", node: laggard, forMs: 250 });
  sim.runUntil(1500);
  const diedMs = sim.nowMs;
  sim.apply({ kind: "crash", node: "c1" });
  while (told.length < 2) sim.runFor(1);
  sim.runFor(60);
  const crashedMs = sim.nowMs;
  sim.apply({ kind: "crash", node: oldLeader });
  sim.runFor(1500);
  const primaries = clients.filter(
    (id) => sim.isUp(id) && isPrimary(sim.state<Client>(id)),
  );
  const newLeader = leaderOf(sim);
  const who = { oldLeader, newLeader, laggard };
  return { sim, told, views, primaries, diedMs, crashedMs, ...who };
}

function nodesOf(node: Node<Service>) {
  const clients = Object.entries(startMs).map(([id, startMs]) => {
    const options = { ...clientOptions, startMs };
    return [id, sessionClient(options, claimPlan)] as const;
  });
  return {
    ...Object.fromEntries(servers.map((id) => [id, node])),
    ...Object.fromEntries(clients),
  };
}

function isPrimary({ memo, isLost }: Client): boolean {
  return memo === "primary" && !isLost;
}

function look(sim: Simulation, server: NodeId, views: View[]) {
  if (!sim.isUp(server)) return;
  const { nodes, sessions } = sim.state<Service>(server).tree;
  const owner = nodes["/primary"]?.owner ?? "";
  const primary = sessions[owner]?.client ?? null;
  const before = views.findLast((view) => view.server === server);
  if (before?.primary === primary) return;
  views.push({ server, atMs: sim.nowMs, primary });
}
