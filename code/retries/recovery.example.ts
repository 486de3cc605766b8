/** The operator's part: drop load at second 60, readmit it later. */
import { seedFrom } from "../kernel/sample.ts";
import { simulate } from "../kernel/simulator.ts";
import { mean } from "./report.ts";
import { naive, storm, watch } from "./storm.ts";

export const defaultSeed = 7;

// #region recovery
/** The queue when the load comes back, and goodput a minute later. */
export function recover(
  seed: number,
  perSecond: number,
  readmitSecond: number,
): { readonly queue: number; readonly good: number } {
  const phases = [
    { fromMs: 0, perSecond: 70 },
    { fromMs: 60_000, perSecond },
    { fromMs: readmitSecond * 1000, perSecond: 70 },
  ];
  const options = storm({ ...naive, load: { kind: "open", phases } });
  const sim = simulate({ seed, keepTrace: false, ...options });
  const endSecond = readmitSecond + 60;
  const readings = watch(sim, endSecond);
  const atReadmission = readings.find(
    (r) => r.second === readmitSecond,
  );
  const queue = atReadmission?.queue ?? 0;
  const good = mean(readings, "good", endSecond - 30, endSecond);
  return { queue, good };
}
// #endregion recovery

export function run(seed: number): string {
  const scripts = [
    [50, 240],
    [40, 240],
    [20, 66],
    [20, 75],
    [10, 70],
  ] as const;
  const rows = scripts.map(([perSecond, readmit]) => {
    const { queue, good } = recover(seed, perSecond, readmit);
    return [
      `${perSecond}/s`.padStart(10),
      `${readmit - 60} s`.padStart(10),
      String(queue).padStart(16),
      good.toFixed(0).padStart(12),
    ].join("");
  });
  return [
    "  admitted       for  queue when load  goodput a",
    "                            comes back  min. later",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
