/** A disk that stalls now and then, under two kinds of patience. */
import { seedFrom } from "../kernel/sample.ts";
import { stalls } from "./stall.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const rows = [1, 4].flatMap((patience) => [
    "",
    `elections after ${150 * patience} to ${300 * patience} ms:`,
    " stall   new leaders   writes/s   longest gap",
    ...[0, 100, 200, 300, 500, 800].map((stallMs) =>
      row(stallMs, patience, seed),
    ),
  ]);
  return [
    "Every 2 s the disk of the leader stalls; 20 s, four clients write.",
    ...rows,
  ].join("\n");
}

function row(stallMs: number, patience: number, seed: number): string {
  const options = { stallMs, everyMs: 2000, forMs: 20_000, patience };
  const report = stalls(options, seed);
  const cells = [
    `${stallMs} ms`.padStart(6),
    String(report.leaderChanges).padStart(13),
    report.writesPerS.toFixed(0).padStart(10),
    `${report.longestGapMs.toFixed(0)} ms`.padStart(13),
  ];
  return cells.join(" ");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
