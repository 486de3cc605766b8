/** The breaker with what it counts, and under it how the calls of every second ended. */
import type { Bucket } from "../../code/timeouts/breaker.ts";
import type { Table } from "../../scripts/widget/contract.ts";
import { arrow, label, line, type Plot, plot, rect, svg } from "../draw.ts";
import { endS, type Guard, type Kind, sickFromS, tally, total } from "./simulate.ts";

const [widthPx, heightPx] = [456, 334];
const boxTop = 14;
const boxPx = 100;
const bars = { top: 166, heightPx: 104 };
const bandTop = bars.top + bars.heightPx + 35;
const centered = { "text-anchor": "middle" };

const boxes: { readonly [kind in Kind]: { readonly x: number; readonly width: number } } = {
  closed: { x: 1, width: 186 },
  open: { x: 217, width: 98 },
  "half-open": { x: 345, width: 110 },
};

const looks = {
  good: "fill-green",
  failed: "fill-accent",
  refused: "fill-none stroke-quiet",
} as const;

export function view(guard: Guard): string {
  const time = { label: "time, s", min: 0, max: endS, ticks: [0, 5, 10, 15, 20] };
  const p = plot(34, bars.top, 412, bars.heightPx, time, {
    label: "calls a second",
    min: 0,
    max: 100,
    ticks: [0, 25, 50, 75, 100],
  });
  return svg(
    widthPx,
    heightPx,
    ...(["closed", "open", "half-open"] as const).map((kind) => box(kind, guard.kind === kind)),
    ...ways(guard),
    ...closed(guard),
    ...open(guard),
    ...halfOpen(guard),
    sickness(guard, p),
    p.frame,
    ...guard.seconds.flatMap((counts, second) => bar(p, second, counts)),
    ...states(guard, p),
    ...key(bars.top - 7),
  );
}

function box(kind: Kind, isNow: boolean): string {
  const { x, width } = boxes[kind];
  const stroke = isNow ? "fill-none stroke-accent" : "fill-none stroke-rule";
  return (
    rect(x, boxTop, width, boxPx, { rx: 4, class: stroke, "stroke-width": isNow ? 2 : 1 }) +
    label(x + 9, boxTop + 17, kind, { class: isNow ? "label-strong" : "label-quiet" })
  );
}

/** The way that was gone last is strong. */
function ways({ changes }: Guard): readonly string[] {
  const [before, last] = [changes.at(-2)?.to ?? "closed", changes.at(-1)?.to ?? ""];
  const way = (from: Kind, to: Kind, at: readonly [number, number, number, number]) => {
    const isLast = before === from && last === to;
    return arrow(...at, isLast ? "accent" : "quiet", { "stroke-width": isLast ? 1.8 : 0.9 });
  };
  const [left, right, foot] = [94, 400, boxTop + boxPx + 18];
  const isLast = before === "half-open" && last === "closed";
  const back = {
    class: isLast ? "stroke-accent" : "stroke-quiet",
    "stroke-width": isLast ? 1.8 : 0.9,
  };
  return [
    way("closed", "open", [189, 60, 215, 60]),
    way("open", "half-open", [317, 46, 343, 46]),
    way("half-open", "open", [343, 78, 317, 78]),
    line(right, foot - 18, right, foot, back),
    line(right, foot, left, foot, back),
    way("half-open", "closed", [left, foot, left, foot - 16]),
    label((left + right) / 2, foot - 5, "probes good", { class: "label-quiet", ...centered }),
  ];
}

/** The window, oldest call first. */
function closed({ kind, closedWindow, params }: Guard): readonly string[] {
  const { x } = boxes.closed;
  const cells = Array.from({ length: params.window }, (_, at) =>
    result(x + 9 + 8.4 * (at % 20), boxTop + 24 + 8.8 * Math.floor(at / 20), closedWindow[at]),
  );
  const { failed, slow } = tally(closedWindow);
  const counted = `${failed} failed, ${slow} slow`;
  // After probes there is no window that it would have opened by.
  const last = closedWindow.length > 0 ? `${counted}, then one more` : "";
  const words = { closed: counted, open: last, "half-open": "" }[kind];
  const limits = `opens at ${params.threshold}% failed, 80% slow`;
  return [
    ...cells,
    label(x + 9, boxTop + 82, words, { class: kind === "closed" ? "" : "label-quiet" }),
    label(x + 9, boxTop + 95, limits, { class: "label-quiet" }),
  ];
}

/** A call that failed is full, one that was slow half full, a good one a dot; a place without one is hollow. */
function result(x: number, y: number, bucket: Bucket | undefined): string {
  const outline = rect(x + 0.4, y + 0.4, 6.2, 6.2, {
    class: `fill-none ${bucket ? "stroke-quiet" : "stroke-rule"}`,
    "stroke-width": 0.8,
  });
  if (!bucket) return outline;
  if (bucket.failed > 0) return rect(x, y, 7, 7, { class: "fill-accent" });
  if (bucket.slow > 0) return outline + rect(x, y + 3.5, 7, 3.5, { class: "fill-blue" });
  return outline + rect(x + 2, y + 2, 3, 3, { class: "fill-green" });
}

