/** One hot key, and what each remedy makes of its partition's load. */
import { seedFrom } from "../kernel/sample.ts";
import {
  cached,
  coalesced,
  type Demand,
  loadsOf,
  salted,
} from "./hot-key.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const star: Demand = { key: "star", reads: 9000, writes: 300 };
  const crowd = Array.from({ length: 2000 }, (_, n) => ({
    key: `user-${seed}-${n}`,
    reads: 4,
    writes: 1,
  }));
  const remedies: readonly (readonly [
    string,
    readonly Demand[],
    number,
  ])[] = [
    ["as it is", [star], 16],
    ["16 times the partitions", [star], 256],
    ["salt, 10 pieces", salted(star, 10), 16],
    ["cache of 1 s in 20 routers", [cached(star, 20, 1000)], 16],
    ["coalesced in 3 services", [coalesced(star, 3, 10)], 16],
    [
      "cache, and salt for writes",
      salted(cached(star, 20, 1000), 10),
      16,
    ],
  ];
  const rows = remedies.map(([name, demands, partitions]) => {
    const loads = loadsOf([...demands, ...crowd], partitions);
    const all = loads.reduce((sum, each) => sum + each, 0);
    return [
      name.padEnd(28),
      Math.round(Math.max(...loads))
        .toString()
        .padStart(9),
      Math.round(all).toString().padStart(9),
    ].join("");
  });
  return [
    "Requests a second; one key is read 9000 and written 300 times.",
    "",
    "remedy                        hottest      all",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
