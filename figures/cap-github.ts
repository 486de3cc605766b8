/** The GitHub day, drawn to scale from the times of the company's report. */
import { label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

/** Minutes after 22:52 UTC on 2018-10-21. */
const minutes = (day: number, time: string) => {
  const [hours = 0, rest = 0] = time.split(":").map(Number);
  return (day - 21) * 1440 + hours * 60 + rest - (22 * 60 + 52);
};
const endMin = minutes(22, "23:03");
const [left, right] = [6, 450];
const x = (min: number) => left + (min / endMin) * (right - left);

const cutPx = (43 / 60 / endMin) * (right - left);
const cutMm = (cutPx / 96) * 25.4;

const phases = [
  { from: 0, to: minutes(22, "11:12"), name: "writes cross the country", y: 58, tone: "accent" },
  {
    from: minutes(22, "0:41"),
    to: minutes(22, "6:51"),
    name: "first restores",
    y: 88,
    tone: "blue",
  },
  {
    from: minutes(22, "11:12"),
    to: minutes(22, "16:24"),
    name: "replicas hours late",
    y: 88,
    tone: "blue",
  },
  {
    from: minutes(21, "23:19"),
    to: minutes(22, "16:45"),
    name: "webhooks and Pages paused",
    y: 118,
    tone: "quiet",
  },
  {
    from: minutes(22, "16:45"),
    to: endMin,
    name: "backlog",
    y: 118,
    tone: "green",
  },
];
const ticks = [
  [0, "22:52"],
  [minutes(22, "6:51"), "06:51"],
  [minutes(22, "11:12"), "11:12"],
  [minutes(22, "16:24"), "16:24"],
  [endMin, "23:03"],
] as const;

export function draw(): string {
  const bars = phases.flatMap(({ from, to, name, y, tone }) => [
    rect(x(from), y, x(to) - x(from), 20, {
      class: `fill-paper stroke-${tone}`,
      "stroke-width": 1.6,
    }),
    label((x(from) + x(to)) / 2, y + 14, name, { "text-anchor": "middle" }),
  ]);
  const marks = ticks.flatMap(([min, text], at) => [
    line(x(min), 48, x(min), 148, { class: "stroke-rule dashed", "stroke-width": 0.8 }),
    label(x(min), 162, text, {
      "text-anchor": at === 0 ? "start" : at === ticks.length - 1 ? "end" : "middle",
    }),
  ]);
  return svg(
    456,
    186,
    label(left, 26, `the cut of 43 s, on this scale ${cutMm.toFixed(2)} mm wide`, {
      class: "label-strong",
    }),
    rect(left, 32, cutPx, 16, { class: "fill-ink" }),
    line(left, 32, left, 48, { class: "stroke-ink", "stroke-width": 0.4 }),
    ...marks,
    ...bars,
    line(left, 148, right, 148, { class: "stroke-ink", "stroke-width": 1 }),
    label(right, 180, "UTC, October 21 and 22, 2018", {
      "text-anchor": "end",
      class: "label-quiet",
    }),
  );
}
