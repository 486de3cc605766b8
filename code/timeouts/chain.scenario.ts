/** A chain of three services under load, with and without deadlines. */
import { simulate } from "../kernel/simulator.ts";
import type { SimulationOptions } from "../kernel/world.ts";
import { type CallerState, caller } from "./caller.ts";
import { type ServiceState, service } from "./service.ts";

// #region policies
export type Policy = {
  readonly deadlines: boolean;
  readonly cancels: boolean;
  /** The least time that is believed, as a share of the true one. */
  readonly foresight: number;
};

export const policies = {
  "fixed timeouts": {
    deadlines: false,
    cancels: false,
    foresight: 0,
  },
  "and cancellation": {
    deadlines: false,
    cancels: true,
    foresight: 0,
  },
  deadlines: { deadlines: true, cancels: false, foresight: 0 },
  "deadlines, least time": {
    deadlines: true,
    cancels: false,
    foresight: 1,
  },
  "all of these": { deadlines: true, cancels: true, foresight: 1 },
} satisfies Readonly<Record<string, Policy>>;
// #endregion policies

// #region chain-nodes
const hopMs = 2;
const wayMs = 2 * hopMs;
export const patienceMs = 1000;

/** Threads are plenty, except at the back: it can do 100 a second. */
const links = {
  front: { next: "middle", threads: 500, workMs: 5, leastMs: 38 },
  middle: { next: "back", threads: 500, workMs: 5, leastMs: 29 },
  back: { next: null, threads: 2, workMs: 20, leastMs: 20 },
} as const;

function link(id: keyof typeof links, policy: Policy) {
  const { next, threads, workMs, leastMs } = links[id];
  return service({
    threads,
    queueMax: 1000,
    workMs,
    next: next === null ? {} : { page: next },
    timeoutMs: patienceMs,
    deadlines: policy.deadlines
      ? {
          kind: "honored",
          leastMs: policy.foresight * leastMs,
          reserveMs: wayMs,
        }
      : { kind: "ignored" },
    cancels: policy.cancels,
  });
}
// #endregion chain-nodes

// #region chain
/**
 * Run a chain for a while; users wait a second, and so does each hop.
 * Work at the back is useful if a user got its answer in time.
 */
export function chain(
  seed: number,
  policy: Policy,
  perSecond: number,
  seconds: number,
  more: Partial<SimulationOptions> = {},
) {
  const users = caller({
    dest: "front",
    perSecond,
    routes: ["page"],
    patienceMs,
    reserveMs: wayMs,
    cancels: policy.cancels,
  });
  const sim = simulate({
    seed,
    nodes: {
      front: link("front", policy),
      middle: link("middle", policy),
      back: link("back", policy),
      users,
    },
    clients: ["users"],
    network: { delayMs: { kind: "constant", ms: hopMs } },
    keepTrace: false,
    ...more,
  });
  sim.runUntil(seconds * 1000);
  const { page } = sim.state<CallerState>("users").routes;
  const { tally, queue } = sim.state<ServiceState>("back");
  const good = page?.good ?? 0;
  const usefulMs = good * links.back.workMs;
  const wastedMs = tally.workedMs - usefulMs;
  const calls = page?.calls ?? 0;
  return { calls, good, usefulMs, wastedMs, queue: queue.length, sim };
}
// #endregion chain
