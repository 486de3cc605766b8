/** The storm over time: without a retry budget above, with one below. */
import { simulate } from "../code/kernel/simulator.ts";
import { newBudget } from "../code/retries/budget.ts";
import { naive, type Reading, type StormOptions, storm, watch } from "../code/retries/storm.ts";
import { label, type Plot, plot, polyline, rect, svg } from "./draw.ts";

export const program = "retries";
export const seed = 7;

const seconds = 80;
const strong = { class: "label-strong" };

const lines = {
  attempts: { class: "stroke-accent dashed", "stroke-width": 1.2 },
  calls: { class: "stroke-quiet", "stroke-width": 1 },
  good: { class: "stroke-green", "stroke-width": 2 },
  queue: { class: "stroke-blue", "stroke-width": 1.5 },
};

export function draw(): string {
  const budget = { ...naive, budget: newBudget(10, 10) };
  return svg(
    456,
    460,
    label(4, 14, "Naive retries: 3 attempts, no budget", strong),
    ...panel(40, readingsOf(naive)),
    label(4, 248, "Retry budget of 10%", strong),
    ...panel(274, readingsOf(budget)),
  );
}

function readingsOf(options: StormOptions): readonly Reading[] {
  return watch(simulate({ seed, keepTrace: false, ...storm(options) }), seconds);
}

/** Rates above, the queue under them, on one axis of time. */
function panel(top: number, readings: readonly Reading[]): readonly string[] {
  const time = { label: "", min: 0, max: seconds, ticks: [] };
  const rates = plot(34, top, 412, 88, time, {
    label: "per second",
    min: 0,
    max: 340,
    ticks: [0, 100, 200, 300],
  });
  const queue = plot(
    34,
    top + 112,
    412,
    38,
    { ...time, label: "time, s", ticks: [0, 10, 20, 30, 40, 50, 60, 70] },
    { label: "requests in the queue", min: 0, max: 500, ticks: [0, 500] },
  );
  const pauseWidth = rates.x(30) - rates.x(20);
  const field = { class: "fill-field" };
  return [
    rect(rates.x(20), top, pauseWidth, 88, field),
    rect(queue.x(20), top + 112, pauseWidth, 38, field),
    rates.frame,
    queue.frame,
    label(rates.x(25), top + 11, "pause", { "text-anchor": "middle", class: "label-quiet" }),
    curve(rates, readings, "attempts"),
    curve(rates, readings, "calls"),
    curve(rates, readings, "good"),
    curve(queue, readings, "queue"),
    ...key(top - 7),
  ];
}

function curve(p: Plot, readings: readonly Reading[], column: keyof typeof lines): string {
  const points = readings.map((r) => [p.x(r.second), p.y(r[column])] as const);
  return polyline(points, lines[column]);
}

function key(y: number): readonly string[] {
  const entry = (x: number, column: keyof typeof lines, name: string) =>
    polyline(
      [
        [x, y - 3.5],
        [x + 18, y - 3.5],
      ],
      lines[column],
    ) + label(x + 22, y, name);
  return [
    entry(226, "attempts", "attempts"),
    entry(308, "calls", "calls"),
    entry(372, "good", "goodput"),
  ];
}
