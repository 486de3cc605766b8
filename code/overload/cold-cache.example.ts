/** Most of a cache is replaced by empty machines; then what? */
import { seedFrom } from "../kernel/sample.ts";
import { coldCache, responses, watch } from "./cold-cache.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const rows = Object.entries(responses).map(([name, options]) => {
    const readings = watch(coldCache(seed, options), 15, 10);
    const goods = readings.map(({ good, calls }) =>
      ((100 * good) / calls).toFixed(0).padStart(5),
    );
    return `${name.padEnd(23)}${goods.join("")}`;
  });
  const ends = Array.from({ length: 10 }, (_, n) =>
    String(15 * (n + 1)).padStart(5),
  );
  return [
    "In second 20 three quarters of the cache are empty. Requests answered, %:",
    "",
    `until second           ${ends.join("")}`,
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
