/**
 * The disk of the leader, whoever that is, does not answer a flush for a
 * while, again and again. A server whose flush is under way does nothing
 * else (as ours, see `../runtime/`), so to the others it is silent.
 */
import type { NodeId } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { calmOptions } from "../raft/options.ts";
import type { Options } from "../raft/state.ts";
import { type Client, type Plan, sessionClient } from "./client.ts";
import { clientOptions, servers } from "./cluster.scenario.ts";
import { coordination, type Service } from "./coordination.ts";

export type Stalls = {
  readonly stallMs: number;
  readonly everyMs: number;
  readonly forMs: number;
  /** Multiplies heartbeat and election timeout. */
  readonly patience: number;
};

export type StallReport = {
  /** Elections won, the first one not counted. */
  readonly leaderChanges: number;
  readonly writesPerS: number;
  readonly longestGapMs: number;
};

const clients: readonly NodeId[] = ["c1", "c2", "c3", "c4"];

/** One write after the other, of which it remembers when. */
const writePlan: Plan = (state, { nowMs }, answer) => {
  const before = (state.memo as readonly number[] | null) ?? [];
  const memo = answer?.type === "set_ok" ? [...before, nowMs] : before;
  const isFirst = answer === null && before.length === 0;
  const path = `/${state.id}`;
  const ask = isFirst
    ? { type: "create", path, value: 0, ephemeral: true }
    : { type: "set", path, value: memo.length };
  return { memo, ask, effects: [] };
};

/** `patience` 1: heartbeats of 50 ms, elections after 150 to 300. */
function patient(patience: number) {
  return (members: readonly NodeId[]): Options => {
    const calm = calmOptions(members);
    return {
      ...calm,
      heartbeatMs: calm.heartbeatMs * patience,
      electionTimeoutMsMin: calm.electionTimeoutMsMin * patience,
      electionTimeoutMsMax: calm.electionTimeoutMsMax * patience,
    };
  };
}

export function stalls(options: Stalls, seed: number): StallReport {
  const { stallMs, everyMs, forMs, patience } = options;
  const node = coordination(patient(patience));
  const startMs = 600 * patience;
  const timeoutMs = 900 * patience;
  const plan = { ...clientOptions, startMs, timeoutMs };
  const client = sessionClient(plan, writePlan);
  const sim = simulate({
    seed,
    nodes: {
      ...Object.fromEntries(servers.map((id) => [id, node])),
      ...Object.fromEntries(clients.map((id) => [id, client])),
    },
    clients,
    keepTrace: false,
  });
  const fromMs = 2 * startMs;
  sim.runUntil(fromMs);
  const leading = () =>
    servers
      .map((id) => sim.state<Service>(id).raft)
      .filter(({ role }) => role === "leader")
      .toSorted((a, b) => b.currentTerm - a.currentTerm)[0];
  const terms = new Set([leading()?.currentTerm]);
  for (let atMs = fromMs; atMs < fromMs + forMs; atMs += everyMs) {
    const leader = leading()?.id;
    if (leader && stallMs > 0) {
      sim.apply({ kind: "pause", node: leader, forMs: stallMs });
    }
    for (let at = 0; at < everyMs; at += 20) {
      sim.runFor(20);
      const term = leading()?.currentTerm;
      if (term !== undefined) terms.add(term);
    }
  }
  const acked = clients
    .flatMap(
      (id) => (sim.state<Client>(id).memo ?? []) as readonly number[],
    )
    .filter((atMs) => atMs >= fromMs)
    .toSorted((a, b) => a - b);
  const marks = [fromMs, ...acked, fromMs + forMs];
  const gaps = marks
    .slice(1)
    .map((mark, at) => mark - (marks[at] ?? 0));
  return {
    leaderChanges: terms.size - 1,
    writesPerS: (acked.length * 1000) / forMs,
    longestGapMs: Math.max(...gaps),
  };
}
