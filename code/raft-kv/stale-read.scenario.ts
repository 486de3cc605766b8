/**
 * A leader is cut off together with one of its clients and does not know
 * it. The others elect a new one, which takes a write. Then the old
 * leader is asked for the value.
 */
import { scriptedClient } from "../kernel/client.ts";
import type { Body, Node, NodeId } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import type { Kv } from "./raft-kv.ts";

const servers = ["n1", "n2", "n3"];

export type StaleRead = {
  readonly sim: Simulation;
  readonly oldLeader: NodeId;
  readonly newLeader: NodeId;
};

/**
 * Play it on three such servers, with two clients that we speak for. The
 * old leader's clock is set by so many milliseconds as it is cut off.
 */
export function staleRead(
  node: Node<Kv>,
  seed: number,
  clockSetByMs = 0,
): StaleRead {
  const silent = scriptedClient([], { targets: servers, timeoutMs: 1 });
  const nodes = Object.fromEntries(servers.map((id) => [id, node]));
  const sim = simulate({
    seed,
    nodes: { ...nodes, c1: silent, c2: silent },
    clients: ["c1", "c2"],
  });
  sim.runUntil(800);
  const oldLeader = leaderAmong(sim, servers);
  const others = servers.filter((id) => id !== oldLeader);
  ask(sim, "c1", oldLeader, { type: "write", value: "old", msg_id: 1 });
  const groups = [
    [oldLeader, "c1"],
    [...others, "c2"],
  ];
  sim.apply({ kind: "partition", groups });
  if (clockSetByMs !== 0) {
    const byMs = clockSetByMs;
    sim.apply({ kind: "clock-jump", node: oldLeader, byMs });
  }
  sim.runFor(800);
  const newLeader = leaderAmong(sim, others);
  ask(sim, "c2", newLeader, { type: "write", value: "new", msg_id: 1 });
  ask(sim, "c1", oldLeader, { type: "read", msg_id: 2 });
  return { sim, oldLeader, newLeader };
}

/** One request about the key x, and time for its answer. */
export function ask(
  sim: Simulation,
  src: NodeId,
  dest: NodeId,
  body: Body,
): void {
  sim.inject({ src, dest, body: { ...body, key: "x" } });
  sim.runFor(100);
}

export function leaderAmong(
  sim: Simulation,
  ids: readonly NodeId[],
): NodeId {
  const leader = ids.find(
    (id) => sim.state<Kv>(id).raft.role === "leader",
  );
  if (leader === undefined) throw new Error("Nobody leads.");
  return leader;
}
