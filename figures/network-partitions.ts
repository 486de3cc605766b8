/** Five nodes and what is left of their links, in four kinds of trouble. */
import { bridge, halves } from "../code/kernel/faults.ts";
import { type Cuts, cut, isCut, partition } from "../code/kernel/network.ts";
import { arrow, circle, label, line, svg } from "./draw.ts";

export const program = null;
export const seed = 1;

const nodes = ["a", "b", "c", "d", "e"];

const troubles: readonly (readonly [string, string, (cuts: Cuts) => void])[] = [
  ["partition", "two halves", (cuts) => partition(cuts, halves(nodes))],
  [
    "partial partition",
    "a and d cut",
    (cuts) => {
      cut(cuts, "a", "d");
      cut(cuts, "d", "a");
    },
  ],
  ["bridge partition", "c reaches all", (cuts) => partition(cuts, bridge("c", nodes))],
  [
    "asymmetric partition",
    "a is deaf",
    (cuts) => {
      for (const from of nodes.slice(1)) cut(cuts, from, "a");
    },
  ],
];

export function draw(): string {
  return svg(
    456,
    158,
    ...troubles.flatMap(([name, note, make], at) => panel(57 + at * 114, name, note, make)),
  );
}

function panel(
  middle: number,
  name: string,
  note: string,
  make: (cuts: Cuts) => void,
): readonly string[] {
  const cuts: Cuts = new Map();
  make(cuts);
  const place = (at: number) => {
    const angle = (at / 5) * 2 * Math.PI - Math.PI / 2;
    return [middle + 38 * Math.cos(angle), 64 + 38 * Math.sin(angle)] as const;
  };
  const links = nodes.flatMap((one, i) =>
    nodes.slice(i + 1).flatMap((other, j) => {
      const [x1, y1] = place(i);
      const [x2, y2] = place(i + 1 + j);
      const there = !isCut(cuts, one, other);
      const back = !isCut(cuts, other, one);
      if (there && back)
        return [line(x1, y1, x2, y2, { class: "stroke-blue", "stroke-width": 1.1 })];
      const trim = (part: number) => [x1 + (x2 - x1) * part, y1 + (y2 - y1) * part] as const;
      if (there) {
        const [endX, endY] = trim(0.82);
        return [arrow(x1, y1, endX, endY, "accent")];
      }
      return [];
    }),
  );
  const dots = nodes.flatMap((id, at) => {
    const [cx, cy] = place(at);
    return [
      circle(cx, cy, 8, { class: "fill-paper stroke-ink", "stroke-width": 1 }),
      label(cx, cy + 3.6, id, { "text-anchor": "middle", class: "label-strong" }),
    ];
  });
  return [
    ...links,
    ...dots,
    label(middle, 130, name, { "text-anchor": "middle", class: "label-strong" }),
    label(middle, 146, note, { "text-anchor": "middle", class: "label-quiet" }),
  ];
}
