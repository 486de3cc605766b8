/** A crowd of three times the usual; how long is a calm time? */
import { seedFrom } from "../kernel/sample.ts";
import { pageRun, summary } from "./page.ts";

export const defaultSeed = 7;

/** Nothing here is random; the seed changes nothing. */
export function run(_seed: number): string {
  const rows = [0, 1, 5, 20].map((calm) => {
    const { changes, pages, longestMs } = summary(
      pageRun(calm * 1000, 90_000),
    );
    const all = pages.reduce((sum, n) => sum + n, 0);
    const shares = pages.map((n) =>
      `${((100 * n) / all).toFixed(0)}%`.padStart(8),
    );
    return [
      `${calm} s`.padStart(6),
      String(changes).padStart(10),
      ...shares,
      `${longestMs.toFixed(0)} ms`.padStart(12),
    ].join("");
  });
  return [
    "80 pages a second; 240 from second 10 to 50. Pages on each rung:",
    "",
    "  calm   changes    full no recs  cached  static longest wait",
    ...rows,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
