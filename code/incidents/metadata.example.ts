/** Storage servers that leave for want of an answer, and ask again. */
import { seedFrom } from "../kernel/sample.ts";
import { metadata } from "./past.scenario.ts";
import { type Action, play } from "./room.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    "20 storage servers renew their membership every 30 s, and leave",
    "when there is no answer in 5 s. An answer takes 0.7 s to make.",
    "",
    "min   errors   servers away   questions waiting",
    ...told(seed, [3, 4, 5, 8], []),
    "",
    ...metadata.mitigation.map((a) => `min ${a.atMin}: ${a.label}`),
    ...told(seed, [9, 10, 11, 12, 20], metadata.mitigation),
    "",
    ...metadata.worse.map((a) => `or, min ${a.atMin}: ${a.label}`),
    ...told(seed, [9, 12, 20], metadata.worse),
    "",
    "left alone",
    ...told(seed, [9, 12, 20], []),
  ].join("\n");
}

function told(
  seed: number,
  minutes: readonly number[],
  actions: readonly Action[],
): readonly string[] {
  return play(metadata, seed, actions)
    .readings.filter(({ minute }) => minutes.includes(minute))
    .map(({ minute, errors, saturation, queue }) =>
      [
        String(minute).padStart(3),
        `${(100 * errors).toFixed(0)} %`.padStart(9),
        `${(20 * saturation).toFixed(0)} of 20`.padStart(15),
        String(queue).padStart(20),
      ].join(""),
    );
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
