/**
 * Ways to let several raise one counter, from none at all to a lock with
 * a fence, and runs of them: calm ones to count, stormy ones to judge.
 */
import {
  chaos,
  crashAndRestart,
  type Fault,
} from "../kernel/faults.ts";
import { historyOf } from "../kernel/history.ts";
import type { NetworkOptions } from "../kernel/network.ts";
import type { Node, NodeId } from "../kernel/node.ts";
import { fraction, intBetween, stream } from "../kernel/random.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import { flaws } from "./invariants.ts";
import { leaseLock } from "./lease-lock.ts";
import { type LockState, lockService } from "./lock-service.ts";
import { noLock } from "./locker.ts";
import { type Redis, redis } from "./redis.ts";
import { redlock } from "./redlock.ts";
import { type Fence, type Store, store } from "./store.ts";
import { type Worker, type WorkerOptions, worker } from "./worker.ts";

export const ttlMs = 100;
export const instances = ["r1", "r2", "r3", "r4", "r5"];
const workers = ["w1", "w2", "w3"];
const calm = { kind: "constant", ms: 2 } as const;

export type Strategy = {
  readonly name: string;
  readonly worker: Partial<WorkerOptions>;
  readonly fence: Fence;
  readonly lock: { readonly [id: NodeId]: Node<unknown> };
};

const service = lockService({ ttlMs, firstToken: 33 });
const lease = leaseLock({
  service: "l1",
  timeoutMs: 40,
  driftBound: 0,
  delayMsMax: 0,
});
const boundedLease = leaseLock({
  service: "l1",
  timeoutMs: 40,
  driftBound: 0.01,
  delayMsMax: 2,
});
const five = redlock({ instances, ttlMs, timeoutMs: 10, driftMs: 3 });

/** Five nodes without a disk; silent for so long when they come back. */
export function redisNodes(
  silentMs: number,
  isPersistent = false,
): { readonly [id: NodeId]: Node<Redis> } {
  const node = redis({ ttlMs, isPersistent, silentMs });
  return Object.fromEntries(instances.map((id) => [id, node]));
}

const one = (lock: Node<LockState>) => ({ l1: lock });
const checked = { isLeaseChecked: true };

// #region strategies
/** These rest on time: on a lease, and on clocks that measure it. */
const byTime = {
  none: {
    name: "nothing",
    worker: {},
    fence: "none",
    lock: {},
  },
  lease: {
    name: "lease",
    worker: { locker: lease },
    fence: "none",
    lock: one(service),
  },
  bounded: {
    name: "lease, stops early",
    worker: { locker: boundedLease, ...checked },
    fence: "none",
    lock: one(service),
  },
  redlock: {
    name: "Redlock",
    worker: { locker: five, ...checked },
    fence: "none",
    lock: redisNodes(0),
  },
  delayed: {
    name: "Redlock, delayed restarts",
    worker: { locker: five, ...checked },
    fence: "none",
    lock: redisNodes(ttlMs + 10),
  },
} as const satisfies { readonly [key: string]: Strategy };
// #endregion strategies

// #region checked-strategies
/** Here the store looks, and does not believe that the lock is enough. */
const byCheck = {
  fenceWrites: {
    name: "lease, fence on writes",
    worker: { locker: lease },
    fence: "writes",
    lock: one(service),
  },
  fenced: {
    name: "lease, fence",
    worker: { locker: lease },
    fence: "reads and writes",
    lock: one(service),
  },
  cas: {
    name: "compare-and-set",
    worker: { update: "cas" },
    fence: "none",
    lock: {},
  },
  unique: {
    name: "unique constraint",
    worker: { update: "insert" },
    fence: "none",
    lock: {},
  },
  single: {
    name: "single writer",
    worker: { update: "increment" },
    fence: "none",
    lock: {},
  },
} as const satisfies { readonly [key: string]: Strategy };
// #endregion checked-strategies

export const strategies = { ...byTime, ...byCheck };

const usual: WorkerOptions = {
  store: "s1",
  locker: noLock,
  update: "write",
  isLeaseChecked: false,
  operations: 4,
  workMs: 12,
  timeoutMs: 50,
  restMsMax: 12,
  startMs: 1,
};

export type Cast = {
  readonly ids: readonly NodeId[];
  readonly change: Partial<WorkerOptions>;
  /** Each worker starts so much later than the one before. */
  readonly staggerMs: number;
  readonly wrap: (node: Node<Store>) => Node<Store>;
};
const usualCast: Cast = {
  ids: workers,
  change: {},
  staggerMs: 0,
  wrap: (node) => node,
};

