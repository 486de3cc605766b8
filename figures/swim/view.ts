/** The last moments as a space-time diagram, time downward; beside it, what each member believes of each. */
import type { Table } from "../../scripts/widget/contract.ts";
import { arrow, circle, label, line, rect, svg } from "../draw.ts";
import type { Belief, Group, Member, Moment } from "./simulate.ts";

const [widthPx, heightPx] = [456, 392];
const [firstX, lastX] = [64, 278];
const [firstY, rowPx, rows] = [46, 20, 17];
const [gridX, gridY] = [322, 46];

type Place = { readonly x: (id: string) => number; readonly shown: readonly Moment[] };

export function view({ moments, members, cut }: Group): string {
  const shown = moments.slice(-rows);
  const x = (id: string) =>
    firstX + ((lastX - firstX) * (Number(id.slice(1)) - 1)) / (members.length - 1);
  const place = { x, shown };
  return svg(
    widthPx,
    heightPx,
    ...members.map(({ id }) =>
      label(x(id), 14, id, { class: "label-strong", "text-anchor": "middle" }),
    ),
    ...members.flatMap((member) => lifeline(member.id, moments, place)),
    ...shown.flatMap((moment, at) => drawn(moment, at, place)),
    ...matrix(members),
    ...legend(members, cut),
  );
}

function y(row: number): number {
  return firstY + rowPx * row;
}

/** Where a member stands still its line is thick, and where it is down there is none. */
function lifeline(id: string, moments: readonly Moment[], { x, shown }: Place): readonly string[] {
  const offset = moments.length - shown.length;
  const ends: { readonly [words: string]: string } = {
    "stands still": "still",
    crashes: "down",
    "goes on": "up",
    "starts anew": "up",
  };
  const turns = moments.flatMap(({ from, kind, words }, at) =>
    kind === "fault" && from === id && ends[words] ? [{ at: at - offset, is: ends[words] }] : [],
  );
  const now = shown.length - 0.4;
  const spans = [{ at: -2, is: "up" }, ...turns].map(({ at, is }, nth) => ({
    is,
    from: Math.max(at, -1.2),
    until: turns[nth]?.at ?? (is === "still" ? now : rows - 0.4),
  }));
  return spans
    .filter(({ until }) => until > -1.2)
    .map(({ is, from, until }) => {
      const [top, bottom] = [y(from), y(until)];
      if (is === "still")
        return rect(x(id) - 4, top, 8, Math.max(bottom - top, 4), { class: "fill-rule" });
      if (is === "down") return "";
      return line(x(id), top, x(id), bottom, { class: "stroke-rule", "stroke-width": 1.4 });
    });
}

const tones = {
  probe: "blue",
  lost: "accent",
  news: "quiet",
  answer: "green",
  fault: "ink",
  judgment: "accent",
} as const;

function drawn(moment: Moment, at: number, { x, shown }: Place): readonly string[] {
  const { atMs, from, to, words, kind } = moment;
  const isNow = at === shown.length - 1;
  const time = label(36, y(at) + 4, (atMs / 1000).toFixed(2), {
    class: isNow ? "label-strong" : "label-quiet",
    "text-anchor": "end",
  });
  const look = { class: isNow ? "label-strong halo" : "label halo" };
  if (to.length === 0) return [time, ...mark(moment, x(from), y(at), look)];
  const middle = (x(from) + x(to[0] ?? from)) / 2;
  const half = 2.9 * words.length;
  const inside = Math.min(Math.max(middle, 42 + half), 308 - half);
  return [
    time,
    ...to.map((id) => way(x(from), x(id), y(at), kind, isNow ? 1.8 : 1.1)),
    label(inside, y(at) - 4, words, { ...look, "text-anchor": "middle" }),
  ];
}

/** On one member, with its words toward the middle. */
function mark({ kind, words }: Moment, x: number, y: number, look: { readonly class: string }) {
  const [side, anchor] = x < (firstX + lastX) / 2 ? [8, "start"] : [-8, "end"];
  return [
    circle(x, y, 3.6, { class: `fill-${tones[kind]}` }),
    label(x + side, y + 4, words, { ...look, "text-anchor": anchor }),
  ];
}

/** An arrow; one that comes to nothing is dashed and ends in a cross. */
function way(from: number, to: number, at: number, kind: Moment["kind"], width: number): string {
  const sign = Math.sign(to - from);
  if (kind !== "lost")
    return arrow(from, at - 1, to - sign * 2, at + 4, tones[kind], { "stroke-width": width });
  const end = to - sign * 9;
  const look = { class: "stroke-accent", "stroke-width": width };
  return (
    line(from, at - 1, end - sign * 5, at + 4, { ...look, class: "stroke-accent dashed" }) +
    line(end - 3.5, at + 0.5, end + 3.5, at + 7.5, look) +
    line(end - 3.5, at + 7.5, end + 3.5, at + 0.5, look)
  );
}

