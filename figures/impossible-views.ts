/** Three generals, two worlds: lieutenant 2 hears the same in both and may not do the same. */

import { type Lie, type Order, oralMessages } from "../code/impossible/byzantine.ts";
import { arrow, circle, label, line, svg } from "./draw.ts";

export const program = "impossible/traitors";
export const seed = 7;

type World = {
  readonly title: string;
  readonly traitor: number;
  readonly lie: Lie;
};

const worlds: readonly World[] = [
  { title: "1 is the traitor", traitor: 1, lie: () => "retreat" },
  {
    title: "the commander is the traitor",
    traitor: 0,
    lie: (_path, to) => (to === 1 ? "retreat" : "attack"),
  },
];

export function draw(): string {
  return svg(
    456,
    202,
    ...worlds.map((world, at) => drawWorld(world, 4 + at * 232)),
    line(228, 8, 228, 194, { class: "stroke-rule", "stroke-width": 0.8 }),
  );
}

function drawWorld({ title, traitor, lie }: World, left: number): string {
  const order: Order = "attack";
  const say = (path: readonly number[], to: number, truth: Order) =>
    path.at(-1) === traitor ? lie(path, to) : truth;
  const heard1 = say([0], 1, order);
  const heard2 = say([0], 2, order);
  const by1 = say([0, 1], 2, heard1);
  const by2 = say([0, 2], 1, heard2);
  const taken = oralMessages(1, order, [0], [1, 2], traitor, lie);
  const place = [
    [left + 108, 48],
    [left + 26, 140],
    [left + 190, 140],
  ] as const;
  const generals = place.map(([x, y], id) => {
    const isTraitor = id === traitor;
    return [
      circle(x, y, 14, {
        class: isTraitor ? "fill-paper stroke-accent dashed" : "fill-field stroke-ink",
        "stroke-width": 1.4,
      }),
      label(x, y + 4, id === 0 ? "C" : String(id), {
        "text-anchor": "middle",
        class: "label-strong",
      }),
    ].join("");
  });
  const middle = { "text-anchor": "middle" };
  const takes = [1, 2].flatMap((id) => {
    const at = place[id];
    if (at === undefined || id === traitor) return [];
    return [label(at[0], 178, `takes ${taken.get(id)}`, middle)];
  });
  return [
    label(left + 108, 15, title, { ...middle, class: "label-strong" }),
    arrow(left + 97, 60, left + 37, 127, "ink"),
    arrow(left + 119, 60, left + 179, 127, "blue", { "stroke-width": 1.8 }),
    arrow(left + 42, 135, left + 174, 135, "blue", { "stroke-width": 1.8 }),
    arrow(left + 174, 146, left + 42, 146, "ink"),
    label(left + 58, 90, heard1, { "text-anchor": "end" }),
    label(left + 158, 90, heard2),
    label(left + 108, 129, by1, middle),
    label(left + 108, 160, by2, middle),
    ...generals,
    ...takes,
  ].join("");
}
