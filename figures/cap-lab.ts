/** The partition lab, still: what each policy answers on either side. */
import {
  costOf,
  type Policy,
  partitioned,
  type Side,
} from "../code/consistency/partition.scenario.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = "consistency/partition";
export const seed = 7;

const policies: readonly (readonly [string, Policy])[] = [
  ["linearizable", { read: "linearizable", write: "linearizable" }],
  ["writes linearizable, reads eventual", { read: "eventual", write: "linearizable" }],
  ["ordered by a leader (n1)", { read: "sequential", write: "sequential" }],
  ["causal", { read: "causal", write: "causal" }],
  ["eventual", { read: "eventual", write: "eventual" }],
];
const [left, widthPx, gap, rowPx] = [4, 216, 16, 42];
const middle = { "text-anchor": "middle" };

export function draw(): string {
  const rows = policies.flatMap(([name, policy], at) => {
    const { small, large } = costOf(partitioned(policy, seed));
    const y = 34 + at * rowPx;
    return [
      label(left, y + 9, name),
      bar(left, y + 14, small),
      bar(left + widthPx + gap, y + 14, large),
    ];
  });
  const bottom = 34 + policies.length * rowPx + 14;
  return svg(
    456,
    bottom + 8,
    label(left, 12, "smaller side: n1, n2", { class: "label-strong" }),
    label(left + widthPx + gap, 12, "larger side: n3, n4, n5", { class: "label-strong" }),
    line(left, 20, 452, 20, { class: "stroke-rule", "stroke-width": 1 }),
    ...rows,
    ...legend(bottom),
  );
}

function bar(x: number, y: number, { asked, refused, stale }: Side): string {
  const px = (count: number) => (count / asked) * widthPx;
  const fresh = asked - refused - stale;
  const box = (from: number, count: number, className: string) =>
    count === 0
      ? ""
      : rect(x + px(from), y, px(count), 16, {
          class: `${className} stroke-ink`,
          "stroke-width": 0.7,
        });
  const count = (from: number, value: number, className: string) =>
    px(value) < 16
      ? ""
      : label(x + px(from + value / 2), y + 12, String(value), { ...middle, class: className });
  return [
    box(0, fresh, "fill-paper"),
    box(fresh, stale, "fill-field"),
    hatch(x + px(fresh), y, px(stale)),
    box(fresh + stale, refused, "fill-accent"),
    count(0, fresh, "label"),
    count(fresh, stale, "label-strong halo"),
    count(fresh + stale, refused, "label-strong fill-paper"),
  ].join("");
}

/** Slanted lines, so that stale is told from fresh without color. */
function hatch(x: number, y: number, widthPx: number): string {
  const lines: string[] = [];
  for (let at = 4; at < widthPx; at += 7)
    lines.push(
      line(x + at, y + 15.6, x + Math.min(at + 8, widthPx), y + 0.4, {
        class: "stroke-quiet",
        "stroke-width": 0.8,
      }),
    );
  return lines.join("");
}

function legend(y: number): readonly string[] {
  const swatch = (x: number, className: string, text: string) =>
    rect(x, y - 9, 16, 11, { class: `${className} stroke-ink`, "stroke-width": 0.7 }) +
    label(x + 22, y, text);
  return [
    swatch(left, "fill-paper", "answered"),
    swatch(96, "fill-field", "answered, and stale"),
    hatch(96, y - 11.5, 16).replaceAll("15.6", "11"),
    swatch(242, "fill-accent", "refused; numbers are requests"),
  ];
}
