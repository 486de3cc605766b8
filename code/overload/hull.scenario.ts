/**
 * The recommendations are slow: does checkout stop? Front A calls B for
 * one route and P for the other; B calls C; C becomes slow.
 */
import type { Node } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { type CallerState, caller } from "../timeouts/caller.ts";
import { type ServiceOptions, service } from "../timeouts/service.ts";
import { gate } from "./gate.ts";
import { hull } from "./hull.ts";

// unprinted: for the chapter on bulkheads

// #region cascade
export const slowAtMs = 10_000;

const base: ServiceOptions = {
  threads: 50,
  queueMax: 100,
  workMs: 5,
  next: {},
  timeoutMs: 10_000,
  deadlines: { kind: "ignored" },
  cancels: false,
};
const front: ServiceOptions = {
  ...base,
  next: { recs: "B", checkout: "P" },
};
const half = { ...front, threads: 25, queueMax: 50 };

export const fronts: Readonly<Record<string, Node<unknown>>> = {
  "one pool": service(front) as Node<unknown>,
  "time-out of 1 s": service({
    ...front,
    timeoutMs: 1000,
  }) as Node<unknown>,
  "semaphore: 20 recs": gate(
    { kind: "bulkheads", permits: { recs: 20 } },
    service(front),
  ) as Node<unknown>,
  "a pool for each": hull({
    recs: half,
    checkout: half,
  }) as Node<unknown>,
};

// #endregion cascade

// #region cascade-run
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
// #endregion cascade-run
