/** Redlock, and what its safety rests on: pauses, clocks, memory. */
import { seedFrom } from "../kernel/sample.ts";
import { duel, duels } from "./redlock.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const lines = duels.map((one) => {
    const { keys, isShared, value, writes } = duel(seed, one);
    return [
      one.name,
      `  when w2 has it, r1 to r5 are held by ${keys.join(" ")}`,
      `  ${isShared ? "w1 thinks so too" : "w1 is done"}:` +
        ` raised ${writes} times, the counter shows ${value}`,
    ].join("\n");
  });
  return lines.join("\n\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
