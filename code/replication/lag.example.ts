/** The Lag Budget against a run: a burst that the follower cannot take. */
import { seedFrom } from "../kernel/sample.ts";
import { lagging } from "./lag.scenario.ts";
import { type Load, recoveryMs, worstLagMs } from "./lag.ts";

export const defaultSeed = 7;

const burst: Load = {
  writesPerSecond: 250,
  appliesPerSecond: 200,
  networkMs: 5,
  burstMs: 2000,
};

/** The seed has no part in it: nothing here is drawn. */
export function run(_seed: number): string {
  const { samples, worstMs } = lagging(burst, 250);
  const rows = samples.slice(0, 11).map(({ atMs, entries, ms }) => {
    const bar = "#".repeat(Math.round(ms / 20));
    const cells = [
      `${atMs} ms`.padStart(8),
      String(entries).padStart(9),
      `${ms.toFixed(0)} ms`.padStart(9),
    ];
    return `${cells.join("")}  ${bar}`.trimEnd();
  });
  const quiet = { ...burst, writesPerSecond: 150 };
  return [
    `${burst.writesPerSecond} writes a second for 2 s, ` +
      `${burst.appliesPerSecond} applied a second, 5 ms between`,
    "    time  entries      age",
    ...rows,
    "",
    `worst lag by the budget: ${worstLagMs(burst).toFixed(0)} ms`,
    `worst lag in this run:   ${worstMs.toFixed(0)} ms`,
    `recovery by the budget:  ` +
      `${recoveryMs(burst, 0).toFixed(0)} ms without writes, ` +
      `${recoveryMs(burst, 150).toFixed(0)} ms at 150 a second`,
    `150 a second all along:  ${worstLagMs(quiet).toFixed(0)} ms`,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
