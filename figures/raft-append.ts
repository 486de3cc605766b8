/**
 * One write: the leader commits when one of its two followers has stored
 * the entry. The other's answer is lost, and the next heartbeat settles it.
 */
import { scriptedClient } from "../code/kernel/client.ts";
import type { NodeId } from "../code/kernel/node.ts";
import { type Simulation, simulate } from "../code/kernel/simulator.ts";
import { drawSpaceTime } from "../code/kernel/spacetime.ts";
import type { TraceEvent } from "../code/kernel/trace.ts";
import { paperOptions } from "../code/raft/options.ts";
import { type Kv, raftKv } from "../code/raft-kv/raft-kv.ts";

export const program = null;
export const seed = 1;

const servers = ["n1", "n2", "n3"];

export function draw(): string {
  const node = raftKv(paperOptions);
  const c1 = scriptedClient([], { targets: servers, timeoutMs: 1 });
  let loser: NodeId | null = null;
  const known = new Map<NodeId, number>();
  const sim = simulate({
    seed,
    nodes: { c1, ...Object.fromEntries(servers.map((id) => [id, node])) },
    clients: ["c1"],
    network: {
      delayMs: { kind: "constant", ms: 8 },
      fate: ({ src }, nowMs) => {
        if (src !== loser || nowMs > untilMs) return undefined;
        return "lose";
      },
    },
    onStep: (sim, id) => {
      if (id !== "c1") noteCommit(sim, id, known);
    },
  });
  sim.runUntil(400);
  const beats = sim.trace.filter((event) => event.kind === "timer" && event.name === "heartbeat");
  const lastBeatMs = beats.at(-1)?.atMs ?? 0;
  const fromMs = lastBeatMs + 68;
  const untilMs = lastBeatMs + 100;
  sim.runUntil(fromMs);
  const leader = servers.find((id) => sim.state<Kv>(id).raft.role === "leader") ?? "";
  const others = servers.filter((id) => id !== leader);
  loser = others.at(-1) ?? null;
  sim.inject({
    src: "c1",
    dest: leader,
    body: { type: "write", key: "x", value: 1, msg_id: 1 },
  });
  sim.runUntil(untilMs + 24);
  return drawSpaceTime(sim.trace, {
    nodes: ["c1", leader, ...others],
    fromMs: fromMs - 1,
    toMs: untilMs + 22,
    heightPx: 400,
    label: words,
  });
}

/** Write beside a server's line what it has just learnt is committed. */
function noteCommit(sim: Simulation, id: NodeId, known: Map<NodeId, number>): void {
  const { commitIndex } = sim.state<Kv>(id).raft;
  if (commitIndex === known.get(id)) return;
  known.set(id, commitIndex);
  sim.note(id, `commits ${commitIndex}`);
}

function words(event: TraceEvent): string | null | undefined {
  if (event.kind === "persist") return "stores";
  if (event.kind === "timer") return event.name === "heartbeat" ? "heartbeat" : null;
  if (event.kind !== "send") return undefined;
  const { body } = event.message;
  if (body.type === "write") return "write x=1";
  if (body.type === "write_ok") return "write_ok";
  if (body.type === "append_entries_reply") return `match ${body.matchIndex}`;
  const { entries, leaderCommit } = body;
  const count = Array.isArray(entries) ? entries.length : 0;
  return count > 0 ? "append 2" : `commit ${leaderCommit}`;
}
