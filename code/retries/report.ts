/** Readings as text: what the examples of this folder print. */
import type { Reading } from "./storm.ts";

/** The readings of these seconds, one a line, with a bar of goodput. */
export function report(
  readings: readonly Reading[],
  seconds: readonly number[],
): string {
  const head = ["second", "calls", "attempts", "goodput", "queue"];
  const rows = readings
    .filter(({ second }) => seconds.includes(second))
    .map((r) => [r.second, r.calls, r.attempts, r.good, r.queue]);
  return [head, ...rows]
    .map((row) => {
      const cells = row
        .map((cell) => String(cell).padStart(9))
        .join("");
      const good = row[3];
      const bar = typeof good === "number" ? Math.round(good / 5) : 0;
      return `${cells}  ${"#".repeat(bar)}`.trimEnd();
    })
    .join("\n");
}

/** The mean of one column over the readings from second to second. */
export function mean(
  readings: readonly Reading[],
  column: "calls" | "attempts" | "good" | "queue",
  from: number,
  to: number,
): number {
  const inside = readings.filter(
    (r) => r.second > from && r.second <= to,
  );
  const sum = inside.reduce((total, r) => total + r[column], 0);
  return sum / inside.length;
}
