/** Keys and partitions: one order for each key, until there are more. */
import { seedFrom } from "../kernel/sample.ts";
import { partitionOf } from "./partitioner.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const names = ["ada", "ben", "cleo", "dora", "emil", "fay"];
  const rows = names.map((name) => {
    const places = [4, 5, 8].map((count) =>
      `${partitionOf(name, count)}`.padStart(6),
    );
    return `${name.padEnd(8)}${places.join("")}`;
  });
  const keys = Array.from({ length: 10_000 }, (_, n) => `${seed}-${n}`);
  const moved = (from: number, to: number) => {
    const others = keys.filter(
      (key) => partitionOf(key, from) !== partitionOf(key, to),
    );
    const percent = (100 * others.length) / keys.length;
    return `  ${from} to ${to}: ${percent.toFixed(0)} % of keys move`;
  };
  return [
    "partition of a key, with so many partitions",
    `${"".padEnd(8)}     4     5     8`,
    ...rows,
    "",
    "of 10 000 keys, when partitions are added",
    moved(4, 5),
    moved(4, 8),
    moved(12, 16),
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
