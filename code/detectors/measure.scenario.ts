/** Runs that measure a detector: how fast, how often wrong, how dear. */
import { chaos } from "../kernel/faults.ts";
import type { NetworkOptions } from "../kernel/network.ts";
import type { Node, NodeId } from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { type Judge, type State, suspectedBy } from "./detector.ts";

export const five = ["n1", "n2", "n3", "n4", "n5"];

/** A network and machines as they are on a bad day. */
export const badDay: NetworkOptions = {
  delayMs: { kind: "long-tailed", median: 5, p99: 60 },
  messageLossProbability: 0.05,
};

export const phiWindow = {
  sizeMax: 100,
  firstIntervalMs: 200,
  intervalMsMax: 2000,
};

export function phiJudge(threshold: number): Judge {
  const window = phiWindow;
  return { kind: "phi", threshold, deviationMsMin: 10, window };
}

// #region suspicions
/** One change of mind: `by` began to suspect `of`, or ceased to. */
export type Change = {
  readonly atMs: number;
  readonly by: NodeId;
  readonly of: NodeId;
  readonly isSuspected: boolean;
};

/** Writes down every change of mind; `hear` is for `onStep`. */
export function recorder() {
  const changes: Change[] = [];
  const last = new Map<NodeId, readonly NodeId[]>();
  const hear = (sim: Simulation, by: NodeId) => {
    const atMs = sim.nowMs;
    const before = last.get(by) ?? [];
    const now = suspectedBy(sim.state<State>(by));
    for (const of of now.filter((id) => !before.includes(id)))
      changes.push({ atMs, by, of, isSuspected: true });
    for (const of of before.filter((id) => !now.includes(id)))
      changes.push({ atMs, by, of, isSuspected: false });
    last.set(by, now);
  };
  return { changes, hear };
}
// #endregion suspicions

// #region measure
export type Measured = {
  /** From the crash until the last node suspected: mean and worst. */
  readonly detectionMs: number;
  readonly detectionMsMax: number;
  /** Suspicions of a live node, for each pair of nodes in an hour. */
  readonly falseAnHour: number;
  /** Of the whole group. */
  readonly messagesASecond: number;
};

const crashMs = 40_000;

/** Forty seconds with pauses, loss and long tails; then n5 crashes. */
export function measure(
  node: Node<State>,
  seeds: readonly number[],
): Measured {
  const runs = seeds.map((seed) => measureOnce(node, seed));
  const times = runs.flatMap((run) => run.times);
  const sum = (values: readonly number[]) =>
    values.reduce((total, value) => total + value, 0);
  const hours = (runs.length * crashMs) / 3_600_000;
  const pairs = five.length * (five.length - 1);
  return {
    detectionMs: sum(times) / times.length,
    detectionMsMax: Math.max(...times),
    falseAnHour: sum(runs.map((run) => run.mistakes)) / hours / pairs,
    messagesASecond:
      sum(runs.map((run) => run.messages)) / hours / 3600,
  };
}

// #endregion measure

// #region measure-once
function measureOnce(node: Node<State>, seed: number) {
  const { changes, hear } = recorder();
  const faults = chaos(seed, {
    nodes: five,
    untilMs: crashMs,
    kinds: ["pause"],
    pauseMsMax: 8000,
    faultMsMax: 600,
  });
  const sim = simulate({
    seed,
    nodes: Object.fromEntries(five.map((id) => [id, node])),
    network: { ...badDay },
    // The last faults of `chaos` make all well; the day stays bad.
    faults: faults.filter(({ kind }) => kind === "pause"),
    onStep: hear,
  });
  // At any point between two heartbeats.
  const endMs = crashMs + intBetween(seed, 0, 199);
  sim.runUntil(endMs);
  const messages = sim.trace.filter(
    ({ kind }) => kind === "send",
  ).length;
  const mistakes = changes.filter(
    (change) => change.isSuspected,
  ).length;
  sim.apply({ kind: "crash", node: "n5" });
  sim.runFor(10_000);
  const times = five.slice(0, -1).map((by) => {
    const found = changes.findLast(
      (change) => change.by === by && change.of === "n5",
    );
    return found?.isSuspected
      ? Math.max(0, found.atMs - endMs)
      : Infinity;
  });
  return { messages, mistakes, times };
}
// #endregion measure-once
