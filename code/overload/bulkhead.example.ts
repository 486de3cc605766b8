/** C hangs, B waits for C, A waits for B: and who needs only A? */
import { seedFrom } from "../kernel/sample.ts";
import {
  answered,
  cascade,
  fronts,
  slowAtMs,
} from "./hull.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const rows = Object.entries(fronts).map(([name, A]) => {
    const shares = [60, 120].flatMap((perSecond) => {
      const sim = cascade(seed, A, perSecond);
      const well = answered(sim, 2000, slowAtMs);
      const hung = answered(sim, slowAtMs + 5000, slowAtMs + 15_000);
      return [well.checkout, hung.checkout, hung.recs];
    });
    const cells = shares.map((share) =>
      `${share.toFixed(0)}%`.padStart(9),
    );
    return name.padEnd(20) + cells.join("");
  });
  return [
    "Users call A: checkout needs P; recommendations need B, and B C.",
    "In the end C hangs. Calls answered within two seconds:",
    "",
    "                           60 calls a second         120 calls a second",
    "threads of A        checkout  C hangs     recs checkout  C hangs     recs",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
