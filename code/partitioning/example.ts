/** How hot is the hottest of sixteen partitions, as the skew grows? */
import { seedFrom } from "../kernel/sample.ts";
import { loadsOf } from "./hot-key.ts";
import { skewBudget, zipf } from "./zipf.ts";

export const defaultSeed = 7;

const partitions = 16;
const keyCount = 10_000;
const load = 16_000;
/** Twice the mean. */
const capacity = 2000;

export function run(seed: number): string {
  const rows = [0, 0.6, 0.8, 1, 1.2, 1.4].map((exponent) => {
    const demands = zipf(keyCount, exponent).map((part, rank) => ({
      key: `key-${seed}-${rank}`,
      reads: part * load,
      writes: 0,
    }));
    const hottestKey = demands[0]?.reads ?? 0;
    const hottest = Math.max(...loadsOf(demands, partitions));
    return [
      exponent.toFixed(1).padStart(8),
      Math.round(hottestKey).toString().padStart(14),
      Math.round(hottest).toString().padStart(18),
      hottest > capacity ? "    over" : "",
    ].join("");
  });
  const budget = skewBudget(load, capacity, partitions);
  return [
    `${load} requests a second, ${keyCount} keys, ${partitions} partitions`,
    `that can do ${capacity} each. Skew budget of one key:`,
    `${(100 * budget).toFixed(1)} % of the load, ${Math.round(budget * load)} requests a second.`,
    "",
    "exponent   hottest key  hottest partition",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
