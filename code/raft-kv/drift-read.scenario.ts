/**
 * As `stale-read`, but with clocks that drift, and in haste: the others
 * are asked as soon as one of them leads, the old leader right after it.
 */

import { scriptedClient } from "../kernel/client.ts";
import type { Node } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import type { Kv } from "./raft-kv.ts";
import { ask, leaderAmong } from "./stale-read.scenario.ts";

const servers = ["n1", "n2", "n3"];

/** Null where this seed has no leader to cut off at the right time. */
export function driftRead(
  node: Node<Kv>,
  seed: number,
  driftPpmMax: number,
): Simulation | null {
  const silent = scriptedClient([], { targets: servers, timeoutMs: 1 });
  const nodes = Object.fromEntries(servers.map((id) => [id, node]));
  const sim = simulate({
    seed,
    nodes: { ...nodes, c1: silent, c2: silent },
    clients: ["c1", "c2"],
    clocks: { driftPpmMax },
  });
  const leads = (id: string) =>
    sim.state<Kv>(id).raft.role === "leader";
  sim.runUntil(1500);
  if (!servers.some(leads)) return null;
  const oldLeader = leaderAmong(sim, servers);
  ask(sim, "c1", oldLeader, { type: "write", value: "old", msg_id: 1 });
  const others = servers.filter((id) => id !== oldLeader);
  const groups = [
    [oldLeader, "c1"],
    [...others, "c2"],
  ];
  sim.apply({ kind: "partition", groups });
  while (sim.nowMs < 3000 && !others.some(leads)) sim.runFor(1);
  if (!others.some(leads)) return null;
  const heir = leaderAmong(sim, others);
  const write = { type: "write", value: "new", key: "x", msg_id: 1 };
  sim.inject({ src: "c2", dest: heir, body: write });
  sim.runFor(35);
  ask(sim, "c1", oldLeader, { type: "read", msg_id: 2 });
  return sim;
}
