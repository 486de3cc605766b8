/**
 * All ten majorities of five acceptors, and for each pair how many members
 * they share: never none. Beside it the smallest counter-example, two halves
 * of four.
 */

import { majority } from "../code/paxos/paxos.ts";
import { circle, label, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const widthPx = 456;
const dotPx = 15;
const rowPx = 21;
const topY = 40;

export function draw(): string {
  const majorities = subsets(5, majority(5));
  const cellPx = 21;
  const gridX = 112;
  const heightPx = topY + majorities.length * rowPx + 10;
  const rows = majorities.map((set, at) => dots(set, 5, 14, topY + at * rowPx));
  const cells = majorities.flatMap((one, i) =>
    majorities.map((other, j) => {
      const shared = one.filter((member) => other.includes(member)).length;
      const x = gridX + j * cellPx;
      const y = topY + i * rowPx;
      const isLeast = shared === 1;
      return (
        rect(x, y - 10, cellPx - 2, rowPx - 2, {
          class: isLeast ? "fill-field stroke-accent" : "fill-none stroke-rule",
          "stroke-width": 1,
        }) +
        label(x + cellPx / 2 - 1, y + 4, String(shared), {
          "text-anchor": "middle",
          class: i === j ? "label-quiet" : isLeast ? "label-strong" : "",
        })
      );
    }),
  );
  return svg(
    widthPx,
    heightPx,
    label(8, 18, "majority", { class: "label-strong" }),
    label(gridX, 18, "members that each two share", { class: "label-strong" }),
    ...rows,
    ...cells,
    halves(350),
  );
}

/** Two halves of four that share nobody. */
function halves(x: number): string {
  const pairs = [
    [0, 1],
    [2, 3],
  ];
  return [
    label(x, 18, "halves of four", { class: "label-strong" }),
    ...pairs.map((set, at) => dots(set, 4, x + 6, topY + at * rowPx)),
    label(x + 2, topY + 2 * rowPx + 4, "share none"),
  ].join("");
}

function dots(set: readonly number[], n: number, x: number, y: number): string {
  return Array.from({ length: n }, (_, at) =>
    circle(x + at * dotPx, y, 5, {
      class: set.includes(at) ? "fill-ink" : "fill-none stroke-quiet",
      "stroke-width": 1,
    }),
  ).join("");
}

/** All sets of `size` out of 0 … n-1, in order. */
export function subsets(n: number, size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]];
  if (n < size) return [];
  const without = subsets(n - 1, size);
  const withLast = subsets(n - 1, size - 1).map((set) => [...set, n - 1]);
  return [...without, ...withLast].sort((a, b) => compare(a, b));
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((member, i) => member !== b[i]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
