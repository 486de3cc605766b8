/** Nine numbers, one of them lost: who waits, on one stream and on three? */
import { arrivals } from "../code/link/streams.example.ts";
import { circle, label, line, rect, svg } from "./draw.ts";

export const program = "link/streams";
export const seed = 7;

const lanes = ["red", "green", "blue"] as const;

export function draw(): string {
  return svg(
    456,
    274,
    ...half(0, "One stream: whatever comes after the lost one waits for it", ["all nine"]),
    ...half(122, "Three streams: only the lost one's own stream waits", lanes),
    ...axis(),
  );
}

const x = (ms: number) => 62 + ms * 3.2;

function half(top: number, title: string, names: readonly string[]): readonly string[] {
  const streams = names.length === 1 ? ["only"] : [...names];
  const handedOn = arrivals(seed, streams);
  const gap = names.length === 1 ? 0 : 27;
  const laneOf = (n: number) => top + 44 + gap * (n % names.length) + (names.length === 1 ? 32 : 0);
  const marks = handedOn.map((atMs, n) => {
    const arrivedMs = n === 1 ? atMs : 10 * (n + 1) + 20;
    const y = laneOf(n);
    const waited = atMs - arrivedMs;
    const held = n > 0 && n < 5;
    const lift = names.length === 1 ? (held ? -11 * n : 0) : n === 1 ? -11.5 : 0;
    const bar =
      waited > 0
        ? rect(x(arrivedMs), y + lift - 2.5, x(atMs) - x(arrivedMs), 5, { class: "fill-accent" })
        : "";
    const lost =
      n === 1
        ? line(x(40), y + lift, x(atMs), y + lift, {
            class: "stroke-accent dashed",
            "stroke-width": 1.2,
          })
        : "";
    const dot = circle(x(atMs), y + lift, 4, {
      class: waited > 0 || n === 1 ? "fill-accent" : "fill-green",
    });
    const name = label(x(atMs) + 6, y + lift + 3.7, String(n + 1), { class: "label-strong" });
    return [bar, lost, dot, name].join("");
  });
  return [
    label(4, top + 14, title, { class: "label-strong" }),
    ...names.map((name, at) => label(4, laneOf(at) + 3.7, name)),
    ...names.map((_, at) =>
      line(x(0), laneOf(at), x(118), laneOf(at), { class: "stroke-rule", "stroke-width": 0.7 }),
    ),
    ...marks,
  ];
}

function axis(): readonly string[] {
  return [
    ...[0, 20, 40, 60, 80, 100].flatMap((ms) => [
      line(x(ms), 240, x(ms), 245, { class: "stroke-ink", "stroke-width": 1 }),
      label(x(ms), 257, String(ms), { "text-anchor": "middle" }),
    ]),
    line(x(0), 240, x(118), 240, { class: "stroke-ink", "stroke-width": 1 }),
    label(x(118), 270, "handed on to the application, ms", {
      "text-anchor": "end",
      class: "label-quiet",
    }),
  ];
}
