/** A thousand calls: what was done, and what the caller was told. */
import { seedFrom } from "../kernel/sample.ts";
import { type CallPolicy, countCalls } from "./call.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const row = (name: string, policy: CallPolicy) => {
    const { answered, unknown } = countCalls(seed, 1000, 0.1, policy);
    const cells = [...answered.slice(1), ...unknown];
    const text = cells.map((n) => String(n).padStart(9)).join("");
    return name.padEnd(24) + text;
  };
  return [
    "1000 calls; each message is lost with probability 0.1.",
    "",
    "                          answered          no answer",
    "work was done              once    more    never    once     more",
    row("one attempt", { attemptsMax: 1, remembers: false }),
    row("three attempts", { attemptsMax: 3, remembers: false }),
    row("three, and a memory", { attemptsMax: 3, remembers: true }),
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
