/** The circle with who had each part and who has it now; beside it the shares, and what has moved. */

import type { Ring } from "../../code/placement/ring.ts";
import type { Table } from "../../scripts/widget/contract.ts";
import { arrow, circle, element, label, line, rect, svg } from "../draw.ts";
import { type Circle, circumference, listed, type Name, names } from "./simulate.ts";

const [widthPx, heightPx] = [456, 304];
const center = [148, 152] as const;
const radius = { now: 86, before: 71, keys: 61, letters: 46, marks: 110 };
/** Of places given by hand that are nearer than this the later one stands farther out. */
const nearDegrees = 12;
const bars = { x: 322, widthPx: 84 };

const tones: { readonly [name: string]: string } = {
  A: "blue",
  B: "green",
  C: "quiet",
  D: "rule",
  E: "accent",
};

export function view(state: Circle): string {
  const { before, now, lookUp } = state;
  return svg(
    widthPx,
    heightPx,
    ...arcs(before, radius.before, 5),
    ...arcs(now, radius.now, 15),
    ...now.map(({ at }) => dot(at, state.points)),
    ...ticks(state),
    ...letters(now),
    ...names.flatMap((name) => mark(state, name)),
    ...(lookUp ? wayOf(lookUp) : inTheMiddle(state)),
    ...shareRows(state),
    ...movedRows(state),
  );
}

// --- The circle ------------------------------------------------------------------------------

function angleOf(at: number): number {
  return (at / circumference) * 2 * Math.PI - Math.PI / 2;
}

