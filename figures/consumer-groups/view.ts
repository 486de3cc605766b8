/** Time to the right: who reads each partition, how each member stands; beside it how far the group is behind. */
import type { Table } from "../../scripts/widget/contract.ts";
import { circle, label, line, rect, svg } from "../draw.ts";
import { type Change, type Group, members, partitionsOf } from "./simulate.ts";

const [widthPx, heightPx] = [456, 262];
const axis = { left: 62, right: 336 };
const lagColumn = { x: 362, perRecordPx: 5, recordsMax: 14 };
const partition = { top: 24, pitch: 17, height: 13 };
const lane = { top: 152, pitch: 16, height: 9 };
const axisY = 222;

const fills: { readonly [member: string]: string } = {
  c1: "fill-field stroke-ink",
  c2: "fill-paper stroke-blue",
  c3: "fill-paper stroke-green",
  c4: "fill-field stroke-accent",
};

export function view(state: Group): string {
  const { changes, agains, nowMs, lags } = state;
  const shown = changes.filter(({ atMs }) => atMs <= nowMs);
  const x = scaleOf(state);
  return svg(
    widthPx,
    heightPx,
    ...timeAxis(state, x),
    label(axis.left, 14, "who reads", { class: "label-strong" }),
    label(lagColumn.x, 14, "lag, records", { class: "label-strong" }),
    label(axis.right, 14, `generation ${shown.at(-1)?.generation ?? 0}`, {
      "text-anchor": "end",
      class: "label-quiet",
    }),
    ...lags.flatMap((lag, n) => [
      label(0, rowOf(n) + 10, `partition ${n}`),
      ...readerBars(shown, n, nowMs, x),
      ...lagBar(lag, rowOf(n)),
    ]),
    label(axis.left, lane.top - 8, "how the members stand", { class: "label-strong halo" }),
    ...members.flatMap((id, n) => memberLane(shown, id, lane.top + n * lane.pitch, nowMs, x)),
    ...agains
      .filter(({ atMs }) => atMs <= nowMs)
      .map(({ atMs, partition: n }) =>
        circle(x(atMs), rowOf(n) + 6.5, 4, {
          class: "fill-accent stroke-paper",
          "stroke-width": 1,
        }),
      ),
    ...counters(state),
    ...keyOfMarks(),
  );
}

type Scale = (ms: number) => number;

function scaleOf({ changes, endMs }: Group): Scale {
  const start = changes[0]?.atMs ?? 0;
  const perMs = (axis.right - axis.left) / Math.max(endMs - start, 1);
  return (ms) => Math.round(100 * (axis.left + (ms - start) * perMs)) / 100;
}

function rowOf(n: number): number {
  return partition.top + n * partition.pitch;
}

type Span = { readonly words: string; readonly fromMs: number; readonly toMs: number };

/** Stretches of time in which a thing keeps its name. */
function spansOf(
  changes: readonly Change[],
  nowMs: number,
  wordsOf: (change: Change) => string,
): readonly Span[] {
  const starts = changes.filter((change, at) => {
    const before = changes[at - 1];
    return before === undefined || wordsOf(change) !== wordsOf(before);
  });
  return starts.map((change, at) => ({
    words: wordsOf(change),
    fromMs: change.atMs,
    toMs: starts[at + 1]?.atMs ?? nowMs,
  }));
}

/** A bar for each reader; two that both believe to be it share the height; a dashed line where nobody is. */
function readerBars(
  changes: readonly Change[],
  n: number,
  nowMs: number,
  x: Scale,
): readonly string[] {
  const readers = ({ readers: all, standing }: Change) =>
    (all[n] ?? []).map((id) => (standing[id] === "paused" ? `${id}?` : id)).join(" ");
  return spansOf(changes, nowMs, readers).flatMap(({ words, fromMs, toMs }) => {
    const y = rowOf(n);
    const [left, width] = [x(fromMs), Math.max(x(toMs) - x(fromMs), 1.5)];
    const ids = words === "" ? [] : words.split(" ");
    if (ids.length === 0) return [noReader(left, y + 6.5, width)];
    const height = partition.height / ids.length;
    return ids.flatMap((id, at) => bar(id, left, y + at * height, width, height));
  });
}

function noReader(left: number, y: number, width: number): string {
  return line(left, y, left + width, y, { class: "stroke-accent dashed", "stroke-width": 1.6 });
}

/** Of one who stands still and believes that it reads, an empty bar. */
function bar(id: string, x: number, y: number, width: number, height: number): readonly string[] {
  const name = id.slice(0, 2);
  const isAsleep = id.endsWith("?");
  const look = isAsleep ? "fill-none stroke-quiet dashed" : (fills[name] ?? "");
  const box = rect(x, y, width, height, { class: look, "stroke-width": 1.1 });
  if (width < 15 || height < 10) return [box];
  const words = isAsleep ? (width < 44 ? "" : `${name}, asleep`) : name;
  const middle = { "text-anchor": "middle", "font-size": 9.4 };
  return words === "" ? [box] : [box, label(x + width / 2, y + height / 2 + 3.5, words, middle)];
}

