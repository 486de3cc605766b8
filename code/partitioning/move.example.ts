/** A partition moves under load: copied and switched, or handed over. */
import { historyOf } from "../kernel/history.ts";
import { formatHistory } from "../kernel/picture.ts";
import { seedFrom } from "../kernel/sample.ts";
import { copyAndSwitch } from "./broken.ts";
import { clients, moveUnderLoad, verdictOf } from "./move.scenario.ts";

export const defaultSeed = 10;

export function run(seed: number): string {
  const naive = moveUnderLoad(seed, copyAndSwitch);
  const right = moveUnderLoad(seed);
  const verdict = verdictOf(naive);
  const asked = historyOf(right.trace, clients);
  const sentAway = asked.filter(({ result }) => result?.code === 11);
  return [
    "Copied, then switched:",
    `  the history is ${verdict.verdict}.`,
    ...(verdict.verdict === "illegal"
      ? formatHistory(verdict.counterExample.beginning)
          .split("\n")
          .map((line) => `  ${line}`)
      : []),
    "",
    "Handed over, with what changed meanwhile:",
    `  the history is ${verdictOf(right).verdict};`,
    `  of ${asked.length} requests ${sentAway.length} were sent away and tried again.`,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
