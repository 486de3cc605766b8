/** Above, the run as a space-time diagram, one row a moment; below, true time: who holds locks, and for how long. */
import type { Table } from "../../scripts/widget/contract.ts";
import { circle, cross, label, line, plot, rect, ring, svg } from "../draw.ts";
import { firstShown, flight, type Rows, times } from "../moment-rows.ts";
import { type Commit, type Moment, nodeIds, type Standing } from "./simulate.ts";

const heads = ["p1: Bob’s account", "c: coordinator", "p2: Joe’s account"];
const [widthPx, heightPx] = [456, 424];
const [top, bottom] = [56, 322];
const rowsMax = 26;

type Sheet = Rows<Moment>;

export function view({ moments, now }: Commit): string {
  const from = firstShown(moments.length, now, rowsMax);
  const all = moments.slice(from, from + rowsMax);
  const places = rows(all);
  const pitch = Math.min(15, (bottom - top) / (places.at(-1) ?? 1));
  const shown = moments.slice(from, now + 1);
  const y = (at: number) => top + pitch * ((places[Math.floor(at)] ?? all.length) + (at % 1));
  const sheet: Sheet = { shown, y };
  return svg(
    widthPx,
    heightPx,
    ...nodeIds.flatMap((id, at) => head(id, heads[at] ?? "", moments[now])),
    ...nodeIds.map((id) => lifeline(id, sheet)),
    ...times(sheet, 36),
    ...messages(sheet),
    ...shown.map((moment, at) => mark(moment, sheet.y(at), at === shown.length - 1)),
    clock(moments, now),
  );
}

/** Place of each row, in rows: a fold has some room round it. */
function rows(moments: readonly Moment[]): readonly number[] {
  const places: number[] = [];
  for (const [at, { kind }] of moments.entries()) {
    const isFold = kind === "fold" || moments[at - 1]?.kind === "fold";
    places.push(at === 0 ? 0 : (places.at(-1) ?? 0) + (isFold ? 1.5 : 1));
  }
  return places;
}

function x(id: string): number {
  return 118 + 126 * nodeIds.indexOf(id);
}

function head(id: string, name: string, moment: Moment | undefined): readonly string[] {
  const standing = moment?.after[id];
  const middle = { "text-anchor": "middle" };
  const tone = standing?.locks === "in doubt" ? "label-strong fill-accent" : "label";
  return [
    label(x(id), 12, name, { ...middle, class: "label-strong" }),
    label(x(id), 26, standing ? stands(id, standing) : "", { ...middle, class: tone }),
    label(x(id), 39, `log: ${standing?.log ?? "empty"}`, { ...middle, class: "label-quiet" }),
  ];
}

const chief: { readonly [phase: string]: string } = {
  idle: "knows of no transaction",
  voting: "collects votes",
};

function stands(id: string, { isUp, phase, locks }: Standing): string {
  if (!isUp) return locks === "in doubt" ? "down, rows locked" : "down";
  if (locks === "in doubt") return "in doubt, holds locks";
  if (locks === "free to go") return "holds locks, may abort";
  if (id === "c")
    return phase === "committed" || phase === "aborted"
      ? `decided: ${phase}`
      : (chief[phase] ?? phase);
  return phase;
}

/** The line of a node, dashed while it is down; on it a bar while it holds locks. */
function lifeline(id: string, { shown, y }: Sheet): string {
  const last = shown.length - 1;
  const end = (at: number) => (at > last ? y(last) + 7 : y(at));
  const before = line(x(id), top - 10, x(id), y(0), { class: "stroke-rule", "stroke-width": 1.4 });
  const pieces = alike(shown, id).map(({ from, to, standing }) => {
    const look = standing.isUp ? "stroke-rule" : "stroke-accent dashed";
    const thread = line(x(id), y(from), x(id), end(to), { class: look, "stroke-width": 1.4 });
    return thread + lockBar(standing, x(id) - 3.5, y(from), 7, end(to) - y(from));
  });
  return before + pieces.join("");
}

