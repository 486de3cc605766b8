/** Who talks to whom while an incident lasts. */
import { arrow, label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const middle = { "text-anchor": "middle" };
const quiet = { class: "label-quiet" };

export function draw(): string {
  return svg(
    456,
    250,
    box(168, 6, "incident commander", "decides, delegates, touches nothing", true),
    box(6, 90, "communications lead", "the outside, on a clock"),
    box(168, 90, "operations lead", "alone changes the system"),
    box(330, 90, "scribe", "who, what, when"),
    line(228, 46, 228, 68, { class: "stroke-ink", "stroke-width": 1 }),
    line(66, 68, 390, 68, { class: "stroke-ink", "stroke-width": 1 }),
    ...[66, 228, 390].map((x) => arrow(x, 68, x, 89, "ink")),
    line(228, 130, 228, 152, { class: "stroke-ink", "stroke-width": 1 }),
    line(54, 152, 402, 152, { class: "stroke-ink", "stroke-width": 1 }),
    ...["front", "catalog", "orders", "payments"].flatMap((team, n) => {
      const x = 54 + 116 * n;
      return [
        arrow(x, 152, x, 171, "ink"),
        rect(x - 46, 172, 92, 40, { class: "fill-field stroke-ink", "stroke-width": 0.8 }),
        label(x, 189, team, { ...middle, class: "label-strong" }),
        label(x, 204, "condition, need", { ...middle, class: "label-quiet" }),
      ];
    }),
    label(228, 238, "orders go down, reports come up; no line joins two teams", {
      ...middle,
      class: "label-quiet",
    }),
  );
}

function box(x: number, y: number, name: string, task: string, isWide = false): string {
  const [left, width] = isWide ? [x - 50, 220] : [x, 120];
  return (
    rect(left, y, width, 40, { class: "fill-paper stroke-ink", "stroke-width": 1.3 }) +
    label(left + width / 2, y + 17, name, { ...middle, class: "label-strong" }) +
    label(left + width / 2, y + 32, task, { ...middle, ...quiet, "font-size": 9.8 })
  );
}
