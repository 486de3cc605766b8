/** A rumor among a thousand: the S-curve, and how long it takes. */

import { stream } from "../kernel/random.ts";
import { seedFrom } from "../kernel/sample.ts";
import {
  monger,
  pushRounds,
  type SpreadOptions,
  spread,
} from "./rumor.ts";

export const defaultSeed = 7;
const nodes = 1000;
const plain = {
  nodes,
  mode: "push",
  fanOut: 1,
  messageLossProbability: 0,
} as const;

export function run(seed: number): string {
  return [
    `One of ${nodes} nodes knows; each calls one other in a round.`,
    "",
    "round   know  push",
    ...curve({ ...plain, dice: seed }),
    "",
    `Rounds until all ${nodes} know, mean of 20 runs; push by theory:`,
    `log2 n + ln n = ${pushRounds(nodes).toFixed(1)}`,
    "",
    "              push   pull  push-pull",
    ...[1, 2, 4].map((fanOut) =>
      rounds(`fan-out ${fanOut}`, { fanOut }, seed),
    ),
    rounds("loss 20%", { messageLossProbability: 0.2 }, seed),
    rounds("loss 50%", { messageLossProbability: 0.5 }, seed),
    "",
    "Rumor mongering: who meets k that know it already stops telling.",
    "",
    "  k   never heard it   messages a node",
    ...[1, 2, 3, 4].map((k) => mongering(k, seed)),
  ].join("\n");
}

function curve(options: SpreadOptions): readonly string[] {
  return spread(options, 99).map((know, round) => {
    const bar = "#".repeat(Math.round((know / nodes) * 50));
    const cells = `${round}`.padStart(5) + `${know}`.padStart(7);
    return `${cells}  ${bar}`.trimEnd();
  });
}

function rounds(
  name: string,
  change: Partial<SpreadOptions>,
  seed: number,
): string {
  const cells = (["push", "pull", "push-pull"] as const).map((mode) => {
    const counts = runs(20).map((nth) => {
      const dice = stream(seed, nth);
      return spread({ ...plain, ...change, mode, dice }, 99).length - 1;
    });
    return mean(counts).toFixed(1).padStart(7);
  });
  return `  ${name.padEnd(9)}${cells.join("")}`;
}

function mongering(k: number, seed: number): string {
  const outcomes = runs(10).map((nth) =>
    monger({ nodes, k, isBlind: false, dice: stream(seed, nth) }),
  );
  const residue = 100 * mean(outcomes.map((one) => one.residue));
  const traffic = mean(outcomes.map((one) => one.traffic));
  const cells = [`${residue.toFixed(1)}%`, traffic.toFixed(1)];
  return `  ${k}${cells.map((cell) => cell.padStart(15)).join("")}`;
}

function runs(count: number): readonly number[] {
  return Array.from({ length: count }, (_, nth) => nth);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
