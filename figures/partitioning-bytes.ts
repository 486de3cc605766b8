/** Ten nodes with 10 TB become eleven: what moves, and how even it is then. */
import { deal, rebalance } from "../code/partitioning/fixed.ts";
import { balanceOf, movedPart } from "../code/placement/measure.ts";
import { schemes } from "../code/placement/schemes.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = 7;

const terabytes = 10;
const nodes = Array.from({ length: 11 }, (_, n) => `node-${n}`);
const before = nodes.slice(0, 10);
const keys = Array.from({ length: 20_000 }, (_, n) => `user-7-${n}`);

type Outcome = { readonly moved: number; readonly largest: number };

export function draw(): string {
  const rows: readonly [string, Outcome][] = [
    ["hash mod number of nodes", placed("modulo")],
    ["16 fixed partitions", fixed(16)],
    ["1,024 fixed partitions", fixed(1024)],
    ["ring, 1 point a node", placed("ring, 1 point")],
    ["ring, 100 points a node", placed("ring, 100 points")],
  ];
  const drawn = rows.map(([name, { moved, largest }], row) => {
    const y = 34 + row * 25;
    const barPx = moved * 170;
    return [
      label(134, y + 13, name, { "text-anchor": "end" }),
      rect(142, y + 2, barPx, 15, { class: row === 0 ? "fill-accent" : "fill-blue" }),
      label(147 + barPx, y + 13, `${(moved * terabytes).toFixed(1)} TB`, {
        class: "label-strong",
      }),
      label(416, y + 13, `${largest.toFixed(2)} ×`, { "text-anchor": "middle" }),
      line(4, y + 22, 452, y + 22, { class: "stroke-rule", "stroke-width": 0.7 }),
    ].join("");
  });
  return svg(
    456,
    166,
    label(142, 24, "moved", { class: "label-strong" }),
    label(416, 12, "fullest of 11,", { "text-anchor": "middle", class: "label-strong" }),
    label(416, 25, "by the mean", { "text-anchor": "middle", class: "label-strong" }),
    ...drawn,
  );
}

function fixed(partitions: number): Outcome {
  const old = deal(partitions, before);
  const now = rebalance(old, nodes);
  return { moved: movedPart(old, now), largest: balanceOf(now, nodes).largest };
}

function placed(name: string): Outcome {
  const scheme = schemes.find((each) => each.name === name);
  const old = scheme?.place(before, keys) ?? [];
  const now = scheme?.place(nodes, keys) ?? [];
  return { moved: movedPart(old, now), largest: balanceOf(now, nodes).largest };
}
