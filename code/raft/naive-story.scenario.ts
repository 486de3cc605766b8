/** How the naive attempt loses a write that it has acknowledged. */
import { scriptedClient } from "../kernel/client.ts";
import type { NodeId } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { type Naive, naive } from "./naive.ts";

export const ids: readonly NodeId[] = ["n1", "n2", "n3"];

/**
 * One follower is cut off and appoints itself. The leader and the other
 * acknowledge a write; then the leader crashes and the network heals.
 * `tell` is called between the moves, with what has just been done.
 */
export function loseAWrite(
  seed: number,
  tell: (sim: Simulation, move: string) => void,
): Simulation {
  const c1 = scriptedClient([], { targets: ids, timeoutMs: 1 });
  const nodes = Object.fromEntries(ids.map((id) => [id, naive]));
  const sim = simulate({
    seed,
    nodes: { ...nodes, c1 },
    clients: ["c1"],
  });
  sim.runUntil(500);
  const leads = (id: NodeId) => sim.state<Naive>(id).isLeader;
  // Two that appoint themselves at once can both obey: then again.
  while (!ids.some(leads)) sim.runFor(10);
  const leader = ids.find(leads) ?? "";
  const [near, far] = ids.filter((id) => id !== leader);
  write(sim, leader, 1, "first");
  tell(sim, `${leader} leads; a client writes "first"`);
  if (near === undefined || far === undefined) return sim;

  sim.apply({ kind: "partition", groups: [[far], [leader, near]] });
  sim.runFor(400);
  write(sim, leader, 2, "second");
  tell(sim, `${far} is cut off; the client writes "second"`);

  sim.apply({ kind: "crash", node: leader });
  sim.apply({ kind: "heal" });
  sim.runFor(80);
  tell(sim, `${leader} crashes and the network heals`);

  sim.apply({ kind: "restart", node: leader });
  sim.runFor(500);
  tell(sim, `${leader} restarts`);
  return sim;
}

/** Ask for a write, and give it time to be answered. */
function write(
  sim: Simulation,
  dest: NodeId,
  msgId: number,
  value: string,
): void {
  const body = { type: "write", msg_id: msgId, value };
  sim.inject({ src: "c1", dest, body });
  sim.runFor(40);
}
