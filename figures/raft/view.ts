/** On the left the servers and what is on its way between them; on the right their logs, an entry a box. */
import type { Entry } from "../../code/raft/state.ts";
import type { Table } from "../../scripts/widget/contract.ts";
import { arrow, circle, element, label, line, type Point, rect, svg } from "../draw.ts";
import { type Cluster, commandOf, type Letter, type Server } from "./simulate.ts";

const [widthPx, heightPx] = [456, 286];
const [centerX, centerY, ringPx, nodePx] = [113, 126, 82, 20];
const [namesX, logX, boxPx, boxHeightPx, rowPx, topPx] = [236, 320, 19.3, 27, 43, 27];
const [shownMax, patienceMs] = [7, 300];
const small = { "font-size": 9.4 };
const middle = { "text-anchor": "middle" };

export function view(cluster: Cluster): string {
  const { servers, letters, arrived, atMs, broken } = cluster;
  const longest = Math.max(...servers.map(({ log }) => log.length));
  const first = Math.max(0, longest - shownMax);
  const flying = letters.filter(({ progress }) => progress < 1);
  return svg(
    widthPx,
    heightPx,
    label(0, 10, `${Math.round(atMs)} ms`, { class: "label-quiet" }),
    ...links(servers),
    ...flying.map((letter) => way(letter, servers)),
    ...(arrived ? [hit(arrived, servers)] : []),
    client(flying, arrived),
    ...servers.flatMap((server) => node(server, cluster)),
    ...flying.map((letter) => glyph(letter, servers)),
    ...indexes(first, longest),
    ...servers.flatMap((server, row) => logRow(server, row, first, cluster)),
    ...(broken ? [alarm(broken)] : []),
    ...legend(),
  );
}

// --- The servers ---------------------------------------------------------------------------------

function placeOf(id: string, servers: readonly Server[]): Point {
  const at = servers.findIndex((server) => server.id === id);
  if (at < 0) return [centerX, centerY];
  const angle = -Math.PI / 2 + (at * 2 * Math.PI) / servers.length;
  return [
    round(centerX + ringPx * Math.cos(angle)),
    round(centerY + ringPx * Math.sin(angle) + (servers.length === 3 ? 14 : 0)),
  ];
}

/** A line between any two that can reach each other. */
function links(servers: readonly Server[]): readonly string[] {
  return servers.flatMap((one, at) =>
    servers.slice(at + 1).flatMap((other) => {
      if (one.isCutOff !== other.isCutOff) return [];
      const [x1, y1] = placeOf(one.id, servers);
      const [x2, y2] = placeOf(other.id, servers);
      return [line(x1, y1, x2, y2, { class: "stroke-rule", "stroke-width": 0.8 })];
    }),
  );
}

/** Shape tells the role: a leader has a heavy frame and a field, a candidate's is dashed, that of a server that is down is dashed and thin. */
function node(server: Server, { servers, actor }: Cluster): readonly string[] {
  const { id, role, term, isUp, waitMs } = server;
  const [x, y] = placeOf(id, servers);
  const isLeader = isUp && role === "leader";
  const isCandidate = isUp && role === "candidate";
  const tone = isLeader ? "stroke-accent" : isCandidate ? "stroke-blue dashed" : "stroke-ink";
  const words = { ...middle, class: isUp ? "label-strong" : "label-quiet" };
  return [
    circle(x, y, nodePx, {
      class: `${isLeader ? "fill-field" : "fill-paper"} ${isUp ? tone : "stroke-quiet dashed"}`,
      "stroke-width": isLeader ? 3 : isCandidate ? 2 : 1.1,
    }),
    ...(waitMs === null ? [] : [patience(x, y, waitMs)]),
    label(x, y - 1, id, words),
    label(x, y + 10.5, isUp ? `term ${term}` : "down", {
      ...middle,
      ...small,
      class: isUp ? "label-quiet" : "label",
    }),
    ...(id === actor ? [mark(x, y)] : []),
  ];
}

/** The server that has just done something: a small pointer at its outer side. */
function mark(x: number, y: number): string {
  const length = Math.hypot(x - centerX, y - centerY) || 1;
  const [dx, dy] = [(x - centerX) / length, (y - centerY) / length];
  const at = (out: number, side: number) =>
    `${round(x + out * dx - side * dy)},${round(y + out * dy + side * dx)}`;
  const points = [at(nodePx + 6, 0), at(nodePx + 13, 4.5), at(nodePx + 13, -4.5)].join(" ");
  return element("polygon", { points, class: "fill-ink" });
}