function spot(r: number, at: number): readonly [number, number] {
  const angle = angleOf(at);
  return [round(center[0] + r * Math.cos(angle)), round(center[1] + r * Math.sin(angle))];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** One arc a point, from the point before it; the whole circle where there is one point alone. */
function arcs(ring: Ring, r: number, stroke: number): readonly string[] {
  return ring.map(({ at, node }, n) => {
    const look = { class: `fill-none stroke-${tones[node]}`, "stroke-width": stroke };
    if (ring.length === 1) return circle(center[0], center[1], r, look);
    const from = ring[n - 1]?.at ?? (ring.at(-1)?.at ?? 0) - circumference;
    return arc(r, from, at, look);
  });
}

function arc(
  r: number,
  from: number,
  to: number,
  look: { readonly [name: string]: string | number },
) {
  const large = to - from > circumference / 2 ? 1 : 0;
  const d = `M ${spot(r, from).join(" ")} A ${r} ${r} 0 ${large} 1 ${spot(r, to).join(" ")}`;
  return element("path", { d, ...look });
}

function dot(at: number, points: number): string {
  const [x, y] = spot(radius.now + 7.5, at);
  return circle(x, y, points > 16 ? 1.4 : 2.2, { class: "fill-ink" });
}

/** The keys at their places: short where they stay, long where they have moved. */
function ticks({ keys }: Circle): readonly string[] {
  return keys.map(({ at, before, now }) => {
    const isMoved = before !== now;
    const [x1, y1] = spot(radius.keys + 3, at);
    const [x2, y2] = spot(radius.keys - (isMoved ? 6 : 1), at);
    const look = isMoved ? "stroke-accent" : "stroke-quiet";
    return line(x1, y1, x2, y2, { class: look, "stroke-width": isMoved ? 1.3 : 0.8 });
  });
}

/** Whose an arc is, inside of it where it is wide enough: color is not alone. */
function letters(ring: Ring): readonly string[] {
  return ring.flatMap(({ at, node }, n) => {
    const from = ring[n - 1]?.at ?? (ring.at(-1)?.at ?? 0) - circumference;
    if (ring.length > 1 && at - from < circumference / 24) return [];
    const [x, y] = spot(radius.letters, (from + at) / 2);
    return [label(x, y + 3.8, node, { "text-anchor": "middle", class: "label-strong" })];
  });
}

/** The first point of a node, which has been put there; hollow while the node is not in the ring. */
function mark(state: Circle, name: Name): readonly string[] {
  const [x, y] = markOf(state, name);
  const [x1, y1] = spot(radius.now + 7.5, (state.places[name] / 360) * circumference);
  const isIn = name in state.shares.now;
  const wasIn = name in state.shares.before;
  const look = isIn ? `fill-paper stroke-${tones[name]}` : "fill-paper stroke-quiet dashed";
  return [
    line(x1, y1, x, y, { class: isIn ? "stroke-ink" : "stroke-quiet dashed", "stroke-width": 1 }),
    circle(x, y, 9.5, { class: look, "stroke-width": isIn && !wasIn ? 3 : 2 }),
    label(x, y + 3.8, name, {
      "text-anchor": "middle",
      class: isIn ? "label-strong" : "label-quiet",
    }),
  ];
}

export function markOf({ places }: Circle, name: Name): readonly [number, number] {
  const near = names.filter((other) => {
    const apart = Math.abs(places[other] - places[name]);
    return other < name && Math.min(apart, 360 - apart) < nearDegrees;
  });
  return spot(radius.marks + 21 * near.length, (places[name] / 360) * circumference);
}

/** The place on the circle, in degrees, that lies in the direction of a point of the picture. */
export function degreesAt(x: number, y: number): number {
  const angle = Math.atan2(y - center[1], x - center[0]) + Math.PI / 2;
  return (Math.round((angle * 180) / Math.PI) + 360) % 360;
}

/** From a key clockwise to the point that has it. */
function wayOf({ from, to }: NonNullable<Circle["lookUp"]>): readonly string[] {
  const r = radius.keys;
  const end = to < from ? to + circumference : to;
  const look = { class: "fill-none stroke-ink", "stroke-width": 1.6 };
  const short = Math.max(end - circumference / 120, from);
  const [kx, ky] = spot(r, from);
  const [x1, y1] = spot(r, short);
  const [x2, y2] = spot(r + 2, end);
  const [lx, ly] = spot(r - 16, from);
  return [
    arc(r, from, short, look),
    arrow(x1, y1, x2 + 0.01, y2, "ink", { "stroke-width": 1.6 }),
    circle(kx, ky, 3.6, { class: "fill-ink" }),
    label(lx, ly + 3.7, "key", { "text-anchor": "middle", class: "label-strong halo" }),
  ];
}

/** Who takes or leaves how much, where it is one node. */
function inTheMiddle({ shares, keys }: Circle): readonly string[] {
  const came = Object.keys(shares.now).filter((name) => !(name in shares.before));
  const went = Object.keys(shares.before).filter((name) => !(name in shares.now));
  const [one] = [...came, ...went];
  if (one === undefined || came.length + went.length > 1) return [];
  const isNew = came.length > 0;
  const moved = keys.filter(({ before, now }) => before !== now);
  const others = new Set(moved.map(({ before, now }) => (isNew ? before : now)));
  const share = percent((isNew ? shares.now : shares.before)[one] ?? 0);
  const place = { "text-anchor": "middle" };
  const list = [...others].toSorted((a, b) => (a < b ? -1 : 1)).join(", ");
  return [
    label(center[0], center[1] - 3, `${one} ${isNew ? "takes" : "leaves"} ${share}`, {
      ...place,
      class: "label-strong halo",
    }),
    label(center[0], center[1] + 11, `${isNew ? "from" : "to"} ${list}`, {
      ...place,
      class: "halo",
    }),
  ];
}

// --- Shares and moves --------------------------------------------------------------------------

function shareRows({ shares }: Circle): readonly string[] {
  const members = Object.keys(shares.now).length;
  const all = [...Object.values(shares.before), ...Object.values(shares.now)];
  const scale = bars.widthPx / Math.max(0.4, ...all);
  const mean = bars.x + scale / members;
  const fullest = (members * Math.max(...Object.values(shares.now))).toFixed(2);
  return [
    label(bars.x - 14, 26, "share of the circle", { class: "label-strong" }),
    line(mean, 46, mean, 146, { class: "stroke-ink dashed", "stroke-width": 0.9 }),
    label(mean, 42, `even: ${percent(1 / members)}`, {
      class: "label-quiet",
      "text-anchor": "middle",
    }),
    ...names.flatMap((name, row) =>
      shareRow(name, 50 + row * 20, shares.before[name], shares.now[name], { scale, mean }),
    ),
    label(bars.x - 14, 164, `largest: ${fullest} × the mean`),
  ];
}

/** Thin what it had, thick what it has: as on the circle. */
function shareRow(
  name: Name,
  y: number,
  before: number | undefined,
  now: number | undefined,
  { scale, mean }: { readonly scale: number; readonly mean: number },
): readonly string[] {
  const had = (before ?? 0) * scale;
  const has = (now ?? 0) * scale;
  const words = now === undefined ? "not here" : percent(now);
  const end = bars.x + Math.max(had, has) + 6;
  // Never on the line of the mean: beyond it where the words would reach it.
  const at = end < mean + 5 && end + 6 * words.length > mean - 3 ? mean + 5 : end;
  return [
    label(bars.x - 14, y + 10, name, { class: now === undefined ? "label-quiet" : "label-strong" }),
    rect(bars.x, y, round(has), 9, { class: `fill-${tones[name]}` }),
    rect(bars.x, y + 10.5, round(had), 3, { class: `fill-${tones[name]}` }),
    label(round(at), y + 9.5, words, {
      class: now === undefined ? "label-quiet halo" : "label halo",
    }),
  ];
}

function movedRows({ moved, shares }: Circle): readonly string[] {
  const [before, now] = [Object.keys(shares.before), Object.keys(shares.now)];
  const least = Math.abs(before.length - now.length) / Math.max(before.length, now.length);
  const rows = [
    ["this ring", moved.ring, "accent"],
    ["hash mod n", moved.modulo, "quiet"],
    ["a fair share", least, "rule"],
  ] as const;
  const left = bars.x - 14;
  if (before.join() === now.join())
    return [label(left, 200, "nothing moves", { class: "label-quiet" })];
  return [
    label(left, 200, "keys that this step moves", { class: "label-strong" }),
    ...rows.flatMap(([words, part, tone], row) => {
      const y = 208 + row * 28;
      const width = round(part * 96);
      return [
        label(left, y + 10, words),
        rect(left, y + 14, width, 7, { class: `fill-${tone}` }),
        label(left + width + 6, y + 21.5, percent(part), { class: "label-strong" }),
      ];
    }),
  ];
}

function percent(part: number): string {
  return `${Math.round(100 * part)}%`;
}

// --- In words ----------------------------------------------------------------------------------

export function table(state: Circle): Table {
  const { shares, places, moved, points, keys } = state;
  const cell = (share: number | undefined) => (share === undefined ? "not here" : percent(share));
  const gone = keys.filter(({ before, now }) => before !== now);
  const among = (of: (key: (typeof keys)[number]) => string) =>
    gone.length === 0
      ? "nobody"
      : listed([...new Set(gone.map(of))].toSorted((a, b) => (a < b ? -1 : 1)));
  return {
    head: ["What", "Before", "Now"],
    rows: [
      ...names.map((name) => [
        `Share of ${name}, first point at ${places[name]}°, ${points} in all`,
        cell(shares.before[name]),
        cell(shares.now[name]),
      ]),
      ["Keys that move, of 200", "", gone.length],
      ["Moved keys were and are with", among(({ before }) => before), among(({ now }) => now)],
      ["Keys that hash mod n would move", "", percent(moved.modulo)],
    ],
  };
}