function lagBar(lag: number, y: number): readonly string[] {
  const width = Math.min(lag, lagColumn.recordsMax) * lagColumn.perRecordPx;
  return [
    rect(lagColumn.x, y + 2, width, 9, { class: lag > 3 ? "fill-accent" : "fill-quiet" }),
    label(lagColumn.x + width + 5, y + 10.5, String(lag), { class: lag > 3 ? "label-strong" : "" }),
  ];
}

function memberLane(
  changes: readonly Change[],
  id: string,
  y: number,
  nowMs: number,
  x: Scale,
): readonly string[] {
  const spans = spansOf(changes, nowMs, ({ standing }) => standing[id] ?? "down");
  const isHere = spans.some(({ words }) => words !== "down");
  return [
    label(axis.left - 8, y + 8.5, id, {
      "text-anchor": "end",
      class: isHere ? "label-strong" : "label-quiet",
    }),
    ...spans.flatMap((span, at) => laneBar(span, at > 0, id, y, x)),
  ];
}

function laneBar({ words, fromMs, toMs }: Span, wasUp: boolean, id: string, y: number, x: Scale) {
  const [left, width] = [x(fromMs), Math.max(x(toMs) - x(fromMs), 1.5)];
  if (words === "down")
    return wasUp ? [label(left + 2, y + 9, "×", { class: "label-strong" })] : [];
  const middle = y + lane.height / 2;
  if (words === "paused")
    return [line(left, middle, left + width, middle, { class: "stroke-quiet", "stroke-width": 2 })];
  const look = words === "joining" ? "fill-none stroke-quiet dashed" : (fills[id] ?? "");
  return [rect(left, y, width, lane.height, { class: look, "stroke-width": 1.1 })];
}

function timeAxis({ changes, endMs, nowMs }: Group, x: Scale): readonly string[] {
  const start = changes[0]?.atMs ?? 0;
  const pitch = endMs - start > 900 ? 400 : endMs - start > 450 ? 200 : 100;
  const first = Math.ceil(start / pitch) * pitch;
  const ticks = Array.from(
    { length: Math.floor((endMs - first) / pitch) + 1 },
    (_, n) => first + n * pitch,
  );
  return [
    line(axis.left, axisY, axis.right, axisY, { class: "stroke-ink", "stroke-width": 1 }),
    ...ticks.flatMap((ms) => [
      line(x(ms), axisY, x(ms), axisY + 4, { class: "stroke-ink", "stroke-width": 1 }),
      label(x(ms), axisY + 15, `${ms} ms`, { "text-anchor": "middle" }),
    ]),
    line(x(nowMs), partition.top - 4, x(nowMs), axisY, { class: "stroke-rule", "stroke-width": 1 }),
  ];
}

function counters({ agains, nowMs, idleMs, undone }: Group): readonly string[] {
  const again = agains
    .filter(({ atMs }) => atMs <= nowMs)
    .reduce((sum, { records }) => sum + records, 0);
  const strong = { class: "label-strong" };
  return [
    label(lagColumn.x, 160, "no reader for"),
    label(lagColumn.x, 174, `${Math.round(idleMs)} partition-ms`, strong),
    label(lagColumn.x, 192, "work done again"),
    label(lagColumn.x, 206, `${again} ${again === 1 ? "record" : "records"}`, strong),
    label(lagColumn.x, 224, "committed, not done"),
    label(lagColumn.x, 238, `${undone} ${undone === 1 ? "record" : "records"}`, strong),
  ];
}

function keyOfMarks(): readonly string[] {
  const y = 255;
  return [
    noReader(axis.left, y - 4, 22),
    label(axis.left + 28, y, "no reader"),
    circle(axis.left + 96, y - 4, 4, { class: "fill-accent" }),
    label(axis.left + 105, y, "done again"),
    rect(axis.left + 172, y - 9, 20, 9, {
      class: "fill-none stroke-quiet dashed",
      "stroke-width": 1.1,
    }),
    label(axis.left + 198, y, "joins"),
    label(axis.left + 236, y, "×", { class: "label-strong" }),
    label(axis.left + 247, y, "dies"),
  ];
}

export function table(state: Group): Table {
  const { changes, agains, nowMs, lags, idleMs, undone } = state;
  const now = changes.filter(({ atMs }) => atMs <= nowMs).at(-1);
  const words = { down: "is not running", paused: "stands still", joining: "joins", in: "is in" };
  const past = agains.filter(({ atMs }) => atMs <= nowMs);
  return {
    head: ["What", "Reader or state", "Lag, records"],
    rows: [
      ...lags.map((lag, n) => [`Partition ${n}`, now?.readers[n]?.join(", ") || "nobody", lag]),
      ...members.map((id) => {
        const reads = now ? partitionsOf(now, id).join(", ") : "";
        const standing = words[now?.standing[id] ?? "down"];
        return [`Member ${id}`, reads ? `${standing}, reads ${reads}` : standing, ""];
      }),
      ["Generation", now?.generation ?? 0, ""],
      ["Without a reader, partitions times ms", Math.round(idleMs), ""],
      ["Records done again", past.reduce((sum, { records }) => sum + records, 0), ""],
      ["Committed, not done", undone, ""],
    ],
  };
}
