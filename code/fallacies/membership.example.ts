/** A message grows, and nothing is to be seen until the network blinks. */
import { metadata } from "../incidents/past.scenario.ts";
import { at, play, set } from "../incidents/room.scenario.ts";
import { seedFrom } from "../kernel/sample.ts";

export const defaultSeed = 7;

// As in `incidents/metadata`.
const [askers, renewMs, limitMs] = [20, 30_000, 5000];

// #region growth
/** Errors in percent at minutes 3, 5 and 20; the cut is at minute 3. */
export function grown(seed: number, answerMs: number) {
  const size = at(0, "size", set("metadata", { workMs: answerMs }));
  const { readings } = play(metadata, seed, [size]);
  const errors = [3, 5, 20].map((minute) => {
    const reading = readings.find((one) => one.minute === minute);
    return Math.round(100 * (reading?.errors ?? Number.NaN));
  });
  return { busy: (askers * answerMs) / renewMs, errors };
}
// #endregion growth

export function run(seed: number): string {
  return [
    `${askers} storage servers, a limit of ${limitMs / 1000} s; the network is cut`,
    "for half a minute at minute 3.",
    "",
    "one answer   busy before      errors at minute",
    "    takes                    3        5       20",
    ...[200, 350, 500, 550, 600, 650, 700].map((answerMs) =>
      line(seed, answerMs),
    ),
  ].join("\n");
}

function line(seed: number, answerMs: number): string {
  const { busy, errors } = grown(seed, answerMs);
  return [
    `${answerMs} ms`.padStart(9),
    `${Math.round(100 * busy)} %`.padStart(13),
    ...errors.map((percent) => `${percent} %`.padStart(9)),
  ].join("");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
