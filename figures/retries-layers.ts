/** Calls that reach each layer for one click, when the bottom fails. */
import { newBudget } from "../code/retries/budget.ts";
import { callsPerLayer } from "../code/retries/layers.example.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = "retries/layers";
export const seed = 7;

const names = ["layer 1", "layer 2", "layer 3", "layer 4", "layer 5", "bottom"];
const clicks = 1000;

export function draw(): string {
  const three = [3, 3, 3, 3, 3];
  const everywhere = callsPerLayer(seed, three, null, 1);
  const budgeted = callsPerLayer(seed, three, newBudget(10, 1), clicks);
  const alone = callsPerLayer(seed, [1, 1, 1, 1, 3], null, 1);
  const middle = { "text-anchor": "middle" };
  const strong = { ...middle, class: "label-strong" };
  const rows = names.map((name, row) => {
    const y = 40 + row * 25;
    const calls = everywhere[row] ?? 0;
    const barPx = Math.max(1, (calls / 243) * 170);
    return [
      label(46, y + 13, name, { "text-anchor": "end" }),
      rect(54, y + 2, barPx, 15, { class: "fill-accent" }),
      label(59 + barPx, y + 13, String(calls), { class: "label-strong" }),
      label(325, y + 13, ((budgeted[row] ?? 0) / clicks).toFixed(2), middle),
      label(416, y + 13, String(alone[row] ?? 0), middle),
      line(4, y + 22, 452, y + 22, { class: "stroke-rule", "stroke-width": 0.7 }),
    ].join("");
  });
  return svg(
    456,
    194,
    label(4, 12, "Calls received for one click", { class: "label-quiet" }),
    label(54, 30, "3 attempts at every layer", { class: "label-strong" }),
    label(325, 30, "and a budget of 10%", strong),
    label(416, 30, "layer 5 alone", strong),
    ...rows,
  );
}
