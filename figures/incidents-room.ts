/** The cascade three ways, and the spans that the timeline is made of. */
import { badShare, type Reading } from "../code/incidents/dashboard.ts";
import { threeWays } from "../code/incidents/room.scenario.ts";
import { cascade } from "../code/incidents/shop.scenario.ts";
import { timelineOf } from "../code/incidents/timeline.ts";
import { label, line, type Plot, type Point, plot, polyline, svg } from "./draw.ts";

export const program = "incidents/cascade";
export const seed = 7;

const quiet = { class: "label-quiet" };

export function draw(): string {
  const ways = threeWays(cascade, seed);
  const t = timelineOf(ways.mitigated, cascade.mitigation, 0.999);
  const began = t.beganMin ?? 0;
  const p = plot(
    34,
    46,
    300,
    140,
    { label: "minute", min: 0, max: 20, ticks: [0, 5, 10, 15, 20] },
    { label: "bad, %", min: 0, max: 100, ticks: [0, 25, 50, 75, 100] },
  );
  return svg(
    456,
    264,
    p.frame,
    ...mark(p, began, 14, "payments slows down"),
    ...mark(p, t.detectedMin ?? 0, 27, "the pager rings"),
    ...mark(p, t.mitigatedMin ?? 0, 40, "somebody acts"),
    polyline(steps(p, ways.untreated), { class: "stroke-quiet dashed", "stroke-width": 1.2 }),
    polyline(steps(p, ways.worse), { class: "stroke-accent", "stroke-width": 1.6 }),
    polyline(steps(p, ways.mitigated), { class: "stroke-green", "stroke-width": 2.2 }),
    label(344, p.y(100) + 4, "timeouts of 60 s", { class: "label-strong" }),
    label(344, p.y(60) + 4, "nobody acts", { class: "label-strong" }),
    label(344, p.y(1) - 9, "orders goes on", { class: "label-strong" }),
    label(344, p.y(1) + 4, "without payments", { class: "label-strong" }),
    ...span(p, 222, began, t.detectedMin, "detect"),
    ...span(p, 238, began, t.mitigatedMin, "mitigate"),
    ...span(p, 254, began, t.resolvedMin, "resolve"),
  );
}

/** A reading tells of the whole minute before it. */
function steps(p: Plot, readings: readonly Reading[]): readonly Point[] {
  return readings.flatMap((r): readonly Point[] => [
    [p.x(r.minute - 1), p.y(100 * badShare(r))],
    [p.x(r.minute), p.y(100 * badShare(r))],
  ]);
}

function mark(p: Plot, minute: number, y: number, text: string): readonly string[] {
  const x = p.x(minute);
  return [
    line(x, y - 8, x, 186, { class: "stroke-ink", "stroke-width": 0.7 }),
    label(x + 5, y, text),
  ];
}

function span(p: Plot, y: number, from: number, to: number | null, name: string) {
  if (to === null) return [];
  const [left, right] = [p.x(from), p.x(to)];
  const ink = { class: "stroke-ink", "stroke-width": 1 };
  return [
    line(left, y - 3.5, right, y - 3.5, { class: "stroke-blue", "stroke-width": 4 }),
    line(left, y - 9, left, y + 2, ink),
    line(right, y - 9, right, y + 2, ink),
    label(right + 8, y, `time to ${name}: ${to - from} min`, quiet),
  ];
}