function matrix(members: readonly Member[]): readonly string[] {
  const cell = members.length > 5 ? 18.5 : members.length > 4 ? 22 : 27;
  const x = (at: number) => gridX + 24 + cell * (at + 0.5);
  const rowY = (at: number) => gridY + cell * (at + 0.5);
  const middle = { "text-anchor": "middle" };
  return [
    label(gridX, 14, "what each believes", { class: "label-strong" }),
    label(gridX, 27, "row: who; column: of whom", { class: "label-quiet" }),
    ...members.flatMap(({ id, is, incarnation, beliefs }, at) => [
      label(x(at), gridY - 5, id, { class: "label-quiet", ...middle }),
      label(gridX, rowY(at) + 4, id, { class: is === "up" ? "label-strong" : "label-quiet" }),
      line(gridX, rowY(at) + cell / 2, x(members.length - 0.5), rowY(at) + cell / 2, {
        class: "stroke-rule",
        "stroke-width": 0.7,
      }),
      ...members.map((other, nth) =>
        other.id === id
          ? label(x(nth), rowY(at) + 4, `${incarnation}`, { class: "label-quiet", ...middle })
          : belief(x(nth), rowY(at), beliefs[other.id], is === "down"),
      ),
    ]),
  ];
}

/** Alive a dot, suspected a ring with the periods that are left, failed a cross. */
function belief(x: number, y: number, held: Belief | undefined, isDown: boolean): string {
  if (held === undefined || isDown) return line(x - 3, y, x + 3, y, { class: "stroke-rule" });
  const { status, incarnation, periodsLeft } = held;
  const accent = { class: "stroke-accent", "stroke-width": 1.6 };
  if (status === "confirm")
    return line(x - 4, y - 4, x + 4, y + 4, accent) + line(x - 4, y + 4, x + 4, y - 4, accent);
  if (status === "suspect")
    return (
      circle(x, y, 7, { ...accent, class: "fill-none stroke-accent" }) +
      label(x, y + 3.6, `${periodsLeft}`, { "text-anchor": "middle" })
    );
  const dot = circle(incarnation > 0 ? x - 4 : x, y, 3.4, { class: "fill-green" });
  return incarnation > 0 ? dot + label(x + 1.5, y + 3.8, `${incarnation}`) : dot;
}

function legend(members: readonly Member[], cut: Group["cut"]): readonly string[] {
  const top = 196;
  const row = (at: number) => top + 19 * at;
  const held = (status: Belief["status"], periodsLeft: number) => ({
    status,
    incarnation: 0,
    periodsLeft,
  });
  const words = (at: number, text: string) => label(gridX + 20, row(at) + 4, text);
  const ailing = members.filter(({ is }) => is !== "up").map(({ id, is }) => `${id} is ${is}`);
  const notes = [...ailing, ...cut.map(([one, other]) => `${one} – ${other} is cut`)];
  return [
    belief(gridX + 7, row(0), held("alive", 0), false),
    words(0, "alive"),
    belief(gridX + 7, row(1), held("suspect", 5), false),
    words(1, "suspected, 5 periods"),
    label(gridX + 20, row(1) + 16, "left to answer"),
    belief(gridX + 7, row(3), held("confirm", 0), false),
    words(3, "failed"),
    label(gridX + 7, row(4) + 4, "0", { class: "label-quiet", "text-anchor": "middle" }),
    words(4, "own incarnation"),
    label(gridX + 20, row(4) + 17, "(others’ beside a dot)", { class: "label-quiet" }),
    ...notes.map((note, at) => label(gridX, row(6.4) + 14 * at, note, { class: "label-strong" })),
  ];
}

export function table({ moments, members, cut }: Group): Table {
  const words = ({ status, incarnation, periodsLeft }: Belief) =>
    status === "suspect"
      ? `suspect ${incarnation}, ${periodsLeft} periods left`
      : `${status === "confirm" ? "failed" : status} ${incarnation}`;
  return {
    head: ["Member", "State", ...members.map(({ id }) => `believes of ${id}`)],
    rows: [
      ...members.map(({ id, is, incarnation, beliefs }) => [
        id,
        is,
        ...members.map((other) => {
          const held = beliefs[other.id];
          return held ? words(held) : `itself, incarnation ${incarnation}`;
        }),
      ]),
      [
        "Time",
        `${((moments.at(-1)?.atMs ?? 0) / 1000).toFixed(2)} s`,
        ...members.map((_, at) => (at === 0 && cut.length > 0 ? "n2 – n4 is cut" : "")),
      ],
    ],
  };
}
