/** A fifth node joins four, with one point each and with eight. */
import { type Ring, ringOf, sharesOf } from "../code/placement/ring.ts";
import { circle, element, label, line, svg } from "./draw.ts";

export const program = null;
export const seed = 1;

const nodes = ["A", "B", "C", "D", "E"];
/** Names are draws: these are a fair one for the picture. */
const drawn = "ring-368-";
const tones: { readonly [id: string]: string } = {
  A: "blue",
  B: "green",
  C: "quiet",
  D: "rule",
  E: "accent",
};
const radius = 78;

export function draw(): string {
  return svg(
    456,
    272,
    ...wheel(112, "one point a node", 1),
    ...wheel(344, "eight points a node", 8),
    ...nodes.flatMap((id, at) => [
      line(96 + at * 56, 262, 112 + at * 56, 262, {
        class: `stroke-${tones[id]}`,
        "stroke-width": 8,
      }),
      label(116 + at * 56, 266, id, { class: "label-strong" }),
    ]),
    label(378, 266, "E is new", { class: "label-quiet" }),
  );
}

/** Inside who had each arc before E came, outside who has it now. */
function wheel(x: number, title: string, points: number): readonly string[] {
  const members = (count: number) => nodes.slice(0, count).map((id) => ({ id: drawn + id }));
  const before = named(ringOf(members(4), points));
  const now = named(ringOf(members(5), points));
  const y = 134;
  const share = Math.round(100 * (sharesOf(now).get("E") ?? 0));
  const givers = new Set(
    now.flatMap(({ at, node }) => (node === "E" ? [ownerAt(before, at)] : [])),
  );
  return [
    label(x, 16, title, { "text-anchor": "middle", class: "label-strong" }),
    ...arcs(before, x, y, radius - 15, 5),
    ...arcs(now, x, y, radius, 15),
    ...now.map(({ at }) => dot(x, y, at)),
    ...(points === 1 ? now.map(({ at, node }) => name(x, y, at, node)) : newcomer(now, x, y)),
    label(x, y - 8, `E takes ${share}%`, { "text-anchor": "middle", class: "label-strong" }),
    label(x, y + 8, `from ${[...givers].toSorted().join(", ")}`, { "text-anchor": "middle" }),
  ];
}

function named(ring: Ring): Ring {
  return ring.map(({ at, node }) => ({ at, node: node.slice(drawn.length) }));
}

function ownerAt(ring: Ring, place: number): string {
  return (ring.find(({ at }) => at >= place) ?? ring[0])?.node ?? "";
}

function arcs(ring: Ring, x: number, y: number, r: number, widthPx: number): readonly string[] {
  return ring.map(({ at, node }, n) => {
    const from = ring[n - 1]?.at ?? (ring.at(-1)?.at ?? 0) - 2 ** 32;
    const large = at - from > 2 ** 31 ? 1 : 0;
    return element("path", {
      d: `M ${spot(x, y, r, from)} A ${r} ${r} 0 ${large} 1 ${spot(x, y, r, at)}`,
      class: `fill-none stroke-${tones[node]}`,
      "stroke-width": widthPx,
    });
  });
}

/** An E beside each of E's larger arcs, so that color is not alone. */
function newcomer(ring: Ring, x: number, y: number): readonly string[] {
  return ring.flatMap(({ at, node }, n) => {
    const from = ring[n - 1]?.at ?? 0;
    const isLarge = node === "E" && at - from > 2 ** 32 / 60;
    return isLarge ? [name(x, y, (from + at) / 2, "E")] : [];
  });
}

function place(x: number, y: number, r: number, at: number): readonly [number, number] {
  const angle = (at / 2 ** 32) * 2 * Math.PI - Math.PI / 2;
  return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
}

function spot(x: number, y: number, r: number, at: number): string {
  return place(x, y, r, at)
    .map((part) => part.toFixed(2))
    .join(" ");
}

function dot(x: number, y: number, at: number): string {
  const [px, py] = place(x, y, radius + 7.5, at);
  return circle(Number(px.toFixed(2)), Number(py.toFixed(2)), 2.2, { class: "fill-ink" });
}

function name(x: number, y: number, at: number, node: string): string {
  const [px, py] = place(x, y, radius + 19, at);
  return label(Number(px.toFixed(2)), Number((py + 4).toFixed(2)), node, {
    "text-anchor": "middle",
    class: "label-strong",
  });
}