type Stretch = { readonly from: number; readonly to: number; readonly standing: Standing };

/** Moments in a row between which nothing changes that a line or a bar would show. */
function alike(moments: readonly Moment[], id: string): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (const [at, { after }] of moments.entries()) {
    const standing = after[id];
    const last = stretches.at(-1);
    if (!standing) continue;
    if (last?.standing.isUp === standing.isUp && last.standing.locks === standing.locks)
      stretches[stretches.length - 1] = { ...last, to: at + 1 };
    else stretches.push({ from: at, to: at + 1, standing });
  }
  return stretches;
}

/** Pale blue while the holder may still abort, solid while it is in doubt, pale red while only its log holds them. */
function lockBar(
  standing: Standing | undefined,
  left: number,
  y: number,
  width: number,
  height: number,
): string {
  if (!standing || standing.locks === "none") return "";
  if (standing.locks === "in doubt")
    return rect(left, y, width, height, {
      class: "fill-accent",
      "fill-opacity": standing.isUp ? 0.85 : 0.4,
    });
  return rect(left, y, width, height, { class: "fill-blue", "fill-opacity": 0.25 });
}

/** A message that has not arrived yet has gone a part of its way. */
function messages({ shown, y }: Sheet): readonly string[] {
  const arrived = new Map(shown.flatMap(({ ends }, at) => ends.map((id) => [id, at] as const)));
  const last = shown.length - 1;
  return shown.flatMap(({ starts, node, to, word }, at) =>
    starts.map((id, nth) => {
      const dest = to.split(" ")[nth] ?? "c";
      const end = arrived.get(id);
      const isNew = at === last || end === last;
      return drawn(x(node), y(at), x(dest), end, { y, at, word, isNew, dest, shown });
    }),
  );
}

type Way = Sheet & {
  readonly at: number;
  readonly word: string;
  readonly isNew: boolean;
  readonly dest: string;
};

function drawn(
  fromX: number,
  fromY: number,
  toX: number,
  end: number | undefined,
  way: Way,
): string {
  const { y, at, word, isNew, dest, shown } = way;
  const isLost = end !== undefined && shown[end]?.after[dest]?.isUp === false;
  const part = end === undefined ? 0.4 : 1;
  const { drawn: shaft, tip } = flight({
    from: [fromX, fromY],
    to: [toX, y(end ?? at + 2.5)],
    part,
    isLost,
    isNew,
  });
  const isFar = Math.abs(toX - fromX) > 200;
  const [middleX, middleY] = [(fromX + tip[0]) / 2, (fromY + tip[1]) / 2];
  const words = word === "ask" || isFar || part < 1 ? "" : word;
  const strong = isNew ? "label-strong halo" : "label halo";
  const name = words
    ? label(middleX, middleY - 3, words, { class: strong, "text-anchor": "middle" })
    : "";
  return shaft + name;
}

/** What happens on one node: a write, a crash, a return, a question; on the outer side, and beside the coordinator. */
function mark({ kind, node, word, times: count, to }: Moment, y: number, isNow: boolean): string {
  const weight = isNow ? "label-strong halo" : "label halo";
  const side = node === "p1" ? -1 : 1;
  const beside = (text: string, tone = "") =>
    label(x(node) + 10 * side, y + 3.7, text, {
      class: `${weight} ${tone}`,
      "text-anchor": side < 0 ? "end" : "start",
    });
  switch (kind) {
    case "write":
      return beside(word) + rect(x(node) - 4, y - 4, 8, 8, { class: "fill-ink" });
    case "crash":
      return beside("crash", "fill-accent") + cross(x(node), y);
    case "back":
      return beside("is back") + ring(x(node), y);
    case "ask":
      return beside(word === "ask" ? "asks" : "") + circle(x(node), y, 3, { class: "fill-ink" });
    case "fold": {
      const rounds = `… ${Math.ceil(count / to.split(" ").length)} more rounds in vain …`;
      return label(x("c"), y + 3.7, rounds, { class: weight, "text-anchor": "middle" });
    }
    default:
      return "";
  }
}

