/** The same nine worlds, and a counter that believes less. */
import { seedFrom } from "../kernel/sample.ts";
import {
  careful,
  carefulResultOf,
  type Fallacy,
  fallacies,
  play,
} from "./switchboard.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    "The careful client adds 1 twenty times.",
    "",
    "world                            shown  counted  says         after",
    line(seed, "as believed", []),
    ...fallacies.map((fallacy) =>
      line(seed, `not: ${fallacy}`, [fallacy]),
    ),
  ].join("\n");
}

function line(
  seed: number,
  name: string,
  untrue: readonly Fallacy[],
): string {
  const { shown, counted, doneMs, verdict } = carefulResultOf(
    play(seed, untrue, careful),
  );
  return [
    name.padEnd(32),
    String(shown ?? "-").padStart(6),
    String(counted).padStart(9),
    `  ${verdict.padEnd(10)}`,
    (doneMs === null ? "never" : `${doneMs} ms`).padStart(8),
  ].join("");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
