/** One page on its ladder while a crowd comes and goes, with two calm times. */
import { pageRun, rungs, summary } from "../code/overload/page.ts";
import { label, line, polyline, rect, svg } from "./draw.ts";

export const program = "overload/page";
export const seed = 7;

const left = 176;
const right = 446;
const untilMs = 60_000;
const rungPx = 19;

export function draw(): string {
  return svg(456, 288, ...story(0, 0), ...story(126, 5000), ...time(262));
}

function story(top: number, calmMs: number): readonly string[] {
  const moments = pageRun(calmMs, untilMs);
  const { changes } = summary(moments);
  const points = moments.flatMap(({ atMs, rung }) => [
    [x(atMs), y(top, rung)] as const,
    [x(atMs + 100), y(top, rung)] as const,
  ]);
  const title = `up after ${calmMs / 1000} s of calm: ${changes} changes in a minute`;
  return [
    label(4, top + 13, title, { class: "label-strong" }),
    rect(x(10_000), top + 24, x(50_000) - x(10_000), 4 * rungPx + 4, {
      class: "fill-rule",
      opacity: 0.45,
    }),
    ...rungs.flatMap(({ name, workMs }, n) => [
      line(left, y(top, n), right, y(top, n), { class: "stroke-rule", "stroke-width": 0.7 }),
      label(4, y(top, n) + 4, name),
      label(left - 8, y(top, n) + 4, `${workMs} ms`, { "text-anchor": "end" }),
    ]),
    polyline(points, { class: "stroke-accent", "stroke-width": 1.4 }),
  ];
}

function x(atMs: number): number {
  return left + ((right - left) * atMs) / untilMs;
}

function y(top: number, rung: number): number {
  return top + 36 + rung * rungPx;
}

function time(top: number): readonly string[] {
  const ticks = [0, 10, 20, 30, 40, 50, 60].map((second) =>
    label(x(second * 1000), top, String(second), { "text-anchor": "middle" }),
  );
  return [
    ...ticks,
    label(right, top + 16, "seconds; shaded: 240 pages a second instead of 80", {
      "text-anchor": "end",
      class: "label-quiet",
    }),
  ];
}
