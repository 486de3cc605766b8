/** Small histories, and what each checker says of them. */
import { formatHistory } from "../kernel/picture.ts";
import { seedFrom } from "../kernel/sample.ts";
import {
  historyNamed,
  historyNames,
  models,
  verdictOf,
} from "./histories.scenario.ts";

export const defaultSeed = 7;

const heads = ["lin", "seq", "caus", "pram", "ryw", "mr", "mw", "wfr"];

/** These histories are written down: the seed changes nothing. */
export function run(_seed: number): string {
  const rows = historyNames.map((name) => {
    const cells = models.map((model) => {
      const verdict = verdictOf(model, historyNamed(name));
      return (verdict === "ok" ? "ok" : "-").padStart(5);
    });
    return `${name.padEnd(31)}${cells.join("")}`;
  });
  const shown = [
    "two notes that cross",
    "an answer before its question",
  ];
  return [
    `${"".padEnd(31)}${heads.map((head) => head.padStart(5)).join("")}`,
    ...rows,
    ...historyNames
      .filter((name) => shown.includes(name))
      .flatMap((name) => [
        "",
        `${name}:`,
        formatHistory(historyNamed(name)),
      ]),
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
