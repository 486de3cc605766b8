/** The console of one breaker: outcomes of every second, and its states. */
import { changesOf, guardedRun, settings, totals } from "../code/timeouts/breaker.scenario.ts";
import { label, type Plot, plot, rect, svg } from "./draw.ts";

export const program = "timeouts/breaker";
export const seed = 7;

const seconds = 20;
const sick = { fromMs: 5000, untilMs: 15_000, says: "failed", afterMs: 10 } as const;

const looks = {
  good: "fill-green",
  failed: "fill-accent",
  refused: "fill-none stroke-quiet",
} as const;

export function draw(): string {
  const sim = guardedRun(seed, settings, { host0: sick });
  const time = { label: "time, s", min: 0, max: seconds, ticks: [0, 5, 10, 15, 20] };
  const p = plot(34, 44, 412, 120, time, {
    label: "calls in each second",
    min: 0,
    max: 65,
    ticks: [0, 20, 40, 60],
  });
  const bars: string[] = [];
  let before = totals(sim, () => true);
  for (let second = 1; second <= seconds; second += 1) {
    sim.runUntil(second * 1000);
    const now = totals(sim, () => true);
    let base = 0;
    for (const what of ["failed", "good", "refused"] as const) {
      const count = now[what] - before[what];
      bars.push(bar(p, second, base, count, looks[what]));
      base += count;
    }
    before = now;
  }
  const width = p.x(15) - p.x(5);
  return svg(
    456,
    236,
    ...key(),
    rect(p.x(5), 44, width, 120, { class: "fill-field" }),
    p.frame,
    ...bars,
    label(p.x(10), 56, "the host errs", { "text-anchor": "middle", class: "label-quiet halo" }),
    ...states(p, changesOf(sim)),
  );
}

function bar(p: Plot, second: number, base: number, count: number, className: string): string {
  if (count === 0) return "";
  const y = p.y(base + count);
  const attributes = { class: className, "stroke-width": 0.7 };
  return rect(p.x(second - 1) + 3, y, p.x(1) - p.x(0) - 6, p.y(base) - y, attributes);
}

/** A band of states under the plot: hollow is closed, filled is open, a stroke is half-open. */
function states(p: Plot, changes: ReturnType<typeof changesOf>): readonly string[] {
  const spans = [{ atMs: 0, to: "closed" }, ...changes].map((change, n) => {
    const untilMs = changes[n]?.atMs ?? seconds * 1000;
    return { to: change.to, from: p.x(change.atMs / 1000), until: p.x(untilMs / 1000) };
  });
  return [
    ...spans.map(({ to, from, until }) => {
      const className = to === "open" ? "fill-quiet" : to === "closed" ? "fill-paper" : "fill-blue";
      const attributes = { class: `${className} stroke-ink`, "stroke-width": 0.6 };
      return rect(from, 202, Math.max(1.6, until - from), 14, attributes);
    }),
    label(p.x(2.7), 230, "closed", { "text-anchor": "middle" }),
    label(p.x(11.5), 230, "open, with four rounds of probes", { "text-anchor": "middle" }),
    label(p.x(19), 230, "closed", { "text-anchor": "middle" }),
  ];
}

function key(): readonly string[] {
  const entry = (x: number, what: keyof typeof looks, name: string) => [
    rect(x, 6, 10, 9, { class: looks[what], "stroke-width": 0.7 }),
    label(x + 15, 14, name),
  ];
  return [
    ...entry(34, "good", "answered"),
    ...entry(120, "failed", "failed at the host"),
    ...entry(250, "refused", "refused by the breaker"),
  ];
}
