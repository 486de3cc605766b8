/** Mistakes of two detectors, before and after the network has a bound. */
import type { Judge } from "../detectors/detector.ts";
import { seedFrom } from "../kernel/sample.ts";
import {
  detectedMs,
  mistakes,
  stabilizing,
  timeouts,
} from "./stabilize.scenario.ts";

export const defaultSeed = 7;

export const fixed: Judge = { kind: "fixed", timeoutMs: 500 };
export const growing: Judge = {
  kind: "growing",
  timeoutMs: 500,
  growMs: 100,
};

const windowMs = 20_000;

export function run(seed: number): string {
  const runs = [fixed, growing].map((judge) => {
    const { sim, changes } = stabilizing(seed, judge);
    sim.runUntil(160_000);
    return { sim, changes };
  });
  const rows = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => {
    const fromMs = n * windowMs;
    const cells = runs.map(({ changes }) =>
      String(mistakes(changes, fromMs, fromMs + windowMs)).padStart(9),
    );
    const span = `${fromMs / 1000} to ${(fromMs + windowMs) / 1000}`;
    return span.padEnd(12) + cells.join("");
  });
  const waits = runs.map(({ sim }) => timeouts(sim).join(" to "));
  const found = runs.map(({ changes }) =>
    detectedMs(changes).toFixed(0),
  );
  return [
    "Live nodes suspected, among five. The network settles at 60 s.",
    "",
    "seconds         fixed  growing",
    ...rows,
    "",
    `timeouts at the end, ms: fixed ${waits[0]}, growing ${waits[1]}`,
    `n5 crashes at 140 s; all suspect it after ${found[0]} and ${found[1]} ms`,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
