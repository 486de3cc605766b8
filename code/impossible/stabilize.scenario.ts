/** A network that is bad for a minute, and bounded from then on. */
import {
  detector,
  type Judge,
  type State,
} from "../detectors/detector.ts";
import {
  type Change,
  five,
  recorder,
} from "../detectors/measure.scenario.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";

export const stableMs = 60_000;
export const crashMs = 140_000;

// #region stabilize
/**
 * Five nodes watch each other. Until 60 s messages are lost and late
 * without bound; from then on none is lost and each takes at most
 * 600 ms, which no node is told. At 140 s n5 crashes.
 */
export function stabilizing(seed: number, judge: Judge) {
  const node = detector({ heartbeatMs: 200, checkMs: 10, judge });
  const { changes, hear } = recorder();
  const sim = simulate({
    seed,
    nodes: Object.fromEntries(five.map((id) => [id, node])),
    network: {
      delayMs: { kind: "long-tailed", median: 50, p99: 2000 },
      messageLossProbability: 0.2,
    },
    faults: [
      {
        atMs: stableMs,
        kind: "network",
        change: {
          delayMs: { kind: "uniform", min: 50, max: 600 },
          messageLossProbability: 0,
        },
      },
      { atMs: crashMs, kind: "crash", node: "n5" },
    ],
    onStep: hear,
  });
  return { sim, changes };
}
// #endregion stabilize

/** Suspicions of a live node from one time to another. */
export function mistakes(
  changes: readonly Change[],
  fromMs: number,
  toMs: number,
): number {
  return changes.filter(
    ({ atMs, of, isSuspected }) =>
      isSuspected &&
      atMs >= fromMs &&
      atMs < toMs &&
      !(of === "n5" && atMs >= crashMs),
  ).length;
}

/** How long each live node waits for each live other: least and most. */
export function timeouts(sim: Simulation): readonly [number, number] {
  const all = five.slice(0, 4).flatMap((id) =>
    Object.entries(sim.state<State>(id).beliefs)
      .filter(([peer]) => peer !== "n5")
      .map(([, belief]) => belief.timeoutMs),
  );
  return [Math.min(...all), Math.max(...all)];
}

/** From the crash until the last of the others suspects, for good. */
export function detectedMs(changes: readonly Change[]): number {
  const last = five.slice(0, 4).map((by) => {
    const found = changes.findLast(
      (change) => change.by === by && change.of === "n5",
    );
    return found?.isSuspected ? found.atMs - crashMs : Infinity;
  });
  return Math.max(...last);
}
