/** The storm of 2015-09-20 on a line of time; drawn from the report, not a run. */
import { circle, label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const events: readonly (readonly [number, string, string, string])[] = [
  [2 * 60 + 19, "2:19", "the network blinks", "start"],
  [2 * 60 + 37, "2:37", "55% errors", "start"],
  [5 * 60 + 6, "5:06", "requests paused", "start"],
  [7 * 60 + 10, "7:10", "near normal", "end"],
];
const x = (minute: number) => 16 + ((minute - 130) / 310) * 430;

export function draw(): string {
  const bar = (from: number, to: number, y: number, name: string) =>
    rect(x(from), y, x(to) - x(from), 12, { class: name });
  const hours = [3, 4, 5, 6, 7].map((hour) =>
    label(x(60 * hour), 104, `${hour}:00`, { class: "label-quiet", "text-anchor": "middle" }),
  );
  const ticks = [3, 4, 5, 6, 7].map((hour) =>
    line(x(60 * hour), 86, x(60 * hour), 91, { class: "stroke-ink", "stroke-width": 1 }),
  );
  const marks = events.flatMap(([minute, time, words, anchor], at) => {
    const y = at === 0 || at === 3 ? 18 : 38;
    const left = anchor === "end" ? x(minute) - 5 : x(minute) + 5;
    return [
      line(x(minute), y - 8, x(minute), 74, { class: "stroke-quiet", "stroke-width": 0.8 }),
      circle(x(minute), 80, 3.2, { class: "fill-accent" }),
      label(left, y, `${time}  ${words}`, { "text-anchor": anchor, class: "label halo" }),
    ];
  });
  return svg(
    456,
    124,
    bar(139, 430, 54, "fill-field"),
    bar(157, 306, 54, "fill-rule"),
    label(x(232), 63.5, "errors; no capacity can be added", { "text-anchor": "middle" }),
    line(x(130), 86, x(440), 86, { class: "stroke-ink", "stroke-width": 1 }),
    ...ticks,
    ...hours,
    ...marks,
    label(x(440), 119, "Sunday, September 20, 2015, PDT", {
      class: "label-quiet",
      "text-anchor": "end",
    }),
  );
}
