/** The front as a hull, its queue to the left, its dependencies to the right; below, who was answered. */
import type { Table } from "../../scripts/widget/contract.ts";
import { arrow, label, line, type Plot, plot, polyline, rect, svg, worker } from "../draw.ts";
import {
  type Compartment,
  endS,
  hangFromS,
  held,
  lastShare,
  type Route,
  type Shop,
  threads,
} from "./simulate.ts";

const [widthPx, heightPx] = [456, 316];
const [queueX, threadX, hullTop, cellPx] = [4, 158, 52, 12];
const chart = { top: 190, heightPx: 84 };
const quiet = { class: "label-quiet" };

const lines = {
  checkout: { class: "stroke-green", "stroke-width": 2 },
  recs: { class: "stroke-accent dashed", "stroke-width": 1.4 },
  unwalled: { class: "stroke-quiet", "stroke-width": 1.2 },
};

export function view(shop: Shop): string {
  const p = plot(
    34,
    chart.top,
    412,
    chart.heightPx,
    { label: "time, s", min: 0, max: endS, ticks: [0, 5, 10, 15, 20, 25] },
    { label: "answered, %", min: 0, max: 100, ticks: [0, 50, 100] },
  );
  return svg(
    widthPx,
    heightPx,
    ...key(),
    ...hullOf(shop),
    ...dependencies(shop),
    hang(shop, p),
    p.frame,
    ...curves(shop, p),
  );
}

function key(): readonly string[] {
  return [
    worker(4, 5, "stuck"),
    label(17, 13, "recommendation (rec)"),
    worker(142, 5, "working"),
    label(155, 13, "checkout"),
    worker(222, 5, "idle"),
    label(235, 13, "idle thread"),
    label(queueX, 38, "queue", { class: "label-strong" }),
    label(threadX, 38, `A, ${threads} threads`, { class: "label-strong" }),
  ];
}

/** Compartments one above the other, a wall between them. */
function hullOf(shop: Shop): readonly string[] {
  const tops = [hullTop];
  for (const { threads: size } of shop.compartments)
    tops.push((tops.at(-1) ?? 0) + cellPx * Math.ceil(size / 10) + 12);
  const bottom = (tops.at(-1) ?? 0) - 6;
  const right = threadX + 10 * cellPx + 6;
  const walls = tops
    .slice(1, -1)
    .map((top) =>
      line(threadX - 6, top - 7, right, top - 7, { class: "stroke-ink", "stroke-width": 2 }),
    );
  return [
    rect(threadX - 6, hullTop - 6, right - threadX + 6, bottom - hullTop + 6, {
      class: "fill-none stroke-ink",
      "stroke-width": 1.2,
    }),
    ...walls,
    ...shop.compartments.flatMap((part, at) => compartment(part, tops[at] ?? 0)),
    label(334, 152, `${shop.refused} refused so far`),
    ...door(shop),
  ];
}

function compartment(part: Compartment, top: number): readonly string[] {
  const cells = Array.from({ length: part.threads }, (_, at) => {
    const route = sorted(part.jobs)[at];
    const x = threadX + cellPx * (at % 10);
    return worker(x + 2, top + cellPx * Math.floor(at / 10) + 2, lookOf(route));
  });
  return [...cells, ...queueOf(part, top)];
}

/** Recommendations first, so that what they hold is one block. */
function sorted(jobs: readonly Route[]): readonly Route[] {
  return jobs.toSorted((one, other) => (one === other ? 0 : one === "recs" ? -1 : 1));
}

function lookOf(route: Route | undefined): "stuck" | "working" | "idle" {
  return route === "recs" ? "stuck" : route === "checkout" ? "working" : "idle";
}

/** Twenty places a row, the next to be served at the right. */
function queueOf({ queue, places }: Compartment, top: number): readonly string[] {
  const rows = Math.max(1, Math.ceil(places / 20));
  const cells = queue.map((route, at) => {
    const x = queueX + 2 + 6 * (19 - (at % 20));
    const y = top + 2 + 6 * Math.floor(at / 20);
    return route === "recs"
      ? rect(x, y, 4.6, 4.6, { class: "fill-accent" })
      : rect(x + 1, y + 1, 2.8, 2.8, { class: "fill-green" });
  });
  const width = places >= 20 ? 123 : 3 + 6 * places;
  const box = rect(queueX + 123 - width, top, width, 6 * rows + 3, {
    class: "fill-none stroke-quiet",
    "stroke-width": 0.8,
  });
  const y = top + 5;
  return [box, ...cells, arrow(queueX + 126, y, threadX - 7, y, "quiet")];
}

function door({ held: used, params }: Shop): readonly string[] {
  return used === null ? [] : [label(334, 166, `${used} of ${params.size} permits out`)];
}

