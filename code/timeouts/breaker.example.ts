/** A host errs for ten seconds: what its client's breaker does. */
import { seedFrom } from "../kernel/sample.ts";
import {
  changesOf,
  guardedRun,
  settings,
  totals,
} from "./breaker.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const sim = guardedRun(seed, settings, {
    host0: {
      fromMs: 5000,
      untilMs: 15_000,
      says: "failed",
      afterMs: 10,
    },
  });
  const rows: string[] = [];
  let before = totals(sim, () => true);
  for (let second = 1; second <= 20; second += 1) {
    sim.runUntil(second * 1000);
    const now = totals(sim, () => true);
    const counts = [
      now.good - before.good,
      now.failed - before.failed,
      now.refused - before.refused,
    ].map((cell) => String(cell).padStart(8));
    const changes = changesOf(sim)
      .filter(({ atMs }) => atMs > (second - 1) * 1000)
      .map(({ atMs, to }) => `${(atMs / 1000).toFixed(2)} ${to}`);
    const row = [String(second).padStart(6), ...counts].join("");
    rows.push(`${row}  ${changes.join(", ")}`.trimEnd());
    before = now;
  }
  return [
    "The host errs from second 5 to 15. The breaker opens at 50% of 50",
    "calls, waits 3 s, then lets 5 probes through.",
    "",
    "second    good  failed refused  changes",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
