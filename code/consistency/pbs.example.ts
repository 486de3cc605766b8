/** How many reads see a write, by estimate and by trying it out. */
import { seedFrom } from "../kernel/sample.ts";
import { measured, warsOf } from "./pbs.scenario.ts";
import { freshPart } from "./pbs.ts";

export const defaultSeed = 7;

const waits = [0, 10, 30];
const quorums = [
  [1, 1],
  [1, 2],
  [2, 1],
  [2, 2],
] as const;

export function run(seed: number): string {
  const percent = (part: number) => (100 * part).toFixed(1).padStart(6);
  const rows = quorums.map(([r, w]) => {
    const cells = waits.map((afterMs) => {
      const told = freshPart(warsOf(r, w), afterMs, 20_000, seed);
      const found = measured({ r, w }, afterMs, 150, seed);
      return `${percent(told)}${percent(found)}`.padStart(15);
    });
    return `${r}  ${w}${cells.join("")}`;
  });
  const heads = waits.map((ms) => `after ${ms} ms`.padStart(15));
  return [
    "N = 3; delays of 10 ms, one in a hundred of 80 ms or more.",
    "Reads that see the write, in percent: WARS, and the store.",
    "",
    `R  W${heads.join("")}`,
    ...rows,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
