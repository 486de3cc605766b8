/** Where the shared fate ends: one process, and two nodes with a network between them. */
import { arrow, label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const middle = { "text-anchor": "middle" };
const strong = { ...middle, class: "label-strong" };
const quiet = { ...middle, class: "label-quiet" };
const ink = { class: "fill-paper stroke-ink", "stroke-width": 1.2 };
const fate = { class: "fill-field stroke-accent dashed", "stroke-width": 1.3, rx: 8 };

export function draw(): string {
  return svg(
    456,
    214,
    label(86, 12, "one process", strong),
    label(318, 12, "two nodes", strong),
    rect(4, 22, 164, 148, fate),
    ...part(22, 36, "checkout"),
    ...part(22, 116, "counter"),
    arrow(70, 76, 70, 116, "ink"),
    arrow(102, 116, 102, 76, "ink"),
    label(64, 100, "call", { "text-anchor": "end" }),
    label(108, 100, "return"),
    label(86, 188, "one memory, one clock,", quiet),
    label(86, 202, "one crash for both", quiet),
    rect(180, 22, 116, 148, fate),
    rect(340, 22, 112, 148, fate),
    ...part(188, 76, "checkout", 100),
    ...part(348, 76, "counter", 96),
    arrow(288, 88, 348, 88, "blue"),
    arrow(348, 106, 288, 106, "blue"),
    label(318, 82, "request", { ...middle, class: "label halo" }),
    label(318, 122, "reply", { ...middle, class: "label halo" }),
    label(238, 46, "its own memory", quiet),
    label(238, 60, "and clock", quiet),
    label(396, 46, "its own memory", quiet),
    label(396, 60, "and clock", quiet),
    label(318, 188, "each may crash while the other goes on;", quiet),
    label(318, 202, "what they know of each other is messages", quiet),
    line(174, 6, 174, 208, { class: "stroke-rule", "stroke-width": 0.8 }),
  );
}

function part(x: number, y: number, name: string, width = 128): readonly string[] {
  return [rect(x, y, width, 40, ink), label(x + width / 2, y + 24, name, strong)];
}
