/** Goodput against load, once while the load rises and once while it falls. */
import { simulate } from "../code/kernel/simulator.ts";
import { newBudget } from "../code/retries/budget.ts";
import { mean } from "../code/retries/report.ts";
import { naive, type StormOptions, storm, watch } from "../code/retries/storm.ts";
import { circle, label, type Plot, plot, polyline, rect, svg } from "./draw.ts";

export const program = null;
export const seed = 7;

/** Each load is held for so long; goodput is the mean of the last 20 s. */
const holdSeconds = 90;
const loads = [10, 20, 30, 35, 40, 50, 60, 70, 80, 85, 90, 95, 100, 110];
const top = 34;
const heightPx = 190;

type Swept = readonly { readonly load: number; readonly good: number }[];

export function draw(): string {
  const down = loads.toReversed();
  const bare = sweep(naive, [...loads, ...down]);
  const budgeted = sweep({ ...naive, budget: newBudget(10, 10) }, down);
  const p = plot(
    34,
    top,
    412,
    heightPx,
    {
      label: "offered load, calls/s",
      min: 0,
      max: 115,
      ticks: [0, 20, 33, 60, 80, 91, 100],
    },
    { label: "goodput, calls/s", min: 0, max: 110, ticks: [0, 20, 40, 60, 80, 100] },
  );
  const up = loads.length;
  const strong = { class: "label-strong halo" };
  return svg(
    456,
    262,
    region(p, 0, 100 / 3, "stable"),
    region(p, 100 / 3, 100, "vulnerable"),
    region(p, 100, 115, "overload"),
    p.frame,
    curve(p, budgeted, "blue", "stroke-blue dashed", 2),
    curve(p, bare.slice(0, up), "green", "stroke-green", 2.6),
    curve(p, bare.slice(up), "accent", "stroke-accent", 2.6),
    label(p.x(46), p.y(54), "load rising", { ...strong, "text-anchor": "end" }),
    label(p.x(66), p.y(5), "load falling: metastable", { ...strong, "text-anchor": "middle" }),
    label(p.x(66), p.y(32), "falling, with a budget of 10%", {
      ...strong,
      "text-anchor": "middle",
    }),
    polyline(
      [
        [p.x(66), p.y(37.5)],
        [p.x(66), p.y(62)],
      ],
      { class: "stroke-blue", "stroke-width": 0.8 },
    ),
  );
}

/** One run through these loads, one after the other. */
function sweep(options: StormOptions, steps: readonly number[]): Swept {
  const phases = steps.map((perSecond, index) => ({
    fromMs: index * holdSeconds * 1000,
    perSecond,
  }));
  const changed = { ...options, load: { kind: "open" as const, phases }, blip: null };
  const sim = simulate({ seed, keepTrace: false, ...storm(changed) });
  const readings = watch(sim, steps.length * holdSeconds);
  return steps.map((load, index) => {
    const end = (index + 1) * holdSeconds;
    return { load, good: mean(readings, "good", end - 20, end) };
  });
}

function region(p: Plot, from: number, to: number, name: string): string {
  const widthPx = p.x(to) - p.x(from);
  const className = name === "vulnerable" ? "fill-field" : "fill-none";
  const middle = p.x(from) + widthPx / 2;
  return (
    rect(p.x(from), top, widthPx, heightPx, { class: className }) +
    label(middle, top + 12, name, { "text-anchor": "middle", class: "label-quiet" })
  );
}

function curve(p: Plot, swept: Swept, color: string, className: string, radiusPx: number): string {
  const points = swept.map((s) => [p.x(s.load), p.y(s.good)] as const);
  const dots = points.map(([x, y]) => circle(x, y, radiusPx, { class: `fill-${color}` }));
  return polyline(points, { class: className, "stroke-width": 1.5 }) + dots.join("");
}
