/**
 * The experiment of the chapter: ten clients, one server, and a pause.
 * It says which nodes and faults to simulate, and what to read off once
 * a second; whoever runs it brings the simulator.
 */
import type { Node, NodeId } from "../kernel/node.ts";
import type { Backoff } from "./backoff.ts";
import type { Budget, Throttle } from "./budget.ts";
import { type ClientState, client, type Load } from "./client.ts";
import { type Discipline, type ServerState, server } from "./server.ts";

// #region storm-options
export type StormOptions = {
  /** Of all clients together; each of the ten has its share. */
  readonly load: Load;
  readonly attemptsMax: number;
  readonly backoff: Backoff;
  /** Of each client; null: as many retries as the attempts allow. */
  readonly budget: Budget | null;
  readonly throttle: Throttle | null;
  readonly queueMax: number;
  readonly discipline: Discipline;
  /** The trigger: the server stands still, then is as fast as before. */
  readonly blip: {
    readonly atMs: number;
    readonly forMs: number;
  } | null;
};

/** What most services are on the day that nobody has thought of it. */
export const naive: StormOptions = {
  load: { kind: "open", phases: [{ fromMs: 0, perSecond: 70 }] },
  attemptsMax: 3,
  backoff: { kind: "none" },
  budget: null,
  throttle: null,
  queueMax: 500,
  discipline: { kind: "fifo" },
  blip: { atMs: 20_000, forMs: 10_000 },
};

export const serviceMs = 10;
export const timeoutMs = 1000;
export const clientCount = 10;
// #endregion storm-options

// #region storm
/** Nodes and faults of one run: hand them to the simulator. */
export function storm(options: StormOptions) {
  const { queueMax, discipline, blip } = options;
  const nodes: Record<NodeId, Node<ServerState> | Node<ClientState>> = {
    server: server({ serviceMs, queueMax, discipline }),
  };
  for (const id of clientIds) nodes[id] = oneClient(options);
  const faults =
    blip === null
      ? []
      : [{ kind: "pause" as const, node: "server", ...blip }];
  return { nodes, clients: clientIds, faults };
}

// #endregion storm

const clientIds: readonly NodeId[] = Array.from(
  { length: clientCount },
  (_, index) => `client${index}`,
);

function oneClient(options: StormOptions): Node<ClientState> {
  const { attemptsMax, backoff, budget, throttle } = options;
  return client({
    server: "server",
    load: share(options.load),
    timeoutMs,
    attemptsMax,
    backoff,
    budget,
    throttle,
  });
}

function share(load: Load): Load {
  if (load.kind === "closed") {
    return { ...load, users: load.users / clientCount };
  }
  const phases = load.phases.map(({ fromMs, perSecond }) => ({
    fromMs,
    perSecond: perSecond / clientCount,
  }));
  return { kind: "open", phases };
}

// #region reading
/** One second of a run, over all clients together. */
export type Reading = {
  readonly second: number;
  readonly calls: number;
  readonly attempts: number;
  /** Goodput: calls that got their answer in time. */
  readonly good: number;
  readonly queue: number;
};

/** What a simulation must offer to be watched. */
type Watched = {
  readonly nowMs: number;
  runFor(ms: number): void;
  state(id: NodeId): unknown;
};

/** Run on for so many seconds; one reading for each. */
export function watch(
  sim: Watched,
  seconds: number,
): readonly Reading[] {
  const readings: Reading[] = [];
  let before = totals(sim);
  for (let n = 0; n < seconds; n += 1) {
    sim.runFor(1000);
    const now = totals(sim);
    readings.push({
      second: Math.round(sim.nowMs / 1000),
      calls: now.calls - before.calls,
      attempts: now.attempts - before.attempts,
      good: now.succeeded - before.succeeded,
      queue: (sim.state("server") as ServerState).queue.length,
    });
    before = now;
  }
  return readings;
}
// #endregion reading

function totals(sim: Watched) {
  const sum = { calls: 0, attempts: 0, succeeded: 0 };
  for (const id of clientIds) {
    const state = sim.state(id) as ClientState;
    sum.calls += state.calls;
    sum.attempts += state.attempts;
    sum.succeeded += state.succeeded;
  }
  return sum;
}

// #region recovered
/**
 * Seconds from the end of the trigger until goodput is back at 90% of
 * the calls, for ten seconds on end; null if that never happens.
 */
export function recoverySeconds(
  readings: readonly Reading[],
  triggerEndSecond: number,
): number | null {
  const after = readings.filter((r) => r.second > triggerEndSecond);
  const start = after.findIndex((_, index) => {
    const ten = after.slice(index, index + 10);
    const calls = ten.reduce((sum, r) => sum + r.calls, 0);
    const good = ten.reduce((sum, r) => sum + r.good, 0);
    return ten.length === 10 && good >= 0.9 * calls;
  });
  return start === -1 ? null : start;
}
// #endregion recovered
