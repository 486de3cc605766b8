/** A channel that all read, with and without single flight before it. */
import { seedFrom } from "../kernel/sample.ts";
import { hotChannel } from "./past.scenario.ts";
import { play } from "./room.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const [bare, shared] = [false, true].map(
    (coalesces) => play(hotChannel(coalesces), seed, []).readings,
  );
  const rows = [2, 3, 4, 6, 9, 10, 14, 19].map((minute) => {
    const cells = [bare, shared].map((readings) => {
      const {
        errors = 0,
        p99Ms = 0,
        queue = 0,
      } = readings?.[minute - 1] ?? {};
      const bad = `${(100 * errors).toFixed(0)} %`.padStart(8);
      const p99 = (p99Ms / 1000).toFixed(1).padStart(8);
      return `${bad}${p99}${String(queue).padStart(7)}`;
    });
    return `${String(minute).padStart(3)}${cells.join("    ")}`;
  });
  return [
    "Four partitions; a read takes 0.8 s. From minute 3 to 9 a crowd",
    "reads one channel, two or three times a second.",
    "",
    "        straight to the store       one read a key at a time",
    "min  errors   p99 s  queue      errors   p99 s  queue",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
