/** One click at the top, a bottom that fails: how many calls arrive? */
import { seedFrom } from "../kernel/sample.ts";
import { simulate } from "../kernel/simulator.ts";
import { type Budget, newBudget } from "./budget.ts";
import { stack } from "./layers.ts";

export const defaultSeed = 7;

// #region count
/** Calls that each layer receives for `clicks` at the top. */
export function callsPerLayer(
  seed: number,
  attempts: readonly number[],
  budget: Budget | null,
  clicks: number,
): readonly number[] {
  const nodes = stack(attempts, budget);
  const sim = simulate({ seed, nodes, keepTrace: false });
  for (let id = 1; id <= clicks; id += 1) {
    const body = { type: "call", id };
    sim.inject({ src: "user", dest: "layer1", body });
    sim.runFor(60_000);
  }
  return Object.keys(nodes).map(
    (id) => (sim.state(id) as { received: number }).received,
  );
}
// #endregion count

export function run(seed: number): string {
  const three = [3, 3, 3, 3, 3];
  const four = [4, 4, 4, 4, 4];
  const one = [1, 1, 1, 1, 3];
  const budget = newBudget(10, 1);
  const line = (what: string, counts: readonly number[]) =>
    what.padEnd(28) + counts.map((n) => String(n).padStart(7)).join("");
  return [
    line("calls received by layer", [1, 2, 3, 4, 5]).concat(" bottom"),
    line("3 attempts everywhere", callsPerLayer(seed, three, null, 1)),
    line("3 retries everywhere", callsPerLayer(seed, four, null, 1)),
    line(
      "3 attempts, layer 5 alone",
      callsPerLayer(seed, one, null, 1),
    ),
    line(
      "budget 10%, 1000 clicks",
      callsPerLayer(seed, three, budget, 1000),
    ),
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
