// unprinted: for the chapter on consensus
/** Replicated logs as rows of boxes: as text and as SVG. */
import {
  clipped,
  fontPx,
  frame,
  label,
  smallFontPx,
} from "./picture-parts.ts";
import { element, svg } from "./svg.ts";

export type LogRow = {
  readonly name: string;
  /** What stands below the name: "leads term 3". */
  readonly note: string;
  /** Its first boxes are gone: so many, a snapshot stands for them. */
  readonly compacted: number;
  readonly boxes: readonly {
    readonly term: number;
    readonly words: string;
  }[];
  /** All up to this index are committed, as far as this server knows. */
  readonly commitIndex: number;
};

/** Indexes, from 1, to be told from the others: those that conflict. */
type Marked = readonly number[];

// #region window
/** How many boxes stand side by side. */
const shownMax = 6;

/** Which indexes to show: all, or those around the first that is marked. */
function shown(rows: readonly LogRow[], marked: Marked): number[] {
  const ends = rows.map(
    ({ compacted, boxes }) => compacted + boxes.length,
  );
  const end = Math.max(1, ...ends, ...marked);
  const middle = Math.min(...marked, end);
  const last = Math.min(end, Math.max(shownMax, middle + 2));
  const first = Math.max(1, last - shownMax + 1);
  return Array.from(
    { length: last - first + 1 },
    (_, at) => first + at,
  );
}
// #endregion window

/**
 * A line a server, below a line of indexes: `2:x←8` is an entry of term 2.
 * `!` marks it, `|` ends what is known to be committed.
 */
export function formatLogs(
  rows: readonly LogRow[],
  marked: Marked = [],
): string {
  const indexes = shown(rows, marked);
  const cells = rows.map((row) => [
    `${row.name} ${row.note}`,
    ...indexes.map((index) => cellText(row, index, marked)),
  ]);
  const head = ["index", ...indexes.map(String)];
  const table = [head, ...cells];
  const widths = head.map((_, column) =>
    Math.max(...table.map((line) => line[column]?.length ?? 0)),
  );
  return table
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cellText(row: LogRow, index: number, marked: Marked): string {
  const box = row.boxes[index - row.compacted - 1];
  const isGone = index <= row.compacted;
  const words = box ? `${box.term}:${box.words}` : isGone ? "…" : "-";
  const short = words.length > 12 ? `${words.slice(0, 11)}…` : words;
  const sign = marked.includes(index) ? "!" : "";
  const end = index === row.commitIndex ? " |" : "";
  return `${short}${sign}${end}`;
}

const leftPx = 78;
const rowPx = 40;
const boxHeightPx = 30;
const topPx = 22;

// #region draw-logs
/** One `<svg>`: the term above, the command below; in accent the marked. */
export function drawLogs(
  rows: readonly LogRow[],
  marked: Marked = [],
  widthPx = 456,
): string {
  const indexes = shown(rows, marked);
  const boxPx = Math.min(60, (widthPx - leftPx - 4) / indexes.length);
  const x = (at: number) => leftPx + at * boxPx;
  const numbers = indexes.map((index, at) =>
    label({ x: x(at) + boxPx / 2, y: 12 }, String(index), {
      class: marked.includes(index) ? "fill-accent" : "label-quiet",
      anchor: "middle",
    }),
  );
  const drawn = rows.flatMap((row, nth) => {
    const y = topPx + nth * rowPx;
    const boxes = indexes.flatMap((index, at) =>
      logBox(row, index, { x: x(at), y, width: boxPx }, marked),
    );
    const end = indexes.indexOf(row.commitIndex) + 1;
    const bar = end > 0 ? [commitBar(x(end), y)] : [];
    return [...title(row, y), ...boxes, ...bar];
  });
  const heightPx = topPx + rows.length * rowPx;
  return svg(widthPx, heightPx, [...numbers, ...drawn]);
}
// #endregion draw-logs

function title({ name, note }: LogRow, y: number): readonly string[] {
  const room = leftPx - 6;
  const strong = { class: "label-strong" };
  const quiet = { class: "label-quiet", sizePx: smallFontPx };
  return [
    label({ x: 0, y: y + 13 }, clipped(name, room), strong),
    label({ x: 0, y: y + 26 }, clipped(note, room, smallFontPx), quiet),
  ];
}

function logBox(
  row: LogRow,
  index: number,
  { x, y, width }: { x: number; y: number; width: number },
  marked: Marked,
): readonly string[] {
  const isMarked = marked.includes(index);
  const isGone = index <= row.compacted;
  const box = row.boxes[index - row.compacted - 1];
  const place = {
    x: x + 1.5,
    y,
    width: width - 3,
    height: boxHeightPx,
  };
  const color = isMarked ? "accent" : "ink";
  if (!box && !isGone && !isMarked) return [];
  const isFilled = index <= row.commitIndex;
  const isDashed = !isFilled || !box;
  const words = box
    ? entryWords(box, { x: x + width / 2, y, width })
    : [
        label(
          { x: x + width / 2, y: y + 19 },
          isGone ? "…" : "none",
          quiet,
        ),
      ];
  return [frame(place, color, { isFilled, isDashed }), ...words];
}

const quiet = {
  class: "label-quiet",
  anchor: "middle",
  sizePx: smallFontPx,
} as const;

/** The term above, what it says below. */
function entryWords(
  box: LogRow["boxes"][number],
  { x, y, width }: { x: number; y: number; width: number },
): readonly string[] {
  const look = { anchor: "middle" } as const;
  const words = clipped(box.words, width - 9, smallFontPx);
  const strong = { ...look, class: "label-strong", sizePx: fontPx };
  const small = { ...look, sizePx: smallFontPx };
  return [
    label({ x, y: y + 12.5 }, String(box.term), strong),
    label({ x, y: y + 25 }, words, small),
  ];
}

/** Where what is known to be committed ends. */
function commitBar(x: number, y: number): string {
  const ends = { x1: x, x2: x, y1: y - 4, y2: y + boxHeightPx + 4 };
  const look = { class: "stroke-blue", "stroke-width": "2.4" };
  return element("line", { ...look, ...ends });
}
