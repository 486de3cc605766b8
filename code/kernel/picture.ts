/**
 * A history as a picture: a row for each process, a bar for each
 * operation, from its call to its return. As text and as SVG.
 */
import type { Operation } from "./history.ts";
import { textBox } from "./labels.ts";
import type { NodeId } from "./node.ts";
import { clipped, fontPx } from "./picture-parts.ts";
import { element, svg } from "./svg.ts";

export type HistoryOptions = {
  /** The words on a bar; `operationText` by default. */
  readonly label?: (operation: Operation) => string;
  /** Drawn in accent: what found no place, in a counter-example. */
  readonly marked?: readonly Operation[];
  /** 456 by default: the text column. */
  readonly widthPx?: number;
  /** True: all moments stand equally far apart, for what is far apart. */
  readonly isEven?: boolean;
};

/** An operation in few words: `write x 1`, `read x -> 2`, `cas x 1 2`. */
export function operationText(operation: Operation): string {
  const { op, args, result, outcome } = operation;
  const words = Object.values(args).map((value) =>
    typeof value === "string" ? value : JSON.stringify(value),
  );
  const asked = [op, ...words].join(" ");
  if (outcome === "info") return `${asked} -> ?`;
  if (result?.type === "error")
    return `${asked} -> error ${result.code}`;
  if (result?.value === undefined) return asked;
  return `${asked} -> ${JSON.stringify(result.value)}`;
}

/** A history as text, one line an operation, in the order of the calls. */
export function formatHistory(
  history: readonly Operation[],
  marked: readonly Operation[] = [],
): string {
  const width = Math.max(0, ...history.map((o) => o.process.length));
  return history
    .map((operation) => {
      const { process, invokeMs, returnMs } = operation;
      const from = invokeMs.toFixed(1).padStart(8);
      const to = (returnMs?.toFixed(1) ?? "?").padStart(8);
      const sign = marked.includes(operation) ? "  <- no place" : "";
      const words = operationText(operation);
      return `${from} ..${to}  ${process.padEnd(width)}  ${words}${sign}`;
    })
    .join("\n");
}

const rowPx = 34;
const leftPx = 34;

// #region draw-history
/** One `<svg>`: time runs right, an open bar never returned. */
export function drawHistory(
  history: readonly Operation[],
  options: HistoryOptions = {},
): string {
  const { label = operationText, marked = [], widthPx = 456 } = options;
  const rows = rowsOf(history);
  const rightPx = widthPx - 20;
  const x =
    options.isEven === true
      ? evenScale(history, rightPx)
      : timeScale(history, rightPx);
  const heightPx = rows.length * rowPx + 6;
  const bars = rows.flatMap(({ process, operations }, at) => {
    const y = at * rowPx + 26;
    const style = { class: "label label-strong", x: 0, y: y + 4 };
    const size = { "font-size": fontPx };
    const name = element("text", { ...style, ...size }, process);
    const drawn = operations.map((operation, nth) => {
      const end = operation.returnMs;
      const right = end === null ? widthPx - 4 : x(end);
      const color = marked.includes(operation) ? "accent" : "blue";
      const told = label(operation);
      const roomPx = roomOf(operations, nth, x, widthPx);
      const words =
        options.isEven === true ? clipped(told, roomPx) : told;
      const text = { words, isOpen: end === null, widthPx };
      const ends = { x1: x(operation.invokeMs), x2: right, y };
      return bar(ends, color, text);
    });
    return [name, ...drawn];
  });
  return svg(widthPx, heightPx, bars);
}
// #endregion draw-history

/** From the end of the one before to the start of the next. */
function roomOf(
  operations: readonly Operation[],
  nth: number,
  x: Scale,
  widthPx: number,
): number {
  const next = operations[nth + 1];
  const previous = operations[nth - 1]?.returnMs ?? null;
  const right = next ? x(next.invokeMs) : widthPx;
  return right - (previous === null ? leftPx : x(previous)) - 8;
}

type Scale = (ms: number) => number;

function timeScale(
  history: readonly Operation[],
  rightPx: number,
): Scale {
  const times = history.flatMap((o) => [o.invokeMs, o.returnMs ?? 0]);
  const fromMs = Math.min(...history.map((o) => o.invokeMs));
  const spanMs = Math.max(1e-9, Math.max(...times) - fromMs);
  // What is still open at the end runs on for a little.
  const perMs = (rightPx - leftPx) / spanMs;
  return (ms) => leftPx + (ms - fromMs) * perMs;
}

/** By rank: only the order of calls and returns is shown. */
function evenScale(
  history: readonly Operation[],
  rightPx: number,
): Scale {
  const times = history.flatMap((o) => [o.invokeMs, o.returnMs ?? []]);
  const moments = [...new Set(times.flat())].sort((a, b) => a - b);
  const step = (rightPx - leftPx) / Math.max(1, moments.length - 1);
  return (ms) => leftPx + moments.indexOf(ms) * step;
}

type Row = { process: string; operations: readonly Operation[] };

/** A row a process; a second one where its operations overlap. */
function rowsOf(history: readonly Operation[]): readonly Row[] {
  const processes = [...new Set(history.map(({ process }) => process))];
  processes.sort((one: NodeId, other) => (one < other ? -1 : 1));
  return processes.flatMap((process) => {
    const own = history.filter(
      (operation) => operation.process === process,
    );
    const rows: { process: string; operations: Operation[] }[] = [];
    for (const operation of own) {
      const free = rows.find(({ operations }) => {
        const end = operations.at(-1)?.returnMs ?? Infinity;
        return end <= operation.invokeMs;
      });
      if (free) free.operations.push(operation);
      else rows.push({ process, operations: [operation] });
    }
    return rows;
  });
}

function bar(
  { x1, x2, y }: { x1: number; x2: number; y: number },
  color: "accent" | "blue",
  text: { words: string; isOpen: boolean; widthPx: number },
): string {
  const { words, isOpen, widthPx } = text;
  const half = textBox(words, fontPx).width / 2;
  const wished = (x1 + x2) / 2;
  const middle = Math.min(
    Math.max(wished, leftPx + half),
    widthPx - half,
  );
  const line = (x1: number, y1: number, x2: number, y2: number) => {
    const look = { class: `stroke-${color}`, "stroke-width": "1.4" };
    // The bar, not its ends, is dashed where it is open.
    const dashes = isOpen && x1 !== x2 ? "4 3" : undefined;
    const ends = { x1, y1, x2, y2, "stroke-dasharray": dashes };
    return element("line", { ...look, ...ends });
  };
  const label = {
    class: color === "accent" ? "label halo fill-accent" : "label halo",
    x: middle,
    y: y - 8,
    "font-size": fontPx,
    "text-anchor": "middle",
  };
  return [
    line(x1, y, x2, y),
    line(x1, y - 4, x1, y + 4),
    ...(isOpen ? [] : [line(x2, y - 4, x2, y + 4)]),
    element("text", label, words),
  ].join("\n");
}