/** What is left of its patience, as an arc that shrinks: the whole round is 300 ms. */
function patience(x: number, y: number, waitMs: number): string {
  const share = Math.min(waitMs / patienceMs, 0.999);
  if (share < 0.01) return "";
  const angle = share * 2 * Math.PI - Math.PI / 2;
  const r = nodePx + 3.5;
  const end = `${round(x + r * Math.cos(angle))} ${round(y + r * Math.sin(angle))}`;
  const d = `M${x} ${round(y - r)}A${r} ${r} 0 ${share > 0.5 ? 1 : 0} 1 ${end}`;
  return element("path", { d, class: "fill-none stroke-quiet", "stroke-width": 2 });
}

// --- What is on its way --------------------------------------------------------------------------

/** Where a letter is: between the rims of two circles, a little to the right of their line. */
function spot({ from, to, progress }: Letter, servers: readonly Server[]): Point {
  const [x1, y1] = placeOf(from, servers);
  const [x2, y2] = placeOf(to, servers);
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const rim = from === "client" ? 22 : nodePx + 9;
  const along = rim + progress * (length - rim - nodePx - 8);
  return [round(x1 + along * dx - 5 * dy), round(y1 + along * dy + 5 * dx)];
}

function way(letter: Letter, servers: readonly Server[]): string {
  const [x1, y1] = spot({ ...letter, progress: 0 }, servers);
  const [x2, y2] = spot(letter, servers);
  const tone = letter.kind === "no" || letter.kind === "refused" ? "accent" : "blue";
  return line(x1, y1, x2, y2, { class: `stroke-${tone}`, "stroke-width": 1.1 });
}

/** The letter that has brought about this step. */
function hit(letter: Letter, servers: readonly Server[]): string {
  const [x1, y1] = spot({ ...letter, progress: 0 }, servers);
  const [x2, y2] = spot({ ...letter, progress: 1.06 }, servers);
  return arrow(x1, y1, x2, y2, "ink", { "stroke-width": 1.6 });
}

function glyph(letter: Letter, servers: readonly Server[]): string {
  const [x, y] = spot(letter, servers);
  return sign(letter.kind, x, y);
}

function sign(kind: Letter["kind"], x: number, y: number): string {
  const ring = (tone: string, words: string) =>
    circle(x, y, 5.4, { class: `fill-paper stroke-${tone}`, "stroke-width": 1.2 }) +
    label(x, y + 3.4, words, { ...middle, ...small, class: "label-strong" });
  const box = (fill: string) =>
    rect(round(x - 4), round(y - 4), 8, 8, { class: `${fill} stroke-blue`, "stroke-width": 1.2 });
  switch (kind) {
    case "ask":
      return ring("blue", "?");
    case "yes":
      return ring("green", "+");
    case "no":
    case "refused":
      return ring("accent", "−");
    case "entries":
    case "write":
      return box("fill-blue");
    case "heartbeat":
      return box("fill-paper");
    default:
      return circle(x, y, 3.4, { class: "fill-green" });
  }
}

/** In the middle, and only while it has something to say. */
function client(flying: readonly Letter[], arrived: Letter | null): string {
  const isAsking = flying.some(({ from }) => from === "client") || arrived?.from === "client";
  if (!isAsking) return "";
  return label(centerX, centerY + 4, "client", { ...middle, class: "label-strong halo" });
}

// --- The logs ------------------------------------------------------------------------------------

function indexes(first: number, longest: number): readonly string[] {
  const count = Math.min(longest - first, shownMax);
  const numbers = Array.from({ length: count }, (_, at) =>
    label(boxX(at) + boxPx / 2, 18, String(first + at + 1), {
      ...middle,
      ...small,
      class: "label-quiet",
    }),
  );
  return [label(namesX, 10, "the logs", { class: "label-quiet" }), ...numbers];
}

function boxX(at: number): number {
  return round(logX + at * boxPx);
}

