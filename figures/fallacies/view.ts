/** The switchboard on the left; on the right the messages between client and server, time downward, one row an event. */
import type { Table } from "../../scripts/widget/contract.ts";
import { arrow, circle, label, line, rect, svg } from "../draw.ts";
import { additions, type Belief, beliefs, type Row, type World } from "./simulate.ts";

const [widthPx, heightPx] = [456, 378];
const [clientX, serverX, timeX] = [302, 412, 200];
const [top, rowPx, rowsShown] = [44, 21.5, 14];

/** What holds in the world: as believed, and where the belief is untrue. */
const words: { readonly [belief in Belief]: readonly [string, string] } = {
  reliable: ["reliable", "a quarter is lost"],
  latency: ["latency: 1 ms", "latency: 75 ms"],
  bandwidth: ["a wide line", "60 ms a message"],
  secure: ["secure", "a stranger adds 1000"],
  topology: ["the server stays", "the server is gone"],
  administrator: ["one administrator", "somebody restarts it"],
  cost: ["free of charge", "24 messages are paid"],
  homogeneous: ["all count alike", "it counts to 15"],
};

export function view(world: World): string {
  return svg(widthPx, heightPx, ...board(world), ...numbers(world), ...diagram(world));
}

// --- The board -----------------------------------------------------------------------------------

function board({ params }: World): readonly string[] {
  const names = Object.keys(beliefs) as Belief[];
  return [
    label(4, 16, "eight beliefs", { class: "label-strong" }),
    ...names.flatMap((name, nth) => {
      const y = 36 + 23 * nth;
      return [
        lever(4, y, params[name]),
        label(34, y + 4, words[name][params[name] ? 0 : 1], {
          class: params[name] ? "label-quiet" : "label-strong",
        }),
      ];
    }),
    label(
      4,
      232,
      params.careful ? "the careful counter and client" : "the naive counter and client",
      {
        class: "label-quiet",
      },
    ),
  ];
}

/** As its control: filled, knob at the right, where the belief is true; hollow, in the accent, where it is not. */
function lever(x: number, y: number, isTrue: boolean): string {
  return (
    rect(x, y - 6, 22, 12, {
      rx: 6,
      class: isTrue ? "fill-quiet stroke-quiet" : "fill-paper stroke-accent",
      "stroke-width": 1.1,
    }) + circle(isTrue ? x + 16 : x + 6, y, 3.6, { class: isTrue ? "fill-paper" : "fill-accent" })
  );
}

/** What the client thinks and what is so. */
function numbers({ rows, now }: World): readonly string[] {
  const row = rows[now];
  if (!row) return [];
  const { shown, done, counted, verdict } = row;
  const additionsSeen = rows.slice(0, now + 1).filter(({ kind }) => kind === "count").length;
  const showsWrong = shown !== null && shown !== done;
  const countsWrong = counted !== additionsSeen;
  const words =
    showsWrong && countsWrong
      ? "both are wrong"
      : countsWrong
        ? "the server has it wrong"
        : showsWrong
          ? "the client has it wrong"
          : "both are right";
  const value = (y: number, name: string, text: string, isOdd: boolean) => [
    label(4, y, name, {}),
    label(150, y, text, {
      class: `label-strong${isOdd ? " fill-accent" : ""}`,
      "text-anchor": "end",
    }),
  ];
  return [
    line(4, 246, 150, 246, { class: "stroke-rule", "stroke-width": 1 }),
    ...value(264, "the client has done", `${done} of ${additions}`, false),
    ...value(282, "it shows", shown === null ? "nothing" : String(shown), showsWrong),
    ...value(300, "the server counts", String(counted), countsWrong),
    line(4, 308, 150, 308, { class: "stroke-rule", "stroke-width": 1 }),
    label(4, 324, words, {
      class: showsWrong || countsWrong ? "label-strong fill-accent" : "label-quiet",
    }),
    label(4, 340, verdict === "asking" ? "still asking" : verdict, { class: "label-strong" }),
  ];
}

// --- The messages --------------------------------------------------------------------------------

type Place = (row: number) => number;

function diagram(world: World): readonly string[] {
  const { rows, now, underWay } = world;
  const first = Math.max(0, now - rowsShown + 1);
  const y = (row: number) => top + 8 + rowPx * (row - first);
  const bottom = top + rowPx * rowsShown;
  const shown = rows.slice(first, now + 1);
  return [
    ...(["client", "server"] as const).flatMap((id) => [
      label(x(id), 16, id, { class: "label-strong", "text-anchor": "middle" }),
      line(x(id), top - 14, x(id), bottom, { class: "stroke-rule", "stroke-width": 1.4 }),
    ]),
    label(timeX, 16, "ms", { class: "label-quiet", "text-anchor": "end" }),
    ...(first > 0
      ? [label(timeX, top - 8, "…", { class: "label-quiet", "text-anchor": "end" })]
      : []),
    ...underWay.map((message) => stub(message, y, now)),
    ...shown.map((row, at) => way(row, first + at, y)),
    ...shown.flatMap((row, at) => mark(row, y(first + at), first + at === now)),
    ...legend(bottom + 20),
  ];
}

function x(id: string): number {
  return id === "client" ? clientX : id === "stranger" ? 452 : serverX;
}

function toneOf(from: string): string {
  if (from === "client") return "blue";
  return from === "server" ? "green" : "accent";
}

