/** One node watches another that stands still for a while. */
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { phi, type Window, type WindowOptions } from "./accrual.ts";
import { detector, type State } from "./detector.ts";

export const pauseAtMs = 4000;
export const pauseMs = 1500;
export const deviationMsMin = 20;

/** n1 watches n2, which is paused from 4000 ms to 5500 ms. */
export function watching(
  seed: number,
  window: WindowOptions,
): Simulation {
  const threshold = 8;
  const node = detector({
    heartbeatMs: 200,
    checkMs: 10,
    judge: { kind: "phi", threshold, deviationMsMin, window },
  });
  return simulate({
    seed,
    nodes: { n1: node, n2: node },
    network: { delayMs: { kind: "uniform", min: 1, max: 60 } },
    faults: [
      { atMs: pauseAtMs, kind: "pause", node: "n2", forMs: pauseMs },
    ],
  });
}

/** What n1 remembers of n2. */
export function windowOf(sim: Simulation): Window {
  const belief = sim.state<State>("n1").beliefs.n2;
  if (belief === undefined) throw new Error("n1 does not watch n2");
  return belief.window;
}

export function phiNow(sim: Simulation): number {
  return phi(windowOf(sim), sim.nowMs, deviationMsMin);
}

/** From a crash of n2 at this time until n1 suspects it. */
export function detectionMs(sim: Simulation, crashMs: number): number {
  sim.runUntil(crashMs);
  sim.apply({ kind: "crash", node: "n2" });
  while (!sim.state<State>("n1").beliefs.n2?.isSuspected) sim.runOne();
  return sim.nowMs - crashMs;
}
