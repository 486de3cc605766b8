/** What each mode of replication spends on a write, by measurement. */
import { seedFrom } from "../kernel/sample.ts";
import { losslessOptions } from "./cluster.scenario.ts";
import { asyncOptions, type Options } from "./state.ts";
import { tradeOf } from "./trilemma.scenario.ts";

export const defaultSeed = 7;

const modes: readonly (readonly [string, Options])[] = [
  ["async", asyncOptions],
  ["semi-sync, 100 ms", { ...losslessOptions, fallBackAfterMs: 100 }],
  ["semi-sync, for ever", losslessOptions],
  ["sync", { ...asyncOptions, mode: "sync" }],
];

export function run(seed: number): string {
  const rows = modes.map(([name, options]) => {
    const trade = tradeOf(options, seed);
    const latency = `${trade.latencyMs.toFixed(0)} ms`;
    const cells = [
      latency,
      trade.lost,
      trade.oneDown,
      trade.noneReached,
    ];
    return row([name, ...cells]);
  });
  return [
    row(["", "mean time", "ok'd writes", "no ok with", "no ok with"]),
    row(["mode", "to the ok", "lost", "one down", "both down"]),
    ...rows,
    "",
    "One-way delay 5 ms; one follower answers 40 ms late. The leader is",
    "alone for 300 ms before it dies, and another is promoted.",
  ].join("\n");
}

function row(cells: readonly (string | number)[]): string {
  return cells
    .map((cell, at) =>
      at === 0 ? String(cell).padEnd(20) : String(cell).padStart(12),
    )
    .join("");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
