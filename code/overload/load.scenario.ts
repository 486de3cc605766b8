/** One server, ten clients, and more load than it can bear. */
import type { Node, NodeId } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import type { SimulationOptions } from "../kernel/world.ts";
import { type ClientState, client } from "../retries/client.ts";
import { type GateState, gate, type Rule } from "./gate.ts";
import { law } from "./little.ts";
import type { QueueOptions } from "./queue.ts";
import { type Class, shares } from "./shed.ts";
import {
  type WorkerOptions,
  type WorkerState,
  worker,
} from "./worker.ts";

// #region load-variants
/** Four workers of 40 ms: a hundred answers a second. */
export const capacity = 100;
export const patienceMs = 1000;

const endless: QueueOptions = {
  max: 100_000,
  full: "reject-newest",
  order: "fifo",
  patience: null,
};
export const plain: WorkerOptions = {
  workers: 4,
  mustMs: 25,
  optionalMs: 15,
  dimmer: null,
  queue: endless,
};

/** A gate that lets everybody in, to measure who is inside. */
const open: Rule = {
  kind: "limit",
  limit: { kind: "fixed", initial: 1e6 },
};
const aimd: Rule = {
  kind: "limit",
  limit: {
    kind: "aimd",
    initial: 10,
    max: 200,
    backoffRatio: 0.9,
    timeoutMs: 500,
  },
};
const gradient: Rule = {
  kind: "limit",
  limit: {
    kind: "gradient",
    initial: 20,
    min: 4,
    max: 200,
    queueSize: 4,
    smoothing: 0.2,
    longWindow: 600,
  },
};

export type Variant = {
  readonly rule: Rule;
  readonly server: WorkerOptions;
};

// #endregion load-variants

// #region load-table
export const variants: Readonly<Record<string, Variant>> = {
  "endless queue": { rule: open, server: plain },
  "queue of 50": {
    rule: open,
    server: { ...plain, queue: { ...endless, max: 50 } },
  },
  "queue of 500": {
    rule: open,
    server: { ...plain, queue: { ...endless, max: 500 } },
  },
  "oldest rejected": {
    rule: open,
    server: {
      ...plain,
      queue: { ...endless, max: 50, full: "reject-oldest" },
    },
  },
  "time in queue": {
    rule: open,
    server: {
      ...plain,
      queue: {
        ...endless,
        order: "lifo-under-load",
        patience: { targetMs: 100, intervalMs: 500 },
      },
    },
  },
  "AIMD limit": { rule: aimd, server: plain },
  "gradient limit": { rule: gradient, server: plain },
};
// #endregion load-table

// #region slow
/** Forty inside: chosen when the server answered 100 a second. */
const forty: Variant = {
  rule: { kind: "limit", limit: { kind: "fixed", initial: 40 } },
  server: plain,
};

export const bounds: Readonly<Record<string, Variant>> = {
  "40 inside": forty,
  ...variants,
};

/** The same bound before a server that takes so many times as long. */
export function slowed({ rule, server }: Variant, times: number) {
  const mustMs = server.mustMs * times;
  const optionalMs = server.optionalMs * times;
  return { rule, server: { ...server, mustMs, optionalMs } };
}
// #endregion slow

// #region load-run
const ids = Array.from({ length: 10 }, (_, n) => `client${n}`);

/** Each of the ten clients sends a tenth; nobody tries twice. */
export function loadRun(
  seed: number,
  { rule, server }: Variant,
  perSecond: number,
  more: Partial<SimulationOptions> = {},
) {
  const nodes: Record<NodeId, Node<unknown>> = {
    server: gate(rule, worker(server)) as Node<unknown>,
  };
  const each = perSecond / ids.length;
  for (const id of ids)
    nodes[id] = client({
      server: "server",
      load: { kind: "open", phases: [{ fromMs: 0, perSecond: each }] },
      timeoutMs: patienceMs,
      attemptsMax: 1,
      backoff: { kind: "none" },
      budget: null,
      throttle: null,
    }) as Node<unknown>;
  return simulate({
    seed,
    nodes,
    clients: ids,
    network: { delayMs: { kind: "constant", ms: 1 } },
    keepTrace: false,
    ...more,
  });
}

type Run = ReturnType<typeof loadRun>;

// #endregion load-run

// #region load-readings
export function serverOf(sim: Run): GateState<WorkerState> {
  return sim.state<GateState<WorkerState>>("server");
}

/** Calls and those answered in time, of the clients that are asked for. */
export function goodOf(sim: Run, accepts: (id: NodeId) => boolean) {
  const sum = { calls: 0, good: 0 };
  for (const id of ids.filter(accepts)) {
    const { calls, succeeded } = sim.state<ClientState>(id);
    sum.calls += calls;
    sum.good += succeeded;
  }
  return sum;
}

/** Good answers a second between two times of a run. */
export function goodput(
  sim: Run,
  fromSecond: number,
  toSecond: number,
) {
  sim.runUntil(fromSecond * 1000);
  const before = goodOf(sim, () => true);
  sim.runUntil(toSecond * 1000);
  const after = goodOf(sim, () => true);
  return (after.good - before.good) / (toSecond - fromSecond);
}

/** L and λW at the gate, up to now. */
export function lawOf(sim: Run) {
  return law(serverOf(sim).meter, sim.nowMs);
}
// #endregion load-readings

// #region load-classes
/** Whose calls they are decides who is turned away first. */
export const classOf: Readonly<Record<NodeId, Class>> = {
  client0: "critical-plus",
  client1: "critical",
  client2: "critical",
  client3: "sheddable-plus",
  client4: "sheddable-plus",
  client5: "sheddable-plus",
};

export const shedding: Variant = {
  rule: {
    kind: "shed",
    limit: { kind: "fixed", initial: 40 },
    shares,
    classOf,
  },
  server: plain,
};

export const brownout: Variant = {
  rule: open,
  server: {
    ...plain,
    dimmer: { setpointMs: 200, step: 0.05 },
    queue: { ...endless, max: 50 },
  },
};
// #endregion load-classes
