/**
 * How seldom a cluster lacks a majority, by its size, when each member is
 * up 99 % of the time by itself: an even member makes it worse.
 */

import { majorityUp } from "../code/paxos/latency.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const widthPx = 456;
const up = 0.99;
const hoursPerYear = 365.25 * 24;
const sizes = [1, 2, 3, 4, 5, 6, 7];
const plot = { left: 52, right: 446, top: 34, bottom: 190 };
const hoursMin = 0.001;
const hoursMax = 1000;

export function draw(): string {
  const grid = [0.001, 0.01, 0.1, 1, 10, 100, 1000].map(
    (hours) =>
      line(plot.left, y(hours), plot.right, y(hours), {
        class: "stroke-rule",
        "stroke-width": 0.7,
      }) + label(plot.left - 8, y(hours) + 4, String(hours), { "text-anchor": "end" }),
  );
  const bars = sizes.map((members, at) => {
    const hours = (1 - majorityUp(members, up)) * hoursPerYear;
    const x = plot.left + 26 + at * 52;
    const isOdd = members % 2 === 1;
    return (
      rect(x, y(hours), 24, plot.bottom - y(hours), {
        class: isOdd ? "fill-blue" : "fill-field stroke-blue",
        "stroke-width": 1.2,
      }) +
      label(x + 12, y(hours) - 5, inWords(hours), { "text-anchor": "middle", class: "halo" }) +
      label(x + 12, plot.bottom + 15, String(members), { "text-anchor": "middle" })
    );
  });
  return svg(
    widthPx,
    228,
    ...grid,
    ...bars,
    label(8, 14, "hours a year without a majority", { class: "label-strong" }),
    label((plot.left + plot.right) / 2, 222, "members of the cluster", {
      "text-anchor": "middle",
      class: "label-strong",
    }),
  );
}

/** Decades are equally far apart. */
function y(hours: number): number {
  const share = Math.log10(hours / hoursMin) / Math.log10(hoursMax / hoursMin);
  return plot.bottom - share * (plot.bottom - plot.top);
}

function inWords(hours: number): string {
  if (hours >= 1) return `${hours.toFixed(hours >= 10 ? 0 : 1)} h`;
  const minutes = hours * 60;
  return minutes >= 1 ? `${minutes.toFixed(1)} min` : `${(minutes * 60).toFixed(0)} s`;
}
