/** All rules of two generals, on everything that can happen to them. */
import { seedFrom } from "../kernel/sample.ts";
import {
  aloneProbability,
  copiesAloneProbability,
  search,
} from "./two-generals.ts";

export const defaultSeed = 7;

/** Nothing here is left to chance: every rule is tried. */
export function run(_seed: number): string {
  const rows = [1, 2, 3, 6, 9].map((messages) => {
    const { pairs, agreeing, solving } = search(messages);
    return [
      String(messages).padStart(10),
      String(pairs.length).padStart(10),
      String(agreeing.length).padStart(10),
      String(solving.length).padStart(9),
      aloneProbability(messages, 0.1).toFixed(3).padStart(10),
      tiny(copiesAloneProbability(messages, 0.1)).padStart(9),
    ].join("");
  });
  return [
    "pairs: of rules for A and B.  agree: never one alone, and attack when",
    "all messengers arrive.  solve: and rest when none does.  A chance of",
    "one in ten to be caught: somebody attacks alone, when the messengers",
    "go in turn (answers), or all carry A's order (copies).",
    "",
    "messengers     pairs     agree    solve   answers   copies",
    ...rows,
  ].join("\n");
}

function tiny(probability: number): string {
  return probability.toExponential(0);
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
