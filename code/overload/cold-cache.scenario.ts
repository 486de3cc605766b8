/**
 * Slack, 22 February 2022, by its mechanism: cache machines are replaced
 * by empty ones, misses cost a query of many parts, the database is
 * overloaded, its answers come too late to fill the cache, and it stays
 * so. What helped: fewer requests let in, cheaper queries, and letting
 * in more step by step. All numbers here are ours.
 */
import type { Node } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { type ClientState, client } from "../retries/client.ts";
import { type CacheOptions, type CacheState, cache } from "./cache.ts";
import { type WorkerState, worker } from "./worker.ts";

// #region cold-cache
export const perSecond = 50;

/** Parts of a query; the database can do 100 of them a second. */
const database = worker({
  workers: 4,
  mustMs: 40,
  optionalMs: 0,
  dimmer: null,
  queue: {
    max: 250,
    full: "reject-newest",
    order: "fifo",
    patience: null,
  },
});

export const normal: CacheOptions = {
  database: "database",
  users: 150,
  ttlMs: 30_000,
  timeoutMs: 1000,
  queriesPerMiss: 8,
  churn: { atMs: 20_000, share: 0.75 },
  throttle: [],
};

/** From second 60 on few are let in, then more, step by step. */
const throttle = [
  { fromMs: 60_000, perSecond: 6 },
  { fromMs: 90_000, perSecond: 12 },
  { fromMs: 105_000, perSecond: 25 },
  { fromMs: 120_000, perSecond: 50 },
  { fromMs: 135_000, perSecond: 1000 },
];

export const responses: Readonly<Record<string, CacheOptions>> = {
  "no churn": { ...normal, churn: { atMs: 1e6, share: 0 } },
  "nothing is done": normal,
  "throttle, step by step": { ...normal, throttle },
  "throttle, all at once": {
    ...normal,
    throttle: [
      { fromMs: 60_000, perSecond: 6 },
      { fromMs: 75_000, perSecond: 1000 },
    ],
  },
  "cheap queries": { ...normal, queriesPerMiss: 1 },
};

// #endregion cold-cache

// #region cold-cache-run
export function coldCache(seed: number, options: CacheOptions) {
  const users = client({
    server: "front",
    load: { kind: "open", phases: [{ fromMs: 0, perSecond }] },
    timeoutMs: 1500,
    attemptsMax: 1,
    backoff: { kind: "none" },
    budget: null,
    throttle: null,
  });
  return simulate({
    seed,
    nodes: {
      front: cache(options) as Node<unknown>,
      database: database as Node<unknown>,
      users: users as Node<unknown>,
    },
    clients: ["users"],
    network: { delayMs: { kind: "constant", ms: 1 } },
    keepTrace: false,
  });
}

export type Reading = {
  readonly second: number;
  readonly calls: number;
  readonly good: number;
  /** Per cent of the requests let in. */
  readonly hits: number;
  readonly queue: number;
};

// #endregion cold-cache-run

// #region cold-cache-watch
/** One reading for each of so many seconds. */
export function watch(
  sim: ReturnType<typeof coldCache>,
  everySeconds: number,
  times: number,
): readonly Reading[] {
  const readings: Reading[] = [];
  const look = () => ({
    ...sim.state<ClientState>("users"),
    ...sim.state<CacheState>("front"),
  });
  let before = look();
  for (let n = 0; n < times; n += 1) {
    sim.runFor(everySeconds * 1000);
    const now = look();
    const hits = now.hits - before.hits;
    const asked = hits + now.misses - before.misses;
    readings.push({
      second: Math.round(sim.nowMs / 1000),
      calls: (now.calls - before.calls) / everySeconds,
      good: (now.succeeded - before.succeeded) / everySeconds,
      hits: asked === 0 ? 0 : (100 * hits) / asked,
      queue: sim.state<WorkerState>("database").queue.items.length,
    });
    before = now;
  }
  return readings;
}
// #endregion cold-cache-watch
