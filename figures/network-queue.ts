/** What 2,000 packets wait for, at three loads of the same link. */
import { bursts, gigabit, through } from "../code/link/bottleneck.ts";
import { circle, element, label, type Point, plot, svg } from "./draw.ts";

export const program = "link/bottleneck";
export const seed = 7;

const loads = [50, 90, 105];

export function draw(): string {
  const panels = loads.flatMap((load, at) => panel(load, 38 + at * 142));
  return svg(456, 214, ...panels);
}

function panel(load: number, left: number): readonly string[] {
  const gapUs = Math.round((1000 * gigabit.packetUs) / load);
  const times = bursts(seed, 400, gapUs);
  const waits = through(times, gigabit);
  const { frame, x, y } = plot(
    left,
    56,
    120,
    118,
    { label: at0(left, "time, ms"), min: 0, max: 50, ticks: [0, 25, 50] },
    { label: "", min: 0, max: 1.25, ticks: left < 50 ? [0, 0.5, 1] : [] },
  );
  const lost = waits.filter((wait) => wait === null).length;
  const shown = waits
    .map((wait, n) => ({ wait, ms: (times[n] ?? 0) / 1000 }))
    .filter(({ ms }) => ms <= 50);
  const dropped = shown.flatMap(({ wait, ms }) =>
    wait === null ? [circle(x(ms), y(1.25) + 1, 1.6, { class: "fill-accent" })] : [],
  );
  const waiting = shown.flatMap(({ wait, ms }): Point[] =>
    wait === null ? [] : [[x(ms), y(wait / 1000)]],
  );
  const share = ((100 * lost) / waits.length).toFixed(1);
  return [
    frame,
    ...dropped,
    dots(waiting),
    label(left, 14, `load ${load}%`, { class: "label-strong" }),
    label(left, 28, `lost ${share}%`, { class: lost > 0 ? "fill-accent" : "label-quiet" }),
    ...(left < 50 ? [label(8, 48, "wait, ms", { class: "label-quiet" })] : []),
  ];
}

/** One path for the thousands of them: lines of no length with round ends. */
function dots(points: readonly Point[]): string {
  const d = points.map(([x, y]) => `M${x} ${y}h0`).join("");
  return element("path", {
    d,
    class: "fill-none stroke-blue",
    "stroke-width": 1.6,
    "stroke-linecap": "round",
  });
}

/** The name of the axis once, under the last panel. */
function at0(left: number, text: string): string {
  return left > 300 ? text : "";
}
