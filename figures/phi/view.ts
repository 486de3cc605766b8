/** Above, suspicion over time; below, the curve that it is read from, through the intervals remembered now. */
import { phi, phiExponential, type Window } from "../../code/detectors/accrual.ts";
import type { Table } from "../../scripts/widget/contract.ts";
import { circle, label, line, type Plot, plot, polyline, rect, svg } from "../draw.ts";
import {
  crashAtMs,
  deviationMsMin,
  endMs,
  foundMs,
  levelOf,
  type Moment,
  pauseAtMs,
  type Watch,
  windowWords,
  wrongs,
} from "./simulate.ts";

const [widthPx, heightPx] = [456, 420];
const [left, wide, levelMax] = [54, 388, 12];

export function view(watch: Watch): string {
  return svg(widthPx, heightPx, ...status(watch), ...overTime(watch), ...bySilence(watch));
}

function present({ moments, now }: Watch): Moment {
  const moment = moments[now];
  if (!moment) throw new Error("a step of the run");
  return moment;
}

function status(watch: Watch): readonly string[] {
  const { atMs, level, window } = present(watch);
  const words = opinion(watch);
  const isBad = words !== "n1 trusts n2";
  return [
    label(left, 13, words, { class: `label-strong${isBad ? " fill-accent" : ""}` }),
    label(246, 13, `wrong so far: ${wrongs(watch.moments.slice(0, watch.now + 1))}`, {
      class: "label-quiet",
      "text-anchor": "middle",
    }),
    label(
      left + wide,
      13,
      `silent ${Math.round(atMs - window.lastMs)} ms: phi ${level.toFixed(1)}`,
      {
        "text-anchor": "end",
      },
    ),
  ];
}

function opinion({ moments, now }: Watch): string {
  const past = moments.slice(0, now + 1);
  const last = past.findLast(({ kind }) => kind === "suspect" || kind === "trust");
  if (last?.kind !== "suspect") return "n1 trusts n2";
  const isDead = past.some(({ kind }) => kind === "crash");
  return isDead ? "n1 suspects n2, rightly" : "n1 suspects n2, wrongly";
}

// --- Over time -----------------------------------------------------------------------------------

function overTime(watch: Watch): readonly string[] {
  const { params, looks, beats } = watch;
  const { atMs } = present(watch);
  const ticks = [0, 2, 4, 6, 8, 10, 12];
  const xAxis = { label: "s", min: 0, max: endMs / 1000, ticks };
  const yAxis = { label: "phi", min: 0, max: levelMax, ticks: [0, 4, 8, 12] };
  const upper = plot(left, 62, wide, 106, xAxis, yAxis);
  const seen = looks.filter((look) => look.atMs <= atMs);
  const points = seen.map(
    (look) => [upper.x(look.atMs / 1000), upper.y(Math.min(look.level, levelMax))] as const,
  );
  return [
    upper.frame,
    threshold(params.threshold, upper, endMs / 1000),
    ...events(watch, upper),
    polyline(points, { class: "stroke-accent", "stroke-width": 1.2 }),
    label(left - 6, 33, "suspects", { "text-anchor": "end" }),
    label(left - 6, 46, "hears", { "text-anchor": "end" }),
    ...suspicions(watch, upper),
    ...beats
      .filter((beat) => beat <= atMs)
      .map((beat) =>
        line(upper.x(beat / 1000), 39, upper.x(beat / 1000), 46, {
          class: "stroke-blue",
          "stroke-width": 1,
        }),
      ),
  ];
}

function threshold(level: number, { x, y }: Plot, end: number): string {
  const look = { class: "stroke-ink dashed", "stroke-width": 1 };
  return line(x(0), y(level), x(end), y(level), look);
}

/** The pause, as far as it has come, and the crash. */
function events(watch: Watch, { x }: Plot): readonly string[] {
  const { pauseMs, crashes } = watch.params;
  const { atMs } = present(watch);
  const untilMs = Math.min(atMs, pauseAtMs + pauseMs);
  const shown: string[] = [];
  if (pauseMs > 0 && atMs >= pauseAtMs)
    shown.push(
      rect(x(pauseAtMs / 1000), 36, Math.max(x(untilMs / 1000) - x(pauseAtMs / 1000), 1.5), 132, {
        class: "fill-rule",
        "fill-opacity": 0.55,
      }),
      label(x(pauseAtMs / 1000) - 5, 84, "n2 stands still", {
        class: "label halo",
        "text-anchor": "end",
      }),
    );
  if (crashes && atMs >= crashAtMs)
    shown.push(
      line(x(crashAtMs / 1000), 36, x(crashAtMs / 1000), 168, {
        class: "stroke-accent",
        "stroke-width": 1.6,
      }),
      label(x(crashAtMs / 1000) - 5, 84, "n2 crashes", {
        class: "label halo",
        "text-anchor": "end",
      }),
    );
  return shown;
}

/** Hollow while wrong, filled while right. */
function suspicions(watch: Watch, { x }: Plot): readonly string[] {
  const { atMs: nowMs } = present(watch);
  const past = watch.moments.slice(0, watch.now + 1);
  return past.flatMap(({ kind, atMs }, at) => {
    if (kind !== "suspect") return [];
    const endsMs = past.slice(at).find((moment) => moment.kind === "trust")?.atMs ?? nowMs;
    const crashMs = past.find((moment) => moment.kind === "crash")?.atMs ?? nowMs;
    const wrongMs = Math.min(endsMs, Math.max(crashMs, atMs));
    return [
      span(x(atMs / 1000), x(wrongMs / 1000), "fill-paper stroke-accent"),
      span(x(Math.max(wrongMs, atMs) / 1000), x(endsMs / 1000), "fill-accent stroke-accent"),
    ];
  });
}

