/** The dial and what is promised above; below, each request in the order of its end, and how long it took. */
import type { Level } from "../../code/consistency/levels.ts";
import type { Table } from "../../scripts/widget/contract.ts";
import { arrow, circle, element, label, line, type Point, polyline, rect, svg } from "../draw.ts";
import { requestLegend, requestMark } from "../request-marks.ts";
import { type Fate, names, type Run, wordsOf } from "./simulate.ts";

const [widthPx, heightPx] = [456, 396];
/** From left to right as in the chapter's dial: weak to strong. */
const marks: readonly Level[] = [
  "eventual",
  "monotonic-reads",
  "read-your-writes",
  "causal",
  "consistent-prefix",
  "sequential",
  "linearizable",
];
const [centerX, centerY, radius] = [158, 126, 76];
const middle = { "text-anchor": "middle" };

export function view(run: Run): string {
  return svg(widthPx, heightPx, ...dial(run), ...promiseList(run), ...requests(run));
}

// --- The dial ------------------------------------------------------------------------------------

function at(level: Level, distance: number): Point {
  const angle = Math.PI * (1 - marks.indexOf(level) / (marks.length - 1));
  const round = (value: number) => Math.round(value * 10) / 10;
  return [round(centerX + distance * Math.cos(angle)), round(centerY - distance * Math.sin(angle))];
}

function dial({ read, write }: Run): readonly string[] {
  const arc = Array.from({ length: 37 }, (_, nth): Point => {
    const angle = Math.PI * (1 - nth / 36);
    return [centerX + radius * Math.cos(angle), centerY - radius * Math.sin(angle)];
  });
  const isOne = read === write;
  return [
    polyline(arc, { class: "stroke-quiet", "stroke-width": 1.3 }),
    ...marks.flatMap((level) => [
      line(...at(level, radius - 4), ...at(level, radius + 4), {
        class: "stroke-ink",
        "stroke-width": 1.3,
      }),
      markLabel(level, level === read || level === write),
    ]),
    needle(read, isOne ? "reads and writes" : "reads", "ink", isOne ? 0 : 1),
    ...(isOne ? [] : [needle(write, "writes", "blue", 2)]),
    circle(centerX, centerY, 4, { class: "fill-ink" }),
  ];
}

function markLabel(level: Level, isChosen: boolean): string {
  const nth = marks.indexOf(level);
  const [x, y] = at(level, radius + 11);
  const anchor = nth < 3 ? "end" : nth === 3 ? "middle" : "start";
  return label(x, y + (nth === 3 ? 0 : 4), wordsOf(level), {
    class: isChosen ? "label-strong" : "label",
    "text-anchor": anchor,
  });
}

/** Where there are two, each is named below the dial, with a piece of its own line. */
function needle(level: Level, words: string, tone: string, nth: number): string {
  const [x, y] = at(level, radius - 8);
  const dash = tone === "blue" ? { "stroke-dasharray": "5 2" } : {};
  const key = centerX - 60 + 78 * (nth - 1);
  const name =
    nth === 0
      ? label(centerX, centerY + 20, words, { class: "label-quiet", ...middle })
      : line(key, centerY + 16, key + 18, centerY + 16, {
          class: `stroke-${tone}`,
          "stroke-width": 2,
          ...dash,
        }) + label(key + 24, centerY + 20, words, { class: "label-quiet" });
  return arrow(centerX, centerY, x, y, tone, { "stroke-width": 2, ...dash }) + name;
}

// --- Promises ------------------------------------------------------------------------------------

const listLeft = 330;

function promiseList({ fates }: Run): readonly string[] {
  const rows = names.flatMap((name, nth) => {
    const y = 34 + 15 * nth;
    return [
      fateMark(listLeft + 5, y, fates[name]),
      label(listLeft + 17, y + 4, wordsOf(name), {
        class: fates[name] === "broken" ? "label-strong" : "label",
      }),
    ];
  });
  return [
    label(listLeft, 16, "is this run", { class: "label-quiet" }),
    ...rows,
    ...(["kept by the setting", "kept so far", "broken"] as const).flatMap((fate, nth) => [
      fateMark(listLeft + 5, 146 + 13 * nth, fate),
      label(listLeft + 17, 150 + 13 * nth, fateWords[fate], { class: "label-quiet" }),
    ]),
  ];
}

const fateWords: { readonly [fate in Fate]: string } = {
  "kept by the setting": "yes, by the setting",
  "kept so far": "yes, so far, by luck",
  broken: "no longer",
};

function fateMark(x: number, y: number, fate: Fate): string {
  if (fate === "broken") {
    const stroke = { class: "stroke-accent", "stroke-width": 2 };
    return line(x - 4, y - 4, x + 4, y + 4, stroke) + line(x - 4, y + 4, x + 4, y - 4, stroke);
  }
  const filled = fate === "kept by the setting" ? "fill-green" : "fill-none";
  return circle(x, y, 3.8, { class: `${filled} stroke-green`, "stroke-width": 1.3 });
}

