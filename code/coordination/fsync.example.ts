/** Writes a second against the time of a flush, and batches. */
import { seedFrom } from "../kernel/sample.ts";
import { groupCommit } from "./group-commit.ts";

export const defaultSeed = 7;

export function run(_seed: number): string {
  const rows = [0.1, 1, 5, 20].flatMap((fsyncMs) =>
    [1, 16, 256].map((batchMax) => row(fsyncMs, batchMax)),
  );
  return [
    "5000 writes arrive each second, for ten seconds.",
    "",
    " fsync   batch   writes/s   median wait      longest",
    ...rows,
  ].join("\n");
}

function row(fsyncMs: number, batchMax: number): string {
  const arrivals = { arrivalsPerS: 5000, forMs: 10_000 };
  const report = groupCommit({ fsyncMs, batchMax, ...arrivals });
  const cells = [
    `${fsyncMs} ms`.padStart(6),
    String(batchMax).padStart(7),
    report.writesPerS.toFixed(0).padStart(10),
    `${report.waitMsMedian.toFixed(1)} ms`.padStart(13),
    `${report.waitMsMax.toFixed(1)} ms`.padStart(12),
  ];
  return cells.join(" ");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
