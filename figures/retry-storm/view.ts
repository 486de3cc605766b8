/** Above, the queue at this second, place by place; below, rates and queue over the run up to it. */
import type { Table } from "../../scripts/widget/contract.ts";
import { label, line, type Plot, plot, polyline, rect, svg, worker } from "../draw.ts";
import { percent, perSecond, type Storm, unread } from "./simulate.ts";

const [widthPx, heightPx] = [456, 308];
const [left, plotPx] = [34, 352];
const rates = { top: 82, heightPx: 104 };
const queue = { top: 232, heightPx: 42 };
const firstPx = 56;
const quiet = { class: "label-quiet" };

const lines = {
  attempts: { class: "stroke-accent dashed", "stroke-width": 1.2 },
  calls: { class: "stroke-quiet", "stroke-width": 1 },
  good: { class: "stroke-green", "stroke-width": 2 },
};

type Column = keyof typeof lines;

export function view(storm: Storm): string {
  const time = { label: "", min: 0, max: storm.untilSecond, ticks: [] };
  const max = ceiling(storm);
  const above = plot(left, rates.top, plotPx, rates.heightPx, time, {
    label: "% of the server’s capacity",
    min: 0,
    max,
    ticks: ticks(max, max > 300 ? 200 : 100),
  });
  const seconds = { ...time, label: "time, s", ticks: ticks(storm.untilSecond, 20) };
  const work = {
    label: "queue, seconds of work; dashed: sent in a pause, and unread",
    min: 0,
    max: 5,
    ticks: [0, 5],
  };
  const below = plot(left, queue.top, plotPx, queue.heightPx, seconds, work);
  return svg(
    widthPx,
    heightPx,
    ...strip(storm),
    ...pauses(storm, above),
    above.frame,
    below.frame,
    ...borders(storm, above, below),
    ...marks(storm, above),
    ...(["attempts", "calls", "good"] as const).map((column) => curve(storm, above, column)),
    ...queueCurves(storm, below),
    ...unreadCurves(storm, below),
    ...key(rates.top - 7),
  );
}

function ticks(max: number, every: number): readonly number[] {
  return Array.from({ length: Math.floor(max / every) + 1 }, (_, at) => at * every);
}

/** The whole run's, so that the axis stands still while steps go by. */
function ceiling({ readings }: Storm): number {
  const highest = Math.max(...pairs(readings).map((pair) => percent(pair, "attempts")));
  return Math.max(250, 50 * Math.ceil(highest / 50));
}

/** Readings of two seconds each; one alone is noise. */
function pairs(readings: Storm["readings"]): readonly Storm["readings"][] {
  const count = Math.floor(readings.length / 2);
  return Array.from({ length: count }, (_, at) => readings.slice(2 * at, 2 * at + 2));
}

function strip({
  queue: places,
  places: most,
  server,
  unread: unreadNow,
}: Storm): readonly string[] {
  const kind =
    server === "for one who waits"
      ? "working"
      : server === "for one who has left"
        ? "stuck"
        : "idle";
  const patiencePx = firstPx + 4 * perSecond;
  return [
    label(0, 12, "server", { class: "label-strong" }),
    label(firstPx, 12, "queue, next at the left", { class: "label-strong" }),
    worker(14, 20, kind),
    ...(unreadNow > 0 ? [label(0, 43, `${unreadNow} unread`, { class: "label-strong" })] : []),
    ...(server === "stands still" ? [rect(17, 20.5, 2.4, 7, { class: "fill-ink" })] : []),
    ...places.map((awaited, at) => place(firstPx + 4 * at, awaited)),
    rect(firstPx - 1, 18, 4 * most + 1, 12, { class: "fill-none stroke-ink", "stroke-width": 0.7 }),
    ...(most > perSecond
      ? [
          line(patiencePx - 0.5, 18, patiencePx - 0.5, 37, { class: "stroke-ink" }),
          label(patiencePx + 4, 43, "patience: whoever stands here is served too late", quiet),
        ]
      : []),
    ...legend(),
  ];
}

function place(x: number, awaited: boolean): string {
  return awaited
    ? rect(x, 20, 3, 8, { class: "fill-green" })
    : rect(x + 0.4, 20.4, 2.2, 7.2, { class: "fill-none stroke-accent", "stroke-width": 0.8 });
}

function legend(): readonly string[] {
  return [
    rect(238, 4.4, 3, 8, { class: "fill-green" }),
    label(246, 12, "its client waits"),
    rect(340, 4.8, 2.2, 7.2, { class: "fill-none stroke-accent", "stroke-width": 0.8 }),
    label(348, 12, "its client has left"),
  ];
}

