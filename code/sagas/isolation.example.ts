/** Two sagas in every order of their steps, and the countermeasures. */
import { seedFrom } from "../kernel/sample.ts";
import { anomalies, cases, start } from "./isolation.ts";

export const defaultSeed = 7;

/** No chance is in it: the seed changes nothing. */
export function run(_seed: number): string {
  const rows = cases.map(({ anomaly, countermeasure, party }) => {
    const { orders, wrong } = anomalies(party, start);
    return [anomaly, countermeasure, `${orders}`, `${wrong}`];
  });
  const head = ["anomaly", "countermeasure", "orders", "wrong"];
  return [head, ...rows]
    .map(
      ([one = "", two = "", ...numbers]) =>
        one.padEnd(14) +
        two.padEnd(22) +
        numbers.map((number) => number.padStart(8)).join(""),
    )
    .join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