function logRow(
  server: Server,
  row: number,
  first: number,
  { servers }: Cluster,
): readonly string[] {
  const { id, log, commitIndex, isUp } = server;
  const y = topPx + row * rowPx;
  const shown = log.slice(first, first + shownMax);
  const end = boxX(Math.min(Math.max(commitIndex - first, 0), shownMax));
  const bar = line(end, y - 3, end, y + boxHeightPx + 3, {
    class: "stroke-accent",
    "stroke-width": 2.4,
  });
  return [
    label(namesX, y + 11, id, { class: isUp ? "label-strong" : "label-quiet" }),
    label(namesX + 17, y + 11, `term ${server.term}`, { ...small, class: "label-quiet" }),
    label(namesX, y + 24, doing(server, servers.length), { ...small, class: "label" }),
    ...shown.flatMap((entry, at) => box(entry, boxX(at), y, first + at < commitIndex)),
    ...(isUp ? [bar] : []),
  ];
}

/** An entry: its term above, its command below; shaded where the server knows it to be committed. */
function box(entry: Entry, x: number, y: number, isCommitted: boolean): readonly string[] {
  const command = entry.kind === "command" ? commandOf(entry) : "–";
  return [
    rect(x, y, boxPx, boxHeightPx, {
      class: `${isCommitted ? "fill-field stroke-ink" : "fill-paper stroke-ink dashed"}`,
      "stroke-width": 1,
    }),
    label(x + boxPx / 2, y + 11.5, String(entry.term), { ...middle, class: "label-strong" }),
    label(x + boxPx / 2, y + 23, command, { ...middle, ...small }),
  ];
}

/** What a server takes itself for, in a few words. */
function doing({ role, isUp, isCutOff, votes, leader, votedFor }: Server, count: number): string {
  const side = isCutOff ? ", cut off" : "";
  if (!isUp) return "down";
  if (role === "leader") return `leads${side}`;
  if (role === "candidate") return `${votes} of ${count} votes${side}`;
  if (leader !== null) return `follows ${leader}${side}`;
  return votedFor === null ? `waits${side}` : `voted for ${votedFor}${side}`;
}

function alarm(words: string): string {
  return label(0, 244, `Broken: ${words.split(":")[0]?.toLowerCase()}`, { class: "label-strong" });
}

function legend(): readonly string[] {
  const parts: readonly (readonly [Letter["kind"], number, string])[] = [
    ["ask", 6, "asks for a vote"],
    ["yes", 101, "yes"],
    ["no", 141, "no"],
    ["heartbeat", 176, "heartbeat"],
    ["entries", 246, "entry"],
    ["stored", 296, "agrees"],
  ];
  const y = 260;
  const quiet = { class: "label-quiet" };
  const signs = parts.flatMap(([kind, x, words]) => [
    sign(kind, x, y - 3.5),
    label(x + 9, y, words, quiet),
  ]);
  const [arcX, barX] = [6, 176];
  return [
    ...signs,
    element("polygon", { points: `345,${y - 3.5} 352,${y - 8} 352,${y + 1}`, class: "fill-ink" }),
    label(357, y, "has just acted", quiet),
    element("path", {
      d: `M${arcX - 5} 272A6 6 0 1 1 ${arcX} 283`,
      class: "fill-none stroke-quiet",
      "stroke-width": 2,
    }),
    label(arcX + 9, 281, "patience left, of 300 ms", quiet),
    line(barX, 271, barX, 283, { class: "stroke-accent", "stroke-width": 2.4 }),
    label(barX + 9, 281, "committed up to here, as the server knows", quiet),
  ];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function table({ servers, letters, atMs, broken }: Cluster): Table {
  const rows = servers.map((server) => {
    const { id, term, log, commitIndex, isUp, waitMs, votedFor } = server;
    const entries = log.map((entry) => `${entry.term}:${commandOf(entry)}`).join(" ");
    return [
      id,
      doing(server, servers.length),
      term,
      votedFor ?? "nobody",
      entries || "empty",
      isUp ? commitIndex : "unknown",
      waitMs === null ? "none" : `${Math.round(waitMs)} ms`,
    ];
  });
  const flying = letters.map(({ from, to, kind }) => `${from} to ${to}: ${kind}`).join("; ");
  const rest = (name: string, words: string) => [name, words, "", "", "", "", ""];
  return {
    head: ["Server", "Doing", "Term", "Vote", "Log, as term:command", "Committed", "Patience"],
    rows: [
      ...rows,
      rest("Time", `${Math.round(atMs)} ms`),
      rest("On the way", flying || "nothing"),
      ...(broken ? [rest("Broken", broken)] : []),
    ],
  };
}
