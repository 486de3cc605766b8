/** Time to the right. A band a server, with the value that it shows; between them the client, and where its questions go. */
import type { Table } from "../../scripts/widget/contract.ts";
import { circle, label, line, rect, svg } from "../draw.ts";
import { type Ask, endMs, type Replicas, type Shown, servers } from "./simulate.ts";

const [widthPx, heightPx] = [456, 300];
const [left, right, bandPx] = [62, 446, 20];
const clientY = 96;
const bandY: { readonly [server: string]: number } = { n1: 24, n2: 154, n3: 206 };
const middle = { "text-anchor": "middle" };
const small = { "font-size": 9.4 };

export function view(replicas: Replicas): string {
  const { atMs, asks, shown } = replicas;
  return svg(
    widthPx,
    heightPx,
    ...names(replicas),
    ...axis(atMs),
    ...servers.flatMap((id) => band(shown[id] ?? [], bandY[id] ?? 0, atMs)),
    line(left, clientY, x(atMs), clientY, { class: "stroke-rule", "stroke-width": 1.4 }),
    ...asks.flatMap((ask) => way(ask, atMs)),
    ...asks.flatMap((ask) => told(ask)),
    ...counts(asks),
  );
}

function x(ms: number): number {
  return Math.round((left + (Math.min(ms, endMs) / endMs) * (right - left)) * 10) / 10;
}

function names({ token, otherMs }: Replicas): readonly string[] {
  const other = otherMs === null ? [] : [label(x(otherMs), 12, "c2 writes 2", middle)];
  return [
    ...servers.flatMap((id) => [
      label(0, (bandY[id] ?? 0) + 9, id, { class: "label-strong" }),
      label(0, (bandY[id] ?? 0) + 21, id === "n1" ? "leader" : "follower", {
        ...small,
        class: "label-quiet",
      }),
    ]),
    label(0, clientY, "c1", { class: "label-strong" }),
    label(0, clientY + 12, token === null ? "no token" : `token ${token}`, {
      ...small,
      class: "label-quiet",
    }),
    ...other,
  ];
}

/** What a server shows, piece by piece, up to the present. */
function band(shown: readonly Shown[], y: number, atMs: number): readonly string[] {
  return shown.flatMap(({ fromMs, value }, at) => {
    const from = x(fromMs);
    const to = x(shown[at + 1]?.fromMs ?? atMs);
    const fill = value % 2 === 0 ? "fill-paper" : "fill-field";
    const words = value === 0 ? "–" : String(value);
    const box = rect(from, y, Math.max(to - from, 0.5), bandPx, {
      class: `${fill} stroke-ink`,
      "stroke-width": 0.8,
    });
    const name = label(from + 5, y + 14, words, { class: "label-strong halo" });
    return to - from > 12 ? [box, name] : [box];
  });
}

/** To the server, there perhaps a wait, and back. */
function way({ server, fromMs, thereMs, answeredMs, toMs, faults, isRefused }: Ask, atMs: number) {
  const y = server === "n1" ? (bandY.n1 ?? 0) + bandPx : (bandY[server] ?? 0);
  const tone = faults.length > 0 || isRefused ? "accent" : "blue";
  const dash = isRefused ? " dashed" : "";
  const ink = { class: `stroke-${tone}${dash}`, "stroke-width": 1.2 };
  const reach = (share: number) => clientY + (y - clientY) * share;
  const gone = thereMs === null ? (atMs - fromMs) / 12 : 1;
  const there = line(x(fromMs), clientY, x(thereMs ?? atMs), reach(gone), ink);
  const wait =
    thereMs === null
      ? ""
      : line(x(thereMs), y, x(answeredMs ?? atMs), y, { ...ink, "stroke-width": 4 });
  const back =
    answeredMs === null
      ? ""
      : line(x(answeredMs), y, x(toMs ?? atMs), reach(1 - ((toMs ?? atMs) - answeredMs) / 12), ink);
  return [there, wait, back];
}

