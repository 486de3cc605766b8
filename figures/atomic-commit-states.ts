/** The two state machines of two-phase commit; the uncertain state is shaded. */
import { arrow, label, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const [boxW, boxH] = [84, 26];

type Box = { readonly x: number; readonly y: number; readonly name: string; readonly look: string };

const left: readonly Box[] = [
  { x: 66, y: 34, name: "idle", look: "fill-paper stroke-ink" },
  { x: 66, y: 104, name: "voting", look: "fill-paper stroke-ink" },
  { x: 8, y: 216, name: "committed", look: "fill-paper stroke-green" },
  { x: 124, y: 216, name: "aborted", look: "fill-paper stroke-accent" },
];
const right: readonly Box[] = [
  { x: 304, y: 34, name: "working", look: "fill-paper stroke-ink" },
  { x: 304, y: 124, name: "prepared", look: "fill-rule stroke-ink" },
  { x: 246, y: 216, name: "committed", look: "fill-paper stroke-green" },
  { x: 362, y: 216, name: "aborted", look: "fill-paper stroke-accent" },
];

function box({ x, y, name, look }: Box): string {
  return (
    rect(x, y, boxW, boxH, { class: look, "stroke-width": 1.3, rx: 4 }) +
    label(x + boxW / 2, y + 17, name, { "text-anchor": "middle", class: "label-strong" })
  );
}

export function draw(): string {
  const quiet = { class: "label-quiet" };
  const middle = { "text-anchor": "middle" };
  return svg(
    456,
    252,
    label(108, 16, "coordinator", { ...middle, class: "label-strong" }),
    label(346, 16, "participant", { ...middle, class: "label-strong" }),
    ...left.map(box),
    ...right.map(box),
    arrow(108, 60, 108, 104, "ink"),
    label(115, 86, "asks all"),
    arrow(94, 130, 56, 216, "ink"),
    label(6, 168, "all said yes;"),
    label(6, 181, "writes it"),
    arrow(122, 130, 160, 216, "ink"),
    label(152, 168, "a no, or time"),
    label(152, 181, "is up"),
    arrow(346, 60, 346, 124, "ink"),
    label(353, 88, "writes it,"),
    label(353, 101, "says yes"),
    arrow(332, 150, 294, 216, "ink"),
    label(246, 176, "told: commit"),
    arrow(360, 150, 398, 216, "ink"),
    label(385, 172, "told:"),
    label(385, 185, "abort"),
    arrow(388, 52, 436, 216, "ink"),
    label(416, 62, "says no,", quiet),
    label(416, 75, "or aborts", quiet),
    label(296, 132, "uncertain:", { "text-anchor": "end", class: "fill-accent" }),
    label(296, 145, "no own way out", { "text-anchor": "end", class: "fill-accent" }),
  );
}
