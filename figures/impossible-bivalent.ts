/** The 64 schedules of each round, by what they lead to; the adversary takes one that stays open. */

import {
  giveWay,
  isBivalent,
  keepOpen,
  playRound,
  schedules,
  type Votes,
} from "../code/impossible/flp.ts";
import { arrow, label, line, rect, svg } from "./draw.ts";

export const program = "impossible/vote";
export const seed = 7;

const rounds = 3;
const cellPx = 5;
const left = 92;
const rowPx = 74;

export function draw(): string {
  const pieces: string[] = [];
  let votes: Votes = [0, 1, 1];
  for (let round = 0; round < rounds; round++) {
    const schedule = keepOpen(votes);
    if (schedule === null) break;
    pieces.push(row(votes, round));
    votes = playRound(votes, schedule, giveWay(votes)).votes;
  }
  const y = 40 + rounds * rowPx;
  pieces.push(
    label(left - 14, y + 13, votes.join(" "), { "text-anchor": "end", class: "label-strong" }),
  );
  pieces.push(label(left, y + 13, "and so on: half of the schedules of every round leave it open"));
  const heads = [
    label(left - 14, 15, "votes", { "text-anchor": "end", class: "label-quiet" }),
    label(left, 15, "the 64 schedules of the round, one square each", { class: "label-quiet" }),
  ];
  return svg(456, y + 24, ...heads, ...pieces);
}

/** One bar of 64 squares: decided, fated, open. */
function row(votes: Votes, round: number): string {
  const ends = schedules.map((schedule) => playRound(votes, schedule, giveWay(votes)));
  const decided = ends.filter((end) => end.decided !== null);
  const open = ends.filter((end) => isBivalent(end.votes));
  const fated = ends.length - decided.length - open.length;
  const value = decided[0]?.decided ?? 0;
  const y = 40 + round * rowPx;
  const squares = ends.map((_, at) => {
    const x = left + at * cellPx;
    const tone =
      at < decided.length
        ? "fill-ink"
        : at < decided.length + fated
          ? "fill-quiet"
          : "fill-paper stroke-accent";
    return rect(x + 0.5, y, cellPx - 1, 18, { class: tone, "stroke-width": 0.9 });
  });
  const [a, b] = [left + decided.length * cellPx, left + (decided.length + fated) * cellPx];
  const end = left + 64 * cellPx;
  const under = { "text-anchor": "middle" };
  const caught = left + (64 - open.length / 2) * cellPx;
  return [
    label(left - 14, y + 13, votes.join(" "), { "text-anchor": "end", class: "label-strong" }),
    ...squares,
    label((left + a) / 2, y + 31, `${decided.length} decide ${value}`, under),
    label((a + b) / 2, y + 31, `${fated} make all ${value}`, under),
    label((b + end) / 2 + 22, y + 31, `${open.length} leave 0 and 1 possible`, under),
    line(b + 8, y + 22, b + 8, y + 50, { class: "stroke-accent", "stroke-width": 1.1 }),
    line(b + 8, y + 50, left - 32, y + 50, { class: "stroke-accent", "stroke-width": 1.1 }),
    arrow(left - 32, y + 50, left - 32, y + 70, "accent"),
    label(caught, y + 46, "the adversary's choice", {
      class: "label-quiet",
      "text-anchor": "middle",
    }),
  ].join("");
}
