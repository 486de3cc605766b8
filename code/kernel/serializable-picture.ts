// unprinted: for the chapter on transactions
/** An anomaly as text, and as SVG: boxes in a column, joined by edges. */
import { canonical } from "./models.ts";
import type { Json } from "./node.ts";
import {
  arrow,
  clipped,
  frame,
  label,
  widthOf,
  wrapped,
} from "./picture-parts.ts";
import type { Edge } from "./serializable-cycles.ts";
import type { Transaction } from "./serializable-history.ts";
import {
  type Anomaly,
  edgeText,
  nameOf,
  textOf,
} from "./serializable-verdict.ts";
import { svg } from "./svg.ts";

type Ops = readonly (readonly [string, Json, Json])[];
type History = readonly Transaction<Ops[number]>[];

/** What a transaction did: `append x 1, r y [1]`. */
export function transactionText(ops: Ops): string {
  return wordsOf(ops).join(", ");
}

/** Of a long list the end is shown: `[… 7 8 9]`. */
function wordsOf(ops: Ops): readonly string[] {
  return ops.map(([f, key, value]) => {
    const isLong = Array.isArray(value) && value.length > listMax;
    const end = isLong ? value.slice(-3).map(textOf).join(" ") : "";
    const seen = isLong ? `[… ${end}]` : textOf(value);
    const isUnseen = f === "r" && value === null;
    return `${f} ${textOf(key)} ${isUnseen ? "-" : seen}`;
  });
}

const listMax = 6;

/** The anomaly's name, then its transactions and why each precedes. */
export function formatAnomaly(
  found: Anomaly,
  history: History,
): string {
  const line = (at: number) =>
    `${nameOf(at)}  ${inColumns(wordsOf(history[at]?.ops ?? []))}`;
  if (found.cycle.length === 0) {
    const told = found.involved.map(line);
    return [found.anomaly, ...told, found.explanation].join("\n");
  }
  const steps = found.cycle.flatMap((edge) => [
    line(edge.from),
    `    ${edge.kind}  ${edgeText(edge)}`,
  ]);
  const [first] = found.cycle;
  const end = first ? [nameOf(first.from)] : [];
  return [found.anomaly, ...steps, ...end].join("\n");
}

/** Lines of 72 columns at most, below each other. */
function inColumns(words: readonly string[]): string {
  let text = "";
  let column = 4;
  for (const [at, word] of words.entries()) {
    const isWide = column + 2 + word.length > 71;
    if (at > 0) text += isWide ? ",\n    " : ", ";
    column = isWide ? 4 + word.length : column + 2 + word.length;
    text += word;
  }
  return text;
}

const leftPx = 40;
const linePx = 15;
const gapPx = 36;
/** For the edge back up, and its name. */
const marginPx = 84;

type Box = {
  readonly at: number;
  readonly lines: readonly string[];
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

// #region draw-anomaly
/**
 * One `<svg>`: the transactions of a cycle from top to bottom, each edge
 * by its kind and key, the last one back up on the right. Edges rw, where
 * a read missed a write, are in accent. What is no cycle has no edges.
 */
export function drawAnomaly(
  found: Anomaly,
  history: History,
  widthPx = 456,
): string {
  const boxes = boxesOf(found, history, widthPx - leftPx - marginPx);
  const rightPx =
    leftPx + Math.max(0, ...boxes.map(({ width }) => width));
  const drawn = boxes.flatMap(drawBox);
  const arrows = found.cycle.flatMap((edge, row) => {
    const [from, to] = [boxes[row], boxes[row + 1]];
    const [first] = boxes;
    if (!from || !first) return [];
    return to ? down(edge, from, to) : back(edge, from, first, rightPx);
  });
  const last = boxes.at(-1);
  const heightPx = last ? last.y + last.height + 2 : linePx;
  return svg(widthPx, heightPx, [...drawn, ...arrows]);
}
// #endregion draw-anomaly

/** How many lines one transaction may take. */
const linesMax = 4;

function boxesOf(
  { involved, cycle }: Anomaly,
  history: History,
  widestPx: number,
): readonly Box[] {
  let y = 2;
  return involved.map((at) => {
    const ops = history[at]?.ops ?? [];
    const lines = linesOf(ops, cycle, widestPx - 16);
    const widths = lines.map((line) => widthOf(line));
    const width = Math.min(widestPx, Math.max(...widths, 8) + 16);
    const height = Math.max(1, lines.length) * linePx + 11;
    const box = { at, lines, y, width, height };
    y += height + gapPx;
    return box;
  });
}

/** All it did; if that is too much, what it did to the cycle's keys. */
function linesOf(
  ops: Ops,
  cycle: readonly Edge[],
  roomPx: number,
): readonly string[] {
  const told = (some: Ops) => {
    const words = wordsOf(some).map((one, at) =>
      at < ops.length - 1 ? `${one},` : one,
    );
    const rest = ops.length - some.length;
    const more = rest > 0 ? [`… ${rest} more`] : [];
    return wrapped([...words, ...more], roomPx);
  };
  const all = told(ops);
  if (all.length <= linesMax) return all;
  const keys = new Set(cycle.map(({ key }) => canonical(key)));
  const near = ops.filter(([, key]) => keys.has(canonical(key)));
  for (let count = near.length; count > 1; count--) {
    const lines = told(near.slice(-count));
    if (lines.length <= linesMax) return lines;
  }
  return told((near.length > 0 ? near : ops).slice(-1));
}

function drawBox({
  at,
  lines,
  y,
  width,
  height,
}: Box): readonly string[] {
  const name = label({ x: 0, y: y + 17 }, nameOf(at), {
    class: "label-strong",
  });
  const words = lines.map((line, nth) =>
    label({ x: leftPx + 8, y: y + 17 + nth * linePx }, line),
  );
  return [
    name,
    frame({ x: leftPx, y, width, height }, "ink"),
    ...words,
  ];
}

function down(edge: Edge, from: Box, to: Box): readonly string[] {
  const x = leftPx + 24;
  const top = from.y + from.height;
  const way = [
    [x, top],
    [x, to.y],
  ] as const;
  return named(edge, way, { x: x + 8, y: (top + to.y) / 2 + 4 });
}

/** From the side of the last box up to that of the first. */
function back(
  edge: Edge,
  from: Box,
  to: Box,
  rightPx: number,
): readonly string[] {
  const start = from.y + from.height / 2;
  const end = to.y + to.height / 2;
  const out = rightPx + 24;
  const way = [
    [leftPx + from.width + 3, start],
    [out, start],
    [out, end],
    [leftPx + to.width + 3, end],
  ] as const;
  return named(edge, way, { x: out + 6, y: (start + end) / 2 + 4 });
}

function named(
  edge: Edge,
  way: Parameters<typeof arrow>[0],
  place: { readonly x: number; readonly y: number },
): readonly string[] {
  const color = edge.kind === "rw" ? "accent" : "blue";
  const key = clipped(textOf(edge.key), marginPx - 50);
  const about = edge.kind === "rt" ? "" : ` ${key}`;
  const look = { class: `halo fill-${color}` };
  return [
    arrow(way, color),
    label(place, `${edge.kind}${about}`, look),
  ];
}
