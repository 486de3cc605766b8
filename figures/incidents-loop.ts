/** The Distributed Debugging Loop, with its way out at every step. */
import { arrow, label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const middle = { "text-anchor": "middle" };

const steps = [
  ["1 state", "the symptom in numbers"],
  ["2 walk", "to the last that is bad"],
  ["3 diff", "what changed there"],
  ["6 read", "did the users' number move?"],
  ["5 try", "one thing, with a deadline"],
  ["4 predict", "a reading not yet seen"],
] as const;

/** From each step to the middle. */
const exits = [
  [110, 54, 134, 80],
  [228, 54, 228, 80],
  [346, 54, 322, 80],
  [110, 150, 134, 124],
  [228, 150, 228, 124],
  [346, 150, 322, 124],
] as const;

export function draw(): string {
  return svg(
    456,
    206,
    ...steps.map(([name, task], n) => box(4 + 154 * (n % 3), n < 3 ? 8 : 150, name, task)),
    arrow(144, 31, 157, 31, "ink"),
    arrow(298, 31, 311, 31, "ink"),
    arrow(382, 54, 382, 149, "ink"),
    arrow(312, 173, 299, 173, "ink"),
    arrow(158, 173, 145, 173, "ink"),
    arrow(74, 150, 74, 55, "ink"),
    rect(120, 82, 216, 40, { class: "fill-field stroke-green", "stroke-width": 2 }),
    label(228, 99, "mitigate", { ...middle, class: "label-strong" }),
    label(228, 114, "as soon as a guess is good enough", middle),
    ...exits.map(([x1, y1, x2, y2]) =>
      line(x1, y1, x2, y2, { class: "stroke-green dashed", "stroke-width": 1.2 }),
    ),
  );
}

function box(x: number, y: number, name: string, task: string): string {
  return (
    rect(x, y, 140, 46, { class: "fill-paper stroke-ink", "stroke-width": 1.2 }) +
    label(x + 70, y + 19, name, { ...middle, class: "label-strong" }) +
    label(x + 70, y + 35, task, { ...middle, "font-size": 9.8 })
  );
}