/** The message that came here, or was lost on its way. */
function way({ from, to, kind }: Row, at: number, y: Place): string {
  if (!from) return "";
  const tone = toneOf(from.id);
  const dashed = from.isRepeat ? { "stroke-dasharray": "5 3" } : {};
  if (kind !== "lost") {
    const [startX, startY] = entry(x(from.id), y(from.row), x(to), y(at));
    return arrow(startX, startY, x(to), y(at), tone, dashed);
  }
  const [endX, endY] = [x(from.id) + 0.6 * (x(to) - x(from.id)), y(at)];
  const [startX, startY] = entry(x(from.id), Math.min(y(from.row), endY - 8), endX, endY);
  const cross = { class: "stroke-accent", "stroke-width": 1.6 };
  return (
    line(startX, startY, endX, endY, { class: "stroke-accent dashed", "stroke-width": 1.1 }) +
    line(endX - 4, endY - 4, endX + 4, endY + 4, cross) +
    line(endX - 4, endY + 4, endX + 4, endY - 4, cross)
  );
}

/** Where a line from an earlier row comes into the part that is shown. */
function entry(x1: number, y1: number, x2: number, y2: number): readonly [number, number] {
  const edge = top - 6;
  if (y1 >= edge) return [x1, y1];
  const share = (edge - y1) / (y2 - y1);
  return [Math.round((x1 + share * (x2 - x1)) * 10) / 10, edge];
}

/** On its way: as much of its line as lies above the present. */
function stub(
  { from, row, to, isRepeat }: World["underWay"][number],
  y: Place,
  now: number,
): string {
  const [x1, y1, x2, y2] = [x(from), y(row), x(from === "server" ? "client" : "server"), y(to)];
  const share = Math.min((y(now) + 7 - y1) / (y2 - y1), 1);
  const [endX, endY] = [x1 + share * (x2 - x1), y1 + share * (y2 - y1)];
  const [fromX, fromY] = entry(x1, y1, endX, endY);
  const tone = toneOf(from);
  const place = (value: number) => Math.round(value * 10) / 10;
  return line(fromX, fromY, place(endX), place(endY), {
    class: `stroke-${tone}`,
    "stroke-width": 1.1,
    ...(isRepeat ? { "stroke-dasharray": "5 3" } : {}),
  });
}

function mark(row: Row, y: number, isNow: boolean): readonly string[] {
  const { kind, to, counted, atMs } = row;
  const strong = isNow ? "label-strong halo" : "label halo";
  const time = label(timeX, y + 4, String(Math.round(atMs * 10) / 10), {
    class: isNow ? "label-strong" : "label-quiet",
    "text-anchor": "end",
  });
  if (kind === "lost") return [time];
  if (to === "client") {
    const tone = kind === "late" ? " fill-accent" : "";
    return [
      time,
      circle(clientX, y, 2.6, { class: "fill-ink" }),
      label(clientX - 8, y + 4, clientWords(row), {
        class: `${strong}${tone}`,
        "text-anchor": "end",
      }),
    ];
  }
  if (kind === "crash")
    return [time, label(serverX + 8, y + 4, "stops", { class: strong }), crossed(y)];
  const ring =
    kind === "twice"
      ? circle(serverX, y, 6, { class: "fill-none stroke-accent", "stroke-width": 1.6 })
      : "";
  const text = kind === "restart" ? `= ${counted}` : String(counted);
  return [
    time,
    ring,
    circle(serverX, y, 2.6, { class: kind === "known" ? "fill-paper stroke-ink" : "fill-ink" }),
    label(serverX + 10, y + 4, text, { class: strong }),
  ];
}

function crossed(y: number): string {
  const stroke = { class: "stroke-accent", "stroke-width": 2 };
  return (
    line(serverX - 5, y - 5, serverX + 5, y + 5, stroke) +
    line(serverX - 5, y + 5, serverX + 5, y - 5, stroke)
  );
}

function clientWords({ kind, question, shown, verdict }: Row): string {
  if (kind === "start") return "asks 1";
  if (kind === "again") return verdict === "asking" ? `asks ${question} again` : "gives up";
  if (kind === "ignored") return "ignored";
  return kind === "late" ? `${shown}, too late` : `shows ${shown}`;
}

function legend(y: number): readonly string[] {
  const bar = (at: number, tone: string, dash: string) =>
    line(at, y - 4, at + 20, y - 4, {
      class: `stroke-${tone}`,
      "stroke-width": 1.3,
      ...(dash ? { "stroke-dasharray": dash } : {}),
    });
  return [
    bar(180, "blue", ""),
    label(205, y, "asked", { class: "label-quiet" }),
    bar(240, "blue", "5 3"),
    label(265, y, "again", { class: "label-quiet" }),
    bar(300, "green", ""),
    label(325, y, "answer", { class: "label-quiet" }),
    circle(372, y - 4, 6, { class: "fill-none stroke-accent", "stroke-width": 1.6 }),
    circle(372, y - 4, 2.6, { class: "fill-ink" }),
    label(382, y, "counted twice", { class: "label-quiet" }),
  ];
}

export function table({ params, rows, now }: World): Table {
  const row = rows[now];
  const untrue = (Object.keys(beliefs) as Belief[]).filter((name) => !params[name]);
  return {
    head: ["What", "Value"],
    rows: [
      ["Time", `${Math.round(row?.atMs ?? 0)} ms`],
      ["Untrue", untrue.map((name) => `${beliefs[name]} (${words[name][1]})`).join("; ") || "none"],
      ["Counter and client", params.careful ? "careful" : "naive"],
      ["Additions that the client takes for done", `${row?.done ?? 0} of ${additions}`],
      ["What it shows", row?.shown ?? "nothing"],
      ["What the server has counted", row?.counted ?? 0],
      ["How it stands", row?.verdict ?? "asking"],
    ],
  };
}
