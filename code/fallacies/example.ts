/** Twenty additions in nine worlds: one as believed, eight as they are. */
import { seedFrom } from "../kernel/sample.ts";
import {
  fallacies,
  naive,
  play,
  resultOf,
} from "./switchboard.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const rows = [
    line(seed, "as believed", []),
    ...fallacies.map((fallacy) =>
      line(seed, `not: ${fallacy}`, [fallacy]),
    ),
  ];
  return [
    "The client adds 1 twenty times.",
    "",
    "world                            shown  counted  ready after",
    ...rows,
  ].join("\n");
}

function line(
  seed: number,
  name: string,
  untrue: Parameters<typeof play>[1],
): string {
  const { shown, counted, doneMs } = resultOf(
    play(seed, untrue, naive),
  );
  return [
    name.padEnd(32),
    String(shown ?? "-").padStart(6),
    String(counted).padStart(9),
    (doneMs === null ? "never" : `${doneMs} ms`).padStart(13),
  ].join("");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