// --- True time -----------------------------------------------------------------------------------

type Span = { readonly fromMs: number; readonly toMs: number; readonly standing: Standing };

function spans(moments: readonly Moment[], now: number, id: string): readonly Span[] {
  const atMs = (at: number) => moments[Math.min(at, now)]?.atMs ?? 0;
  return alike(moments.slice(0, now + 1), id)
    .map(({ from, to, standing }) => ({ fromMs: atMs(from), toMs: atMs(to), standing }))
    .filter(({ fromMs, toMs }) => toMs > fromMs);
}

export function doubtMs(moments: readonly Moment[], now: number, id: string): number {
  return spans(moments, now, id)
    .filter(({ standing }) => standing.locks === "in doubt")
    .reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}

function clock(moments: readonly Moment[], now: number): string {
  const lastMs = moments.at(-1)?.atMs ?? 0;
  const max = [40, 80, 200, 400, 600, 800, 1000, 1200, 1600].find((ms) => ms >= lastMs) ?? 2000;
  const ticks = [0, 1, 2, 3, 4].map((nth) => (nth * max) / 4);
  const [left, upper, wide, high] = [84, 342, 250, 48];
  const { frame, x: place } = plot(
    left,
    upper,
    wide,
    high,
    { label: "ms", min: 0, max, ticks },
    { label: "", min: 0, max: 3, ticks: [] },
  );
  const rows = nodeIds.map((id, at) => {
    const y = upper + 3 + 16 * at;
    const bars = spans(moments, now, id).map((span) => bar(id, span, place, y));
    const held = id === "c" ? null : Math.round(doubtMs(moments, now, id));
    return bars.join("") + labels(id, held, left - 8, left + wide + 12, y + 9);
  });
  const at = place(moments[now]?.atMs ?? 0);
  const present = line(at, upper - 6, at, upper + high, {
    class: "stroke-ink",
    "stroke-width": 1.2,
  });
  return frame + rows.join("") + present;
}

/** What the row of the clock is about, and what it comes to. */
function labels(id: string, heldMs: number | null, left: number, right: number, y: number): string {
  const name = heldMs === null ? "coordinator" : `locks of ${id}`;
  const words = heldMs === null ? "" : heldMs > 0 ? `in doubt ${heldMs} ms` : "not in doubt";
  const look = { class: heldMs ? "label-strong fill-accent" : "label-quiet" };
  return label(left, y, name, { "text-anchor": "end" }) + label(right, y, words, look);
}

function bar(id: string, span: Span, place: (ms: number) => number, y: number): string {
  const { fromMs, toMs, standing } = span;
  const [left, width] = [place(fromMs), Math.max(place(toMs) - place(fromMs), 0.8)];
  if (id !== "c") return lockBar(standing, left, y, width, 11);
  const look = standing.isUp ? "stroke-ink" : "stroke-accent dashed";
  return line(left, y + 5.5, left + width, y + 5.5, {
    class: look,
    "stroke-width": standing.isUp ? 3 : 1.4,
  });
}

export function table({ moments, now }: Commit): Table {
  const present = moments[now];
  const held = (id: string) => `${Math.round(doubtMs(moments, now, id))} ms`;
  return {
    head: ["Node", "Stands", "Log", "Locks", "In doubt for"],
    rows: nodeIds.map((id) => {
      const standing = present?.after[id];
      if (!standing) return [id, "", "", "", ""];
      const locks =
        id === "c" ? "has none" : standing.locks === "none" ? "none" : `held, ${standing.locks}`;
      const time = id === "c" ? "never" : held(id);
      return [id === "c" ? "coordinator" : id, stands(id, standing), standing.log, locks, time];
    }),
  };
}
