/** Which anomaly can happen at which level: all tried, none assumed. */
import { seedFrom } from "../kernel/sample.ts";
import { anomalies, tryAnomaly } from "./anomalies.ts";
import { levels } from "./levels.ts";

export const defaultSeed = 7;

/** The schedules are fixed; the seed changes nothing. */
export function run(_seed: number): string {
  const row = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd([21, 10, 9, 10, 9, 8][at] ?? 0))
      .join(" ")
      .trimEnd();
  const heads = [
    ["", "degree", "read", "snapshot", "serial-", "2-phase"],
    ["", "0", "committed", "isolation", "izable", "locking"],
  ];
  const rows = anomalies.map((anomaly) => [
    anomaly.name,
    ...levels.map((rules) => {
      const verdict = tryAnomaly(anomaly, rules, "detect");
      return verdict === "happens" ? "HAPPENS" : verdict;
    }),
  ]);
  const legend = [
    "reads old: an older version is read, and all commit",
    "waits:     until the other has ended, then all commit",
    "aborts:    one is aborted, and may be tried again",
  ];
  return [...[...heads, ...rows].map(row), "", ...legend].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
