/**
 * The recommendations are slow: does checkout stop? Front A calls B for
 * one route and P for the other; B calls C; C becomes slow.
 */
import type { Node } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { type CallerState, caller } from "../timeouts/caller.ts";
import {
  type ServiceOptions,
  type ServiceState,
  service,
} from "../timeouts/service.ts";
import { leaking } from "./broken.ts";
import { type GateState, gate } from "./gate.ts";
import { hull } from "./hull.ts";

export const slowAtMs = 10_000;

/** The simulator asks for nodes of any state. */
const any = <S>(node: Node<S>) => node as Node<unknown>;

// #region fronts
const base: ServiceOptions = {
  threads: 50,
  queueMax: 100,
  workMs: 5,
  next: {},
  timeoutMs: 10_000,
  deadlines: { kind: "ignored" },
  cancels: false,
};
export const front: ServiceOptions = {
  ...base,
  next: { recs: "B", checkout: "P" },
};
const half = { ...front, threads: 25, queueMax: 50 };

export const fronts: Readonly<Record<string, Node<unknown>>> = {
  "one pool": any(service(front)),
  "timeout of 1 s": any(service({ ...front, timeoutMs: 1000 })),
  "semaphore: 20 recs": any(
    gate({ kind: "bulkheads", permits: { recs: 20 } }, service(front)),
  ),
  "a pool for each": any(hull({ recs: half, checkout: half })),
};
// #endregion fronts

// #region cascade
/** Sixty calls a second, half to each route; users wait two seconds. */
export function cascade(
  seed: number,
  A: Node<unknown>,
  perSecond: number,
) {
  const users = caller({
    dest: "A",
    perSecond,
    routes: ["checkout", "recs"],
    patienceMs: 2000,
    reserveMs: 0,
    cancels: false,
  });
  const B = service({
    ...base,
    queueMax: 5000,
    next: { recs: "C" },
  });
  return simulate({
    seed,
    nodes: { A, B, C: service(base), P: service(base), users },
    clients: ["users"],
    network: { delayMs: { kind: "constant", ms: 1 } },
    faults: [{ kind: "pause", node: "C", atMs: slowAtMs, forMs: 1e6 }],
    keepTrace: false,
  });
}

/** Per cent of each route's calls answered in time between two times. */
export function answered(
  sim: ReturnType<typeof cascade>,
  fromMs: number,
  toMs: number,
) {
  sim.runUntil(fromMs);
  const before = sim.state<CallerState>("users").routes;
  sim.runUntil(toMs);
  const after = sim.state<CallerState>("users").routes;
  const share = (route: string) => {
    const was = before[route];
    const is = after[route];
    if (was === undefined || is === undefined) return 0;
    return (100 * (is.good - was.good)) / (is.calls - was.calls);
  };
  return { checkout: share("checkout"), recs: share("recs") };
}
// #endregion cascade

// #region leak-run
/** Twenty permits; one gate forgets to give back. */
export type Front = GateState<ServiceState>;

const honest: Node<Front> = gate(
  { kind: "bulkheads", permits: { recs: 20 } },
  service({ ...front, timeoutMs: 1000 }),
);

export const gates: Readonly<Record<string, Node<Front>>> = {
  "given back at every end": honest,
  "given back on success": leaking(honest),
};

export const healedAtMs = 20_000;

/** C hangs from second 10 to 20: good answers a second; permits held. */
export function leakRun(
  seed: number,
  node: Node<Front>,
  seconds: readonly number[],
) {
  const sim = cascade(seed, node as Node<unknown>, 60);
  return seconds.map((second, n) => {
    const before = goods(sim);
    sim.runUntil(second * 1000);
    const after = goods(sim);
    const spanSeconds = second - (seconds[n - 1] ?? 0);
    const held = sim.state<Front>("A").bulkheads.recs?.holders.length;
    if (sim.nowMs === healedAtMs) {
      sim.apply({ kind: "crash", node: "C" });
      sim.apply({ kind: "restart", node: "C" });
    }
    return {
      second,
      checkout: (after.checkout - before.checkout) / spanSeconds,
      recs: (after.recs - before.recs) / spanSeconds,
      held: held ?? 0,
    };
  });
}

function goods(sim: ReturnType<typeof cascade>) {
  const { checkout, recs } = sim.state<CallerState>("users").routes;
  return { checkout: checkout?.good ?? 0, recs: recs?.good ?? 0 };
}
// #endregion leak-run