/** P, and B with C behind it. */
function dependencies({ hangs, below }: Shop): readonly string[] {
  const [left, far, foot] = [334, 412, 96];
  const box = (x: number, y: number, name: string, tone: string) =>
    rect(x, y, 30, 22, { class: `fill-none stroke-${tone}`, "stroke-width": 1.4, rx: 2 }) +
    label(x + 15, y + 15, name, { class: "label-strong", "text-anchor": "middle" });
  const right = threadX + 10 * cellPx + 7;
  const tone = hangs ? "accent" : "quiet";
  return [
    arrow(right, 68, left - 1, 63, tone),
    box(left, 52, "B", tone),
    arrow(left + 31, 63, far - 1, 63, tone),
    box(far, 52, "C", tone),
    label(left, 45, hangs ? `${below} calls wait` : "scores", {
      class: hangs ? "" : "label-quiet",
    }),
    label(far, 86, hangs ? "hangs" : "well", { class: hangs ? "label-strong" : "label-quiet" }),
    arrow(right, foot + 8, left - 1, foot + 20, "quiet"),
    box(left, foot + 9, "P", "quiet"),
    label(left + 36, foot + 24, "payments, well", quiet),
  ];
}

function hang({ params, nowMs }: Shop, p: Plot): string {
  if (params.hangS === 0 || nowMs < hangFromS * 1000) return "";
  const [from, until] = [p.x(hangFromS), p.x(Math.min(hangFromS + params.hangS, endS))];
  return rect(from, chart.top, until - from, chart.heightPx, { class: "fill-field" });
}

/** Each second a point; a second that answers more calls than came in it is at 100. */
function curves({ seconds, unwalled, params }: Shop, p: Plot): readonly string[] {
  const curve = (list: Shop["seconds"], route: Route, look: keyof typeof lines) => {
    const points = list.map(({ [route]: { calls, good } }, at) => {
      const share = calls === 0 ? 100 : Math.min(100, (100 * good) / calls);
      return [p.x(at + 0.5), p.y(share)] as const;
    });
    return polyline(points, lines[look]);
  };
  return [
    curve(unwalled, "checkout", "unwalled"),
    curve(seconds, "recs", "recs"),
    curve(seconds, "checkout", "checkout"),
    ...curveKey(params.wall !== "none", params.hangS > 0),
  ];
}

function curveKey(hasWall: boolean, hasHang: boolean): readonly string[] {
  const y = chart.top - 7;
  const entry = (x: number, look: keyof typeof lines, words: string) =>
    polyline(
      [
        [x, y - 3.5],
        [x + 16, y - 3.5],
      ],
      lines[look],
    ) + label(x + 20, y, words);
  return [
    entry(112, "checkout", "checkouts"),
    ...(hasWall ? [entry(190, "unwalled", "without a wall")] : []),
    entry(294, "recs", "recs"),
    ...(hasHang
      ? [
          rect(346, y - 9, 16, 11, { class: "fill-field stroke-rule", "stroke-width": 0.6 }),
          label(366, y, "while C hangs"),
        ]
      : []),
  ];
}

export function table(shop: Shop): Table {
  const { held: used, params, refused, hangs, below, seconds, unwalled } = shop;
  const share = (list: Shop["seconds"], route: Route) => `${lastShare(list, route)}%`;
  return {
    head: ["What", "Recommendations", "Checkouts", "Places"],
    rows: [
      ["Time", `${shop.nowMs / 1000} s`, "", ""],
      ...compartmentRows(shop),
      ...(used === null ? [] : [["Permits out", used, "", params.size]]),
      ["Answered in time, last 5 s", share(seconds, "recs"), share(seconds, "checkout"), ""],
      ...(unwalled.length === 0
        ? []
        : [["The same, without a wall", share(unwalled, "recs"), share(unwalled, "checkout"), ""]]),
      ["Refused so far, both", refused, "", ""],
      ["C", hangs ? `hangs, ${below} calls wait for it` : "well", "", ""],
      ["Threads held by recommendations", held(shop), "", threads],
    ],
  };
}

function compartmentRows({ compartments }: Shop): Table["rows"] {
  const names = compartments.length === 1 ? ["of A"] : ["for recommendations", "for checkouts"];
  const row = (what: string, list: readonly Route[], places: number) => {
    const recs = list.filter((route) => route === "recs").length;
    return [what, recs, list.length - recs, places];
  };
  return compartments.flatMap(({ jobs, queue, threads: size, places }, at) => [
    row(`Threads ${names[at]}`, jobs, size),
    row(`Queue ${names[at]}`, queue, places),
  ]);
}