function open({ kind, untilMs, nowMs }: Guard): readonly string[] {
  const { x } = boxes.open;
  const quiet = { class: "label-quiet" };
  if (kind !== "open") return [label(x + 9, boxTop + 36, "refuses all calls", quiet)];
  const leftMs = untilMs - nowMs;
  return [
    label(x + 9, boxTop + 36, "refuses all calls"),
    label(x + 9, boxTop + 52, `until ${seconds(untilMs)} s,`),
    label(x + 9, boxTop + 66, leftMs > 0 ? `${seconds(leftMs)} s more` : "and the next call"),
  ];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

/** One square a probe: ended, under way, or still to be let through. */
function halfOpen({ kind, window, permitsLeft, params }: Guard): readonly string[] {
  const { x } = boxes["half-open"];
  const isNow = kind === "half-open";
  const ended = isNow ? window.length : 0;
  const under = isNow ? params.probes - permitsLeft - ended : 0;
  const squares = Array.from({ length: params.probes }, (_, at) => {
    const left = x + 9 + 9.3 * at;
    const y = boxTop + 27;
    if (isNow && at < ended) return result(left, y, window[at]);
    const isUnder = isNow && at < ended + under;
    return isUnder
      ? rect(left + 0.5, y + 0.5, 6, 6, { class: "fill-quiet" })
      : result(left, y, undefined);
  });
  const quiet = { class: isNow ? "" : "label-quiet" };
  return [
    ...squares,
    label(x + 9, boxTop + 52, isNow ? `${ended} ended,` : "a few probes,", quiet),
    label(x + 9, boxTop + 66, isNow ? `${under} under way,` : "judged together", quiet),
    label(x + 9, boxTop + 80, isNow ? `${permitsLeft} still to pass` : "", quiet),
  ];
}

function sickness({ params, nowMs }: Guard, p: Plot): string {
  const { sick, sickS } = params;
  if (sick === 0 || sickS === 0 || nowMs < sickFromS * 1000) return "";
  const [from, until] = [p.x(sickFromS), p.x(Math.min(sickFromS + sickS, endS))];
  return (
    rect(from, bars.top, until - from, bars.heightPx, { class: "fill-field" }) +
    label(from + 4, bars.top + 11, `${sick} of 10 hosts sick`, { class: "label-quiet" })
  );
}

function bar(p: Plot, second: number, counts: Guard["seconds"][number]): readonly string[] {
  const width = p.x(1) - p.x(0) - 6;
  let base = 0;
  return (["failed", "good", "refused"] as const).map((what) => {
    const from = base;
    base += counts[what];
    if (counts[what] === 0) return "";
    const attributes = { class: looks[what], "stroke-width": 0.7 };
    return rect(p.x(second) + 3, p.y(base), width, p.y(from) - p.y(base), attributes);
  });
}

/** The states so far: closed is hollow, open is full, half-open a stroke of blue. */
function states({ changes, nowMs }: Guard, p: Plot): readonly string[] {
  const spans = [{ atMs: 0, to: "closed" as Kind }, ...changes].map(({ atMs, to }, at) => {
    const until = p.x((changes[at]?.atMs ?? nowMs) / 1000);
    const x = p.x(atMs / 1000);
    const fill = { closed: "fill-paper", open: "fill-quiet", "half-open": "fill-blue" }[to];
    const look = { class: `${fill} stroke-ink`, "stroke-width": 0.6 };
    return rect(x, bandTop, Math.max(1.6, until - x), 10, look);
  });
  const entry = (x: number, fill: string, words: string) =>
    rect(x, bandTop + 16, 10, 8, { class: `${fill} stroke-ink`, "stroke-width": 0.6 }) +
    label(x + 15, bandTop + 24, words);
  return [
    ...spans,
    entry(34, "fill-paper", "closed"),
    entry(100, "fill-quiet", "open"),
    entry(158, "fill-blue", "half-open"),
  ];
}

function key(y: number): readonly string[] {
  const entry = (x: number, what: keyof typeof looks, name: string) => [
    rect(x, y - 8, 10, 9, { class: looks[what], "stroke-width": 0.7 }),
    label(x + 15, y, name),
  ];
  return [
    ...entry(126, "good", "answered"),
    ...entry(204, "failed", "failed at the host"),
    ...entry(320, "refused", "refused by the breaker"),
  ];
}

export function table(guard: Guard): Table {
  const { kind, window, params, untilMs, permitsLeft, changes } = guard;
  const { calls, failed, slow } = tally(window);
  const sum = total(guard.seconds);
  return {
    head: ["What", "Value"],
    rows: [
      ["Time", `${seconds(guard.nowMs)} s`],
      ["Hosts that fall sick at 5 s", `${params.sick} of 10, for ${params.sickS} s`],
      ["State of the breaker", kind],
      ["It is open until", kind === "open" ? `${seconds(untilMs)} s` : "not open"],
      ["Results that count now", `${calls}: ${failed} failed, ${slow} slow`],
      ["Probes still to pass", kind === "half-open" ? permitsLeft : "not half-open"],
      ["Calls answered so far", sum.good],
      ["Calls that failed at a host", sum.failed],
      ["Calls refused", sum.refused],
      ["Of these, since all hosts are well", guard.refusedInVain],
      ["Changes", changes.map(({ atMs, to }) => `${seconds(atMs)} ${to}`).join(", ") || "none"],
    ],
  };
}
