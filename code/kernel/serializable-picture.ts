// unprinted: for the chapter on transactions
/** An anomaly as text, and as SVG: boxes in a column, joined by edges. */
import { textBox } from "./labels.ts";
import type { Json } from "./node.ts";
import type { Edge } from "./serializable-cycles.ts";
import type { Transaction } from "./serializable-history.ts";
import {
  type Anomaly,
  edgeText,
  nameOf,
  textOf,
} from "./serializable-verdict.ts";
import { element, svg } from "./svg.ts";

type Ops = readonly (readonly [string, Json, Json])[];
type History = readonly Transaction<Ops[number]>[];

/** What a transaction did: `append x 1, r y [1]`. */
export function transactionText(ops: Ops): string {
  const words = ops.map(([f, key, value]) => {
    const seen = f === "r" && value === null ? "-" : textOf(value);
    return `${f} ${textOf(key)} ${seen}`;
  });
  return words.join(", ");
}

/** The anomaly's name, then its transactions and why each precedes. */
export function formatAnomaly(
  found: Anomaly,
  history: History,
): string {
  const line = (at: number) =>
    `${nameOf(at)}  ${transactionText(history[at]?.ops ?? [])}`;
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

const fontPx = 10.7;
const leftPx = 40;
const boxHeightPx = 26;
const stepPx = 62;

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
  const boxes = found.involved.map((at, row) => {
    const words = transactionText(history[at]?.ops ?? []);
    const wished = textBox(words, fontPx).width + 16;
    const widest = widthPx - leftPx - 84;
    return {
      at,
      words,
      y: row * stepPx + 2,
      wide: Math.min(wished, widest),
    };
  });
  const rightPx =
    leftPx + Math.max(0, ...boxes.map(({ wide }) => wide));
  const drawn = boxes.flatMap(({ at, words, y, wide }) => {
    const size = { "font-size": fontPx, y: y + 17 };
    const strong = { class: "label label-strong", x: 0, ...size };
    const frame = { x: leftPx, y, width: wide, height: boxHeightPx };
    const look = { class: "fill-paper stroke-ink", rx: 3 };
    const text = { class: "label", x: leftPx + 8, ...size };
    return [
      element("text", strong, nameOf(at)),
      element("rect", { ...look, ...frame, "stroke-width": "1" }),
      element("text", text, words),
    ];
  });
  const arrows = found.cycle.map((edge, row) =>
    row === found.cycle.length - 1
      ? arrowBack(edge, row, rightPx)
      : arrowDown(edge, row),
  );
  const heightPx = Math.max(1, boxes.length) * stepPx - 30;
  return svg(widthPx, heightPx, [...drawn, ...arrows]);
}

function arrowDown(edge: Edge, row: number): string {
  const from = row * stepPx + 2 + boxHeightPx;
  const to = (row + 1) * stepPx + 2;
  const x = leftPx + 24;
  const way = `M ${x} ${from} L ${x} ${to}`;
  const head = `M ${x - 3.5} ${to - 7} L ${x} ${to} L ${x + 3.5} ${to - 7}`;
  return arrow(edge, `${way} ${head}`, x + 8, (from + to) / 2 + 4);
}

/** From the side of the last box up to that of the first. */
function arrowBack(edge: Edge, row: number, rightPx: number): string {
  const from = row * stepPx + 2 + boxHeightPx / 2;
  const to = 2 + boxHeightPx / 2;
  const x = rightPx + 6;
  const out = x + 18;
  const way = `M ${x} ${from} L ${out} ${from} L ${out} ${to} L ${x} ${to}`;
  const head = `M ${x + 7} ${to - 3.5} L ${x} ${to} L ${x + 7} ${to + 3.5}`;
  return arrow(edge, `${way} ${head}`, out + 6, (from + to) / 2 + 4);
}

function arrow(edge: Edge, d: string, x: number, y: number): string {
  const color = edge.kind === "rw" ? "accent" : "blue";
  const line = {
    class: `fill-none stroke-${color}`,
    "stroke-width": "1.4",
  };
  const about = edge.kind === "rt" ? "" : ` ${textOf(edge.key)}`;
  const look = {
    class: `label halo fill-${color}`,
    "font-size": fontPx,
  };
  return [
    element("path", { ...line, d }),
    element("text", { ...look, x, y }, `${edge.kind}${about}`),
  ].join("\n");
}