// --- Requests and their times --------------------------------------------------------------------

const [left, right, rowsTop, rowPx] = [34, 448, 204, 15];
const [barsTop, barsBottom, msMax] = [262, 340, 160];
const clients = ["c1", "c2", "c3"];

function requests(run: Run): readonly string[] {
  const { requests: all, now } = run;
  const slotPx = Math.min(13, (right - left) / Math.max(all.length, 1));
  const x = (nth: number) => Math.round((left + slotPx * (nth + 0.5)) * 10) / 10;
  const y = (ms: number) =>
    Math.round((barsBottom - (Math.min(ms, msMax) / msMax) * (barsBottom - barsTop)) * 10) / 10;
  const shown = all.slice(0, now);
  return [
    label(4, rowsTop - 12, "each request, as it ended, and how long it took", {
      class: "label-quiet",
    }),
    ...clients.flatMap((id, nth) => [
      label(4, rowsTop + 4 + rowPx * nth, id, { class: "label-strong" }),
      line(left, rowsTop + rowPx * nth, right, rowsTop + rowPx * nth, {
        class: "stroke-rule",
        "stroke-width": 0.8,
      }),
    ]),
    ...shown.map((one, nth) =>
      requestMark(x(nth), rowsTop + rowPx * clients.indexOf(one.client), one.op, one.answer),
    ),
    ...timeAxis(y),
    ...shown.flatMap((one, nth) => timeBar(x(nth), y(one.tookMs), one.op, one.tookMs > msMax)),
    ...legend(barsBottom + 20),
    label(4, barsBottom + 46, sumWords(run), { class: "label-strong" }),
  ];
}

function sumWords({ requests: all, now, stale, reads, readMs, writeMs }: Run): string {
  const last = all[now - 1];
  if (!last) return "no request has ended yet";
  const medians = `median read ${Math.round(readMs)} ms, write ${Math.round(writeMs)} ms`;
  const total = `${now} requests in ${Math.round(last.endMs)} ms`;
  return `${medians}; ${stale} of ${reads} reads stale; ${total}`;
}

function timeAxis(y: (ms: number) => number): readonly string[] {
  return [0, 40, 80, 120, 160].flatMap((ms) => [
    line(left, y(ms), right, y(ms), { class: "stroke-rule", "stroke-width": 0.7 }),
    label(left - 6, y(ms) + 3.7, ms === 160 ? "160 ms" : String(ms), {
      class: "label-quiet halo",
      "text-anchor": ms === 160 ? "start" : "end",
      ...(ms === 160 ? { x: 4 } : {}),
    }),
  ]);
}

/** A read is filled, a write hollow; one that is longer than the axis ends in an open top. */
function timeBar(x: number, y: number, op: "read" | "write", isLonger: boolean): readonly string[] {
  const attributes =
    op === "read"
      ? { class: "fill-blue stroke-blue", "stroke-width": 1 }
      : { class: "fill-paper stroke-blue", "stroke-width": 1 };
  return [
    rect(x - 2.8, y, 5.6, Math.round((barsBottom - y) * 10) / 10, attributes),
    ...(isLonger ? [label(x, y - 1, "…", { class: "label-strong", ...middle })] : []),
  ];
}

function legend(y: number): readonly string[] {
  return [
    ...requestLegend(y, [
      [8, "read", "fresh", "read"],
      [58, "write", "fresh", "write"],
      [112, "read", "stale", "stale read"],
      [190, "read", "refused", "given up"],
    ]),
    element("g", {}, ...timeKey(262, y)),
  ];
}

function timeKey(x: number, y: number): readonly string[] {
  return [
    rect(x, y - 5, 6, 10, { class: "fill-blue stroke-blue", "stroke-width": 1 }),
    label(x + 12, y + 4, "time of a read", { class: "label-quiet" }),
    rect(x + 92, y - 5, 6, 10, { class: "fill-paper stroke-blue", "stroke-width": 1 }),
    label(x + 104, y + 4, "of a write", { class: "label-quiet" }),
  ];
}

export function table(run: Run): Table {
  const { read, write, requests: all, now, fates, stale, reads, readMs, writeMs } = run;
  const newest = all[now - 1];
  return {
    head: ["What", "Value"],
    rows: [
      ["Reads are set to", wordsOf(read)],
      ["Writes are set to", wordsOf(write)],
      [
        "Last request",
        newest
          ? `${newest.client}, ${newest.op} of ${newest.key} at ${newest.replica}: ${newest.value}, ${newest.answer}, ${Math.round(newest.tookMs)} ms`
          : "none yet",
      ],
      ["Stale reads", `${stale} of ${reads}`],
      ["Median of reads", `${Math.round(readMs)} ms`],
      ["Median of writes", `${Math.round(writeMs)} ms`],
      ...names.map((name) => [`Guarantee: ${wordsOf(name)}`, fates[name]]),
    ],
  };
}
