/** What each choice of replicas costs when nothing is cut. */
import { roundTrips } from "../code/cap/example.ts";
import { choices, waitMs } from "../code/cap/latency.ts";
import { circle, label, line, plot, rect, svg } from "./draw.ts";

export const program = "cap";
export const seed = 7;

const regions = [0, 1, 2];
const rowPx = 34;

export function draw(): string {
  const all = choices(3);
  const heightPx = all.length * rowPx;
  const { frame, x } = plot(
    146,
    24,
    304,
    heightPx,
    { label: "wait before the answer, ms", min: 0, max: 160, ticks: [0, 40, 80, 120, 160] },
    { label: "", min: 0, max: 1, ticks: [] },
  );
  const rows = all.flatMap(({ name, write, read, sees }, at) => {
    const y = 24 + (at + 0.5) * rowPx;
    return [
      label(138, y - 1, name, { "text-anchor": "end", class: "label-strong" }),
      label(138, y + 11, sees ? "meets the last write" : "may miss it", {
        "text-anchor": "end",
        class: "label-quiet",
      }),
      ...marks(write, y - 6, "square"),
      ...marks(read, y + 6, "dot"),
    ];
  });
  function marks(needed: number, y: number, kind: "square" | "dot") {
    const places = regions.map((from) => x(waitMs(roundTrips, from, needed)));
    const tone = kind === "dot" ? "blue" : "accent";
    return [
      line(Math.min(...places), y, Math.max(...places), y, {
        class: `stroke-${tone}`,
        "stroke-width": 1,
      }),
      ...places.map((place) =>
        kind === "dot"
          ? circle(place, y, 3.4, { class: "fill-blue" })
          : rect(place - 3, y - 3, 6, 6, { class: "fill-accent" }),
      ),
    ];
  }
  return svg(
    456,
    heightPx + 58,
    label(2, 12, "a write / a read waits for", { class: "label-quiet" }),
    rect(266, 4, 7, 7, { class: "fill-accent" }),
    label(278, 12, "write"),
    circle(326, 8, 3.6, { class: "fill-blue" }),
    label(335, 12, "read, from each region"),
    frame,
    ...rows,
  );
}
