/** Both have read before either writes: tokens in order, update lost. */
import { seedFrom } from "../kernel/sample.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { storyOf } from "./paused.example.ts";
import type { Fence } from "./store.ts";
import { running, strategies } from "./strategies.scenario.ts";
import type { Worker } from "./worker.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    "a fence that only writes raise:",
    ...storyOf(trap(seed, "writes")),
    "",
    "a fence that reads raise as well:",
    ...storyOf(trap(seed, "reads and writes")),
  ].join("\n");
}

/** The holder of 34 has read, and not yet written, when 33 wakes. */
export function trap(seed: number, fence: Fence): Simulation {
  const cast = {
    ids: ["w1", "w2"],
    staggerMs: 30,
    change: { operations: 1, workMs: 40 },
  };
  const sim = running({ ...strategies.fenced, fence }, { seed }, cast);
  while (sim.state<Worker>("w1").phase !== "work") sim.runOne();
  sim.apply({ kind: "pause", node: "w1", forMs: 115 });
  sim.runUntil(800);
  return sim;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
