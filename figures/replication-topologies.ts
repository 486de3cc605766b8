/** Where a write may enter, and how it gets to the other replicas. */
import { neighbours } from "../code/multi-leader/topology.ts";
import { arrow, circle, label, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const ids = ["n1", "n2", "n3"];
const radiusPx = 15;

type Panel = {
  readonly title: string;
  readonly note: string;
  readonly centerPx: number;
  /** Servers that take writes from clients; "c" is a coordinator. */
  readonly takers: readonly string[];
  readonly links: readonly (readonly [from: string, to: string])[];
  readonly tone: (id: string) => string;
};

const all = ids.flatMap((from) =>
  neighbours("all-to-all", from, ids).map((to) => [from, to] as const),
);

const panels: readonly Panel[] = [
  {
    title: "One leader",
    note: "n1 orders all writes",
    centerPx: 74,
    takers: ["n1"],
    links: all.filter(([from]) => from === "n1"),
    tone: (id) => (id === "n1" ? "fill-field" : "fill-paper"),
  },
  {
    title: "Several leaders",
    note: "conflicts are found later",
    centerPx: 228,
    takers: ids,
    links: all,
    tone: () => "fill-field",
  },
  {
    title: "No leader",
    note: "W of N must answer",
    centerPx: 382,
    takers: ["c"],
    links: ids.map((id) => ["c", id] as const),
    tone: () => "fill-paper",
  },
];

export function draw(): string {
  return svg(456, 190, ...panels.flatMap(panel));
}

function panel({ title, note, centerPx, takers, links, tone }: Panel): readonly string[] {
  const isLeaderless = takers.includes("c");
  const places: Record<string, readonly [number, number]> = isLeaderless
    ? {
        c: [centerPx, 76],
        n1: [centerPx - 50, 140],
        n2: [centerPx, 140],
        n3: [centerPx + 50, 140],
      }
    : {
        n1: [centerPx, 82],
        n2: [centerPx - 42, 140],
        n3: [centerPx + 42, 140],
      };
  const at = (id: string) => places[id] ?? [0, 0];
  const middle = { "text-anchor": "middle" };
  const writes = takers.map((id) => {
    const [x, y] = at(id);
    const slant = id === "n2" ? -26 : id === "n3" ? 26 : 0;
    const length = slant === 0 ? 34 : 26;
    return arrow(x + slant, y - radiusPx - length, x + slant / 3, y - radiusPx, "blue");
  });
  const shipped = links.map(([from, to]) => between(at(from), at(to), isLeaderless));
  const servers = Object.entries(places).flatMap(([id, [x, y]]) => [
    circle(x, y, radiusPx, {
      class: `${id === "c" ? "fill-paper stroke-quiet dashed" : `${tone(id)} stroke-ink`}`,
      "stroke-width": 1.2,
    }),
    label(x, y + 3.8, id === "c" ? "any" : id, {
      ...middle,
      class: id === "c" ? "label-quiet" : "label-strong",
    }),
  ]);
  return [
    label(centerPx, 14, title, { ...middle, class: "label-strong" }),
    ...writes,
    ...shipped,
    ...servers,
    label(centerPx, 180, note, { ...middle, class: "label-quiet" }),
  ];
}

/** From rim to rim, a little to one side where there are two ways. */
function between(
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  isStraight: boolean,
): string {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const side = isStraight ? 0 : 3.5;
  const start = radiusPx + 1;
  return arrow(
    x1 + dx * start - dy * side,
    y1 + dy * start + dx * side,
    x2 - dx * start - dy * side,
    y2 - dy * start + dx * side,
    "quiet",
  );
}
