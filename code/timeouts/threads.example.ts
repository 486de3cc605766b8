/** One zone of four hangs: which timeout takes the other three down? */
import { seedFrom } from "../kernel/sample.ts";
import {
  perSecond,
  region,
  threads,
  watch,
} from "./threads.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const stories = [30_000, 1000].map((timeoutMs) => {
    const needed = (perSecond / 4) * (timeoutMs / 1000);
    const readings = watch(region(seed, timeoutMs), 5, 9);
    const rows = readings.map((r) => {
      const cells = [r.second, r.stuck, r.queue, r.calls, r.good];
      const row = cells.map((cell) => String(cell).padStart(8));
      return `${row.join("")}  ${"#".repeat(Math.round(r.good / 10))}`;
    });
    return [
      `timeout ${timeoutMs / 1000} s: 10 calls a second to zone1 can hold ` +
        `${needed} of ${threads} threads`,
      "  second   stuck   queue   calls    good   (the other zones, per 5 s)",
      ...rows.map((row) => row.trimEnd()),
    ].join("\n");
  });
  return [
    "zone1 stops answering in second 10; its calls are a quarter of all.",
    ...stories,
  ].join("\n\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