function span(from: number, to: number, look: string): string {
  if (to <= from) return "";
  return rect(from, 24, Math.max(to - from, 3.5), 9, { class: look, "stroke-width": 1.2 });
}

// --- By silence ----------------------------------------------------------------------------------

type Curve = (window: Window, atMs: number) => number;

const curves: { readonly [name: string]: Curve } = {
  normal: (window, atMs) => phi(window, atMs, deviationMsMin),
  exponential: phiExponential,
};

/** The silence after which a curve passes the threshold. */
function passesMs(curve: Curve, { intervalsMs }: Window, level: number): number {
  const window = { lastMs: 0, intervalsMs };
  let [low, high] = [0, 60_000];
  while (high - low > 0.5) {
    const middle = (low + high) / 2;
    if (curve(window, middle) > level) high = middle;
    else low = middle;
  }
  return high;
}

function bySilence(watch: Watch): readonly string[] {
  const { params, moments } = watch;
  const { atMs, window } = present(watch);
  const normal = curves.normal as Curve;
  const longest = Math.max(...moments.map((one) => passesMs(normal, one.window, params.threshold)));
  const max = [400, 600, 1000, 1600, 2000, 4000].find((ms) => ms >= 1.4 * longest) ?? 10_000;
  const ticks = [0, 1, 2, 3, 4].map((nth) => (nth * max) / 4);
  const xAxis = { label: "silence since the last heartbeat, ms", min: 0, max, ticks };
  const yAxis = {
    label: "phi; bars: the intervals that n1 remembers now",
    min: 0,
    max: levelMax,
    ticks: [0, 4, 8, 12],
  };
  const lower = plot(left, 232, wide, 116, xAxis, yAxis);
  const silentMs = atMs - window.lastMs;
  const level = levelOf(params, { ...window, lastMs: 0 }, silentMs);
  const isOff = silentMs > max || level > levelMax;
  return [
    ...bars(window, lower, max),
    lower.frame,
    threshold(params.threshold, lower, max),
    ...Object.entries(curves).map(([name, curve]) =>
      drawn(curve, window, lower, max, name === params.curve, name === "normal"),
    ),
    isOff ? "" : circle(lower.x(silentMs), lower.y(level), 4.2, { class: "fill-ink" }),
    ...legend(watch),
  ];
}

function bars({ intervalsMs }: Window, { x, y }: Plot, max: number): readonly string[] {
  const bins = 50;
  const counts = Array.from({ length: bins }, (_, bin) => {
    const [from, to] = [(bin * max) / bins, ((bin + 1) * max) / bins];
    return intervalsMs.filter((ms) => ms >= from && ms < to).length;
  });
  const most = Math.max(1, ...counts);
  return counts.map((count, bin) => {
    const height = (count / most) * 48;
    const look = { class: "fill-blue", "fill-opacity": 0.25 };
    return count === 0
      ? ""
      : rect(x((bin * max) / bins) + 0.5, y(0) - height, wide / bins - 1, height, look);
  });
}

function drawn(
  curve: Curve,
  { intervalsMs }: Window,
  { x, y }: Plot,
  max: number,
  isChosen: boolean,
  isNormal: boolean,
): string {
  const window = { lastMs: 0, intervalsMs };
  const points = Array.from({ length: 161 }, (_, at) => (at * max) / 160)
    .map((ms) => [ms, curve(window, ms)] as const)
    .filter(([, level]) => level <= levelMax);
  const tone = isNormal ? "stroke-accent" : "stroke-blue";
  return polyline(
    points.map(([ms, level]) => [x(ms), y(level)]),
    { class: isChosen ? tone : `${tone} dashed`, "stroke-width": isChosen ? 2 : 1.2 },
  );
}

/** Solid is the curve that the detector goes by. */
function legend(watch: Watch): readonly string[] {
  const { params } = watch;
  const { window } = present(watch);
  return Object.entries(curves).flatMap(([name, curve], nth) => {
    const from = 8 + 216 * nth;
    const tone = name === "normal" ? "stroke-accent" : "stroke-blue";
    const isChosen = name === params.curve;
    const ms = passesMs(curve, window, params.threshold);
    const time = ms > 1000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`;
    return [
      line(from, 404, from + 22, 404, {
        class: isChosen ? tone : `${tone} dashed`,
        "stroke-width": isChosen ? 2 : 1.2,
      }),
      label(from + 28, 407.7, `${name}: passes ${params.threshold} after ${time}`, {
        class: isChosen ? "label-strong" : "label",
      }),
    ];
  });
}

export function table(watch: Watch): Table {
  const { params, moments, now } = watch;
  const { atMs, level, window } = present(watch);
  const past = moments.slice(0, now + 1);
  const afterMs = foundMs(past);
  return {
    head: ["What", "Value"],
    rows: [
      ["Time", `${(atMs / 1000).toFixed(2)} s`],
      ["Opinion", opinion(watch)],
      ["Silence since the last heartbeat", `${Math.round(atMs - window.lastMs)} ms`],
      ["phi", level.toFixed(1)],
      ["Intervals in the window", `${window.intervalsMs.length}, ${windowWords(window)}`],
      ...Object.entries(curves).map(([name, curve]) => [
        `The ${name} curve passes ${params.threshold} after`,
        `${Math.round(passesMs(curve, window, params.threshold))} ms`,
      ]),
      ["Wrong suspicions so far", wrongs(past)],
      ["Crash found after", afterMs === null ? "not found" : `${Math.round(afterMs)} ms`],
    ],
  };
}
