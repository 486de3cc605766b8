/** Nothing is improved, and the mean time to recover improves. */
import { seedFrom } from "../kernel/sample.ts";
import { luckyShare } from "./luck.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const pairs = 1000;
  const share = (incidents: number, better: number) => {
    const found = luckyShare(incidents, better, pairs, seed);
    return `${(100 * found).toFixed(0)} %`.padStart(14);
  };
  return [
    "Two years alike. How often is the second's MTTR better?",
    "",
    "incidents a year    by 10 % or more  by 30 % or more",
    ...[10, 20, 50, 200].map(
      (n) =>
        `${String(n).padStart(16)}${share(n, 0.1)}   ${share(n, 0.3)}`,
    ),
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
