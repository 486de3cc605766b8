/** The Coordination Cost Ladder: what a rung costs, what it holds. */
import { seedFrom } from "../kernel/sample.ts";
import {
  judge,
  price,
  type Strategy,
  strategies,
  weatherRun,
  weathers,
} from "./strategies.scenario.ts";

export const defaultSeed = 7;
const runs = 10;

export function run(seed: number): string {
  const head = ["", "messages", "trips", ...weathers];
  const rows = Object.values(strategies).map((strategy: Strategy) => {
    const { messages, roundTrips } = price(strategy);
    const flawed = weathers.map((weather) => {
      const count = Array.from({ length: runs }, (_, at) =>
        judge(weatherRun(strategy, weather, seed * 100 + at)),
      ).filter((found) => found.length > 0).length;
      return count === 0 ? "-" : `${count}`;
    });
    return [strategy.name, `${messages}`, `${roundTrips}`, ...flawed];
  });
  return [
    "one increment in peace, and of 10 runs in each kind of trouble",
    "those in which an increment was lost",
    "",
    ...[head, ...rows].map(line),
  ].join("\n");
}

function line(cells: readonly string[]): string {
  const [name = "", ...rest] = cells;
  return (
    name.padEnd(27) + rest.map((cell) => cell.padStart(8)).join("")
  );
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