/** What the client was told: a circle for a read, a box for its own write. */
function told({ kind, toMs, value, faults, isRefused, server }: Ask): readonly string[] {
  if (toMs === null) return [];
  const at = x(toMs);
  const words = isRefused ? "×" : value === 0 ? "–" : String(value);
  const name = label(at, clientY + 3.9, words, { ...middle, class: "label-strong" });
  if (kind === "write")
    return [
      rect(at - 8, clientY - 8, 16, 16, { class: "fill-paper stroke-green", "stroke-width": 1.4 }),
      name,
    ];
  const tone = faults.length > 0 || isRefused ? "accent" : "blue";
  const y = server === "n1" ? clientY + 21 : clientY - 14;
  return [
    circle(at, clientY, 8.5, { class: `fill-paper stroke-${tone}`, "stroke-width": 1.5 }),
    name,
    ...faults.map((fault, nth) =>
      label(at, y - nth * 11, fault, { ...middle, ...small, class: "label halo" }),
    ),
  ];
}

function counts(asks: readonly Ask[]): readonly string[] {
  const { reads, own, back, refused, meanMs } = tally(asks);
  const parts = [
    `${reads} reads`,
    `own: ${own} without its own write`,
    `back: ${back} older than before`,
    ...(refused > 0 ? [`×: ${refused} refused`] : []),
  ];
  return [
    label(0, 280, parts.join("  ·  "), { class: "label-strong" }),
    label(
      0,
      295,
      `mean time of a read: ${meanMs === null ? "–" : `${meanMs} ms`}, refusals included`,
      {
        class: "label-quiet",
      },
    ),
  ];
}

function tally(asks: readonly Ask[]) {
  const over = asks.filter(({ kind, toMs }) => kind === "read" && toMs !== null);
  const reads = over.filter(({ isRefused }) => !isRefused);
  const spent = over.reduce((sum, { fromMs, toMs }) => sum + (toMs ?? fromMs) - fromMs, 0);
  return {
    reads: reads.length,
    own: reads.filter(({ faults }) => faults.includes("own")).length,
    back: reads.filter(({ faults }) => faults.includes("back")).length,
    refused: over.length - reads.length,
    meanMs: reads.length === 0 ? null : Math.round(spent / reads.length),
  };
}

function axis(atMs: number): readonly string[] {
  const y = 238;
  const ink = { class: "stroke-ink", "stroke-width": 1 };
  return [
    line(left, y, right, y, ink),
    ...[0, 100, 200, 300, 400].flatMap((ms) => [
      line(x(ms), y, x(ms), y + 4, ink),
      label(x(ms), y + 15, String(ms), middle),
    ]),
    label(widthPx, y + 15, "ms", { class: "label-quiet", "text-anchor": "end" }),
    line(x(atMs), 18, x(atMs), y, { class: "stroke-quiet dashed", "stroke-width": 0.8 }),
  ];
}

export function table({ atMs, shown, asks, token }: Replicas): Table {
  const { reads, own, back, refused, meanMs } = tally(asks);
  const words = ({ kind, server, value, toMs, isRefused, faults }: Ask) => {
    if (kind === "write")
      return `writes ${value} at ${server}${toMs === null ? ", not answered yet" : ""}`;
    if (isRefused) return `reads at ${server}: refused`;
    if (value === null) return `reads at ${server}: not answered yet`;
    const fault = faults.map((one) => (one === "own" ? "misses its own write" : "goes back"));
    return [`reads at ${server}: ${value === 0 ? "nothing" : value}`, ...fault].join(", ");
  };
  return {
    head: ["What", "Value"],
    rows: [
      ["Time", `${Math.round(atMs)} ms`],
      ...servers.map((id) => [`${id} shows`, shown[id]?.at(-1)?.value || "nothing"]),
      ["Token of c1", token ?? "none"],
      ...asks.map((ask) => [`c1 at ${ask.fromMs} ms`, words(ask)]),
      ["Reads, without own write, going back", `${reads}, ${own}, ${back}`],
      ["Refused; mean time of a read", `${refused}; ${meanMs ?? "–"} ms`],
    ],
  };
}
