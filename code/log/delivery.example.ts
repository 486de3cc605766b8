/** One crash, between the effect and the word that it is done. */
import { seedFrom } from "../kernel/sample.ts";
import {
  consumed,
  type Delivery,
  transformed,
} from "./delivery.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const rows: readonly (readonly [string, Delivery])[] = [
    ["commit first, then do", consumed(seed, "commit")],
    ["do first, then commit", consumed(seed, "process")],
    ["transaction, all data", transformed(seed, "read_uncommitted")],
    ["transaction, committed", transformed(seed, "read_committed")],
  ];
  const line = (cells: readonly (string | number)[]) => {
    const [first = "", ...others] = cells;
    const columns = others.map((cell) => `${cell}`.padStart(9));
    return `${`${first}`.padEnd(24)}${columns.join("")}`;
  };
  return [
    line(["", "records", "effects", "never", "again"]),
    ...rows.map(([name, { expected, effects, never, again }]) =>
      line([name, expected, effects, never, again]),
    ),
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
