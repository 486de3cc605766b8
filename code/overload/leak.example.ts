/** A permit that is given back on success only: what remains of it? */
import { seedFrom } from "../kernel/sample.ts";
import { gates, leakRun } from "./hull.scenario.ts";

export const defaultSeed = 7;

const seconds = [10, 15, 20, 25, 30, 60];

export function run(seed: number): string {
  const stories = Object.entries(gates).map(([name, node]) => {
    const rows = leakRun(seed, node, seconds).map(
      ({ second, checkout, recs, held }) =>
        String(second).padStart(9) +
        checkout.toFixed(0).padStart(13) +
        recs.toFixed(0).padStart(8) +
        String(held).padStart(9),
    );
    return [
      name,
      "to second   checkout/s  recs/s     held",
      ...rows,
    ].join("\n");
  });
  return [
    "C hangs from second 10 to 20. Twenty permits.",
    ...stories,
  ].join("\n\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
