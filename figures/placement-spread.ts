/** How uneven rings are, by the number of points a node. */
import { deviationOf } from "../code/placement/exercises.ts";
import { ringOf, sharesOf } from "../code/placement/ring.ts";
import { circle, label, line, type Plot, plot, polyline, svg } from "./draw.ts";

export const program = null;
export const seed = 0;

const steps = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const rings = 24;

type Spread = { readonly low: number; readonly mean: number; readonly high: number };

export function draw(): string {
  const tenth = (max: number, name: string, ticks: readonly number[], left: number) =>
    plot(
      left,
      34,
      178,
      170,
      { label: "", min: -0.4, max: 8.4, ticks: [] },
      { label: name, min: 0, max, ticks },
    );
  const one = tenth(140, "deviation of shares, % of the mean", [0, 25, 50, 75, 100, 125], 34);
  const two = tenth(6, "largest share, times the mean", [1, 2, 3, 4, 5], 270);
  const runs = steps.map((step) => measured(2 ** step));
  return svg(
    456,
    240,
    one.frame,
    two.frame,
    ...xLabels(one),
    ...xLabels(two),
    ...bars(
      one,
      runs.map(({ deviation }) => deviation),
    ),
    ...bars(
      two,
      runs.map(({ largest }) => largest),
    ),
    polyline(
      steps.map((step) => [one.x(step), one.y(100 * deviationOf(10, 2 ** step))] as const),
      { class: "stroke-accent dashed", "stroke-width": 1.3 },
    ),
    label(one.x(2.9), one.y(66), "√((n − 1)/(nV + 1))", { class: "label-strong" }),
    label(448, 236, "points a node, V", { "text-anchor": "end", class: "label-quiet" }),
  );
}

function measured(points: number): { readonly deviation: Spread; readonly largest: Spread } {
  const all = Array.from({ length: rings }, (_, run) => {
    const members = Array.from({ length: 10 }, (_, n) => ({ id: `ring-${run}-${n}` }));
    const parts = [...sharesOf(ringOf(members, points)).values()].map((share) => share * 10);
    const squares = parts.reduce((sum, part) => sum + (part - 1) ** 2, 0);
    return { deviation: 100 * Math.sqrt(squares / 10), largest: Math.max(...parts) };
  });
  return {
    deviation: spreadOf(all.map(({ deviation }) => deviation)),
    largest: spreadOf(all.map(({ largest }) => largest)),
  };
}

function spreadOf(values: readonly number[]): Spread {
  const sum = values.reduce((total, value) => total + value, 0);
  return { low: Math.min(...values), mean: sum / values.length, high: Math.max(...values) };
}

function bars(p: Plot, spreads: readonly Spread[]): readonly string[] {
  return spreads.flatMap(({ low, mean, high }, n) => {
    const x = p.x(steps[n] ?? 0);
    return [
      line(x, p.y(low), x, p.y(high), { class: "stroke-blue", "stroke-width": 2 }),
      circle(x, p.y(mean), 3, { class: "fill-blue" }),
    ];
  });
}

function xLabels(p: Plot): readonly string[] {
  return steps
    .filter((step) => step % 2 === 0)
    .flatMap((step) => [
      line(p.x(step), p.y(0), p.x(step), p.y(0) + 4, { class: "stroke-ink", "stroke-width": 1 }),
      label(p.x(step), p.y(0) + 15, String(2 ** step), { "text-anchor": "middle" }),
    ]);
}