function pauses({ pauses: list, second, untilSecond }: Storm, p: Plot): readonly string[] {
  return list
    .filter(({ from }) => from <= second)
    .flatMap(({ from, until }) => {
      const [start, end] = [p.x(from), p.x(Math.min(until, untilSecond))];
      const field = { class: "fill-field" };
      return [
        rect(start, rates.top, end - start, rates.heightPx, field),
        rect(start, queue.top, end - start, queue.heightPx, field),
        label((start + end) / 2, rates.top + rates.heightPx + 13, "pause", {
          ...quiet,
          "text-anchor": "middle",
        }),
      ];
    });
}

/** Capacity, safe load, patience: what the curves are to be compared with. */
function borders({ safe }: Storm, above: Plot, below: Plot): readonly string[] {
  const right = left + plotPx;
  const at = (y: number, className: string) =>
    line(left, y, right, y, { class: className, "stroke-width": 1 });
  const same = safe >= 100;
  const safeY = Math.max(above.y(safe) + 4, above.y(100) + 13);
  return [
    at(above.y(100), "stroke-ink"),
    label(right + 5, above.y(100) + 2, "capacity"),
    ...(same ? [] : [at(above.y(safe), "stroke-blue dashed")]),
    label(right + 5, safeY, `safe load ${Math.round(safe)}`),
    at(below.y(1), "stroke-ink dashed"),
    label(right + 5, below.y(1) + 3, "patience 1 s"),
  ];
}

function marks({ marks: list }: Storm, p: Plot): readonly string[] {
  const bottom = rates.top + rates.heightPx;
  return list
    .filter(({ words }) => words !== "")
    .flatMap(({ second, words }, at) => {
      const row = bottom + 13 + 11 * (at % 2);
      return [
        line(p.x(second), rates.top, p.x(second), row - 9, { class: "stroke-ink dashed" }),
        label(p.x(second), row, words, { class: "label-strong halo", "text-anchor": "middle" }),
      ];
    });
}

function curve({ readings, second }: Storm, p: Plot, column: Column): string {
  const points = pairs(readings.slice(0, second)).map(
    (pair, at) => [p.x(2 * at + 1), p.y(percent(pair, column))] as const,
  );
  return polyline(points, lines[column]);
}

/** Broken where the server stands still: nobody puts anything into the queue then. */
function queueCurves({ readings, second, pauses: list }: Storm, p: Plot): readonly string[] {
  const isStill = (at: number) => list.some(({ from, until }) => from < at && at < until);
  const parts: (readonly [number, number])[][] = [[]];
  for (const reading of readings.slice(0, second))
    if (isStill(reading.second)) parts.push([]);
    else parts.at(-1)?.push([p.x(reading.second), p.y(reading.queue / perSecond)]);
  return parts
    .filter((part) => part.length > 1)
    .map((part) => polyline(part, { class: "stroke-blue", "stroke-width": 1.6 }));
}

/** What the server will find when it goes on, in seconds of work; up to the top of the plot. */
function unreadCurves({ readings, second, pauses: list }: Storm, p: Plot): readonly string[] {
  return list.map(({ from, until }) => {
    const seconds = Array.from(
      { length: Math.min(until, second) - from + 1 },
      (_, at) => from + at,
    );
    const work = (at: number) => unread(readings.slice(0, at), from) / perSecond;
    const points = seconds.map((at) => [p.x(at), p.y(Math.min(work(at), 5))] as const);
    return polyline(points, { class: "stroke-accent dashed", "stroke-width": 1.2 });
  });
}

function key(y: number): readonly string[] {
  const entry = (x: number, column: Column, name: string) =>
    polyline(
      [
        [x, y - 3.5],
        [x + 18, y - 3.5],
      ],
      lines[column],
    ) + label(x + 22, y, name);
  return [
    entry(186, "attempts", "attempts"),
    entry(264, "calls", "calls"),
    entry(322, "good", "answered in time"),
  ];
}

export function table(storm: Storm): Table {
  const { readings, second, queue: places, marks: list } = storm;
  const last = readings.slice(Math.max(0, second - 5), second);
  const left = places.filter((awaited) => !awaited).length;
  return {
    head: ["What", "Value"],
    rows: [
      ["Time", `${second} s`],
      ["Load, in % of the capacity", storm.load],
      ["Attempts a call, at most", storm.attempts],
      ["Safe load, in % of the capacity", Math.round(storm.safe)],
      ["Attempts in the last 5 s, in % of the capacity", percent(last, "attempts")],
      ["Answered in time in the last 5 s, in % of the capacity", percent(last, "good")],
      [
        "Requests in the queue",
        `${places.length}, which is ${places.length / perSecond} s of work`,
      ],
      ["Of these, clients that have left", left],
      ["Sent while the server stands still, and unread", storm.unread],
      ["The server", storm.server === "idle" ? "is idle" : serverWords(storm)],
      [
        "Done so far",
        list.map((mark) => `${mark.second} s: ${mark.words}`).join("; ") || "nothing",
      ],
    ],
  };
}

function serverWords({ server }: Storm): string {
  return server === "stands still" ? server : `works ${server}`;
}
