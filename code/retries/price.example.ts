/** Transient failures: what retries mend, and what a budget refuses. */
import { seedFrom } from "../kernel/sample.ts";
import { simulate } from "../kernel/simulator.ts";
import { type Budget, newBudget } from "./budget.ts";
import { mean } from "./report.ts";
import { naive, type StormOptions, storm, watch } from "./storm.ts";

export const defaultSeed = 7;

// #region price
/** Share of calls that succeed, and attempts a call, both as means. */
export function price(
  seed: number,
  failureProbability: number,
  attemptsMax: number,
  budget: Budget | null,
): { readonly success: number; readonly attempts: number } {
  // A call fails when its request or its answer is lost.
  const messageLossProbability = 1 - Math.sqrt(1 - failureProbability);
  const options: StormOptions = {
    ...naive,
    load: { kind: "open", phases: [{ fromMs: 0, perSecond: 30 }] },
    attemptsMax,
    budget,
    blip: null,
  };
  const network = { messageLossProbability };
  const setup = { seed, network, keepTrace: false };
  const readings = watch(
    simulate({ ...setup, ...storm(options) }),
    600,
  );
  const calls = mean(readings, "calls", 10, 600);
  return {
    success: mean(readings, "good", 10, 600) / calls,
    attempts: mean(readings, "attempts", 10, 600) / calls,
  };
}
// #endregion price

export function run(seed: number): string {
  const ten = newBudget(10, 10);
  const rows = [0.01, 0.05, 0.1, 0.3].map((probability) => {
    const cells = [
      price(seed, probability, 1, null),
      price(seed, probability, 3, null),
      price(seed, probability, 3, ten),
    ].map(
      ({ success, attempts }) =>
        `${(100 * success).toFixed(1)}% ${attempts.toFixed(2)}`,
    );
    const name = `${100 * probability}% fail`.padStart(10);
    return name + cells.map((cell) => cell.padStart(17)).join("");
  });
  return [
    "                1 attempt       3 attempts  3, budget 10%",
    "            success, cost    success, cost  success, cost",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