export function running(
  strategy: Strategy,
  options: Omit<SimulationOptions, "nodes">,
  cast: Partial<Cast> = {},
): Simulation {
  const { ids, change, staggerMs, wrap } = { ...usualCast, ...cast };
  const all = { ...usual, ...strategy.worker, ...change };
  const started = ids.map((id, at): [NodeId, Node<Worker>] => {
    const startMs = all.startMs + at * staggerMs;
    return [id, worker({ ...all, startMs })];
  });
  return simulate({
    network: { delayMs: calm },
    ...options,
    nodes: {
      s1: wrap(store(strategy.fence)),
      ...strategy.lock,
      ...Object.fromEntries(started),
    },
  });
}

/** What the invariants say about a run that is over. */
export function judge(
  sim: Simulation,
  ids: readonly NodeId[] = workers,
): readonly string[] {
  const asked = historyOf(sim.trace, ids).filter(({ op }) =>
    ["write", "cas", "insert", "increment"].includes(op),
  );
  const count = (outcome: string) =>
    asked.filter((one) => one.outcome === outcome).length;
  const ledger = { acknowledged: count("ok"), unknown: count("info") };
  return flaws(sim.state<Store>("s1"), ledger);
}

// #region price
/** What one increment costs when nobody else wants to. */
export function price(strategy: Strategy) {
  const sim = running(
    strategy,
    { seed: 1 },
    { ids: ["w1"], change: { operations: 1 } },
  );
  sim.runUntil(500);
  const sent = sim.trace.filter(({ kind }) => kind === "send").length;
  const { tookMs } = sim.state<Worker>("w1");
  const oneWayMs = calm.ms;
  const roundTrips = (tookMs - workMs(strategy)) / (2 * oneWayMs);
  return { messages: sent, roundTrips };
}

function workMs({ worker }: Strategy): number {
  return worker.update === "increment" ? 0 : usual.workMs;
}
// #endregion price

export const weathers = ["pauses", "jumps", "late", "crashes"] as const;
export type Weather = (typeof weathers)[number];

const stormMs = 1200;

/** Again and again, at drawn moments, the trouble that a run is about. */
function trouble(
  weather: Weather,
  seed: number,
  servers: readonly NodeId[],
): readonly Fault[] {
  const dice = (at: number, use: number) =>
    stream(stream(seed, at), use);
  const each = (at: number): readonly Fault[] => {
    const atMs = 20 + at * 110 + intBetween(dice(at, 0), 0, 90);
    const node = workers[intBetween(dice(at, 1), 0, 2)] ?? "";
    const forMs = intBetween(dice(at, 2), ttlMs, 2 * ttlMs);
    switch (weather) {
      case "pauses":
        return [{ atMs, kind: "pause", node, forMs }];
      // Somebody sets the clocks of all servers forward.
      case "jumps":
        return servers.map((node) => {
          return { atMs, kind: "clock-jump", node, byMs: ttlMs };
        });
      // The power fails for all servers, and comes back.
      case "crashes":
        return servers.flatMap((node) =>
          crashAndRestart(node, atMs, 5),
        );
      case "late":
        return [];
    }
  };
  return Array.from({ length: 10 }, (_, at) => each(at)).flat();
}

/** One write in four is on the way for longer than a lease lasts. */
const late: NetworkOptions = {
  delayMs: calm,
  fate: ({ dest, body }) => {
    const isWrite = dest === "s1" && body.type !== "read";
    const isLate = fraction(stream(Number(body.msg_id), 0)) < 0.25;
    return isWrite && isLate ? 1.5 * ttlMs : undefined;
  },
};

/** One kind of trouble, then peace. */
export function weatherRun(
  strategy: Strategy,
  weather: Weather,
  seed: number,
): Simulation {
  const servers = [...Object.keys(strategy.lock), "s1"];
  const faults = trouble(weather, seed, servers);
  const network = weather === "late" ? { network: late } : {};
  const options = { seed, faults, ...network };
  const sim = running(strategy, options, { change: { operations: 8 } });
  sim.runUntil(stormMs + 1500);
  return sim;
}

/** Messages that are late, lost, or come twice. */
const rough: NetworkOptions = {
  delayMs: { kind: "long-tailed", median: 3, p99: 120 },
  messageLossProbability: 0.02,
  messageDuplicateProbability: 0.05,
};

/** Everything at once, workers included. */
export function storm(
  strategy: Strategy,
  seed: number,
  wrap = usualCast.wrap,
): Simulation {
  const nodes = [...Object.keys(strategy.lock), "s1", ...workers];
  const isIn = (use: number) => fraction(stream(seed, use)) < 0.6;
  const faults = chaos(seed, {
    nodes,
    untilMs: stormMs,
    pauseMsMax: 60,
    faultMsMax: 200,
  });
  const network = isIn(1) ? rough : { delayMs: calm };
  const clocks = isIn(2) ? { driftPpmMax: 50_000, skewMsMax: 300 } : {};
  const options = { seed, faults, network, clocks };
  const sim = running(strategy, options, { wrap });
  sim.runUntil(stormMs + 3000);
  return sim;
}

export { workers };
