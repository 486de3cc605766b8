/** The walk round the circle that finds three replicas, with and without zones. */
import { hash32 } from "../code/placement/hash.ts";
import { indexOf, preferenceList, ringOf } from "../code/placement/ring.ts";
import { arrow, label, rect, svg } from "./draw.ts";

export const program = null;
export const seed = 0;

const members = ["a", "b", "c"].flatMap((zone) => ["1", "2", "3"].map((n) => ({ id: zone + n })));
const key = "user-1";
const shown = 11;
const zoneOf = (node: string) => node.slice(0, 1);

export function draw(): string {
  const ring = ringOf(members, 4);
  const start = indexOf(ring, hash32(key));
  const walk = [...ring.slice(start), ...ring.slice(0, start)]
    .slice(0, shown)
    .map(({ node }) => node);
  return svg(
    456,
    158,
    label(4, 14, `the points clockwise of ${key}`, { class: "label-quiet" }),
    arrow(176, 10.5, 448, 10.5, "quiet"),
    ...row(40, "three nodes", walk, preferenceList(ring, key, 3)),
    ...row(104, "three zones", walk, preferenceList(ring, key, 3, zoneOf)),
  );
}

function row(
  y: number,
  title: string,
  walk: readonly string[],
  list: readonly string[],
): readonly string[] {
  const cells = walk.flatMap((node, n) => {
    const x = 82 + n * 34;
    const at = list.indexOf(node);
    const isTaken = at >= 0 && walk.indexOf(node) === n;
    return [
      rect(x, y, 28, 24, {
        class: isTaken ? "fill-blue stroke-blue" : "fill-paper stroke-quiet",
        "fill-opacity": isTaken ? 0.22 : 1,
        "stroke-width": isTaken ? 1.8 : 0.8,
      }),
      label(x + 14, y + 16, node, {
        "text-anchor": "middle",
        class: isTaken ? "label-strong" : "label-quiet",
      }),
      ...(isTaken
        ? [label(x + 14, y + 39, `copy ${at + 1}`, { "text-anchor": "middle", "font-size": 9.6 })]
        : []),
    ];
  });
  return [label(4, y + 16, title, { class: "label-strong" }), ...cells];
}
