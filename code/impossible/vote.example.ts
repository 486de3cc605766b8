/** A vote of three that one adversary keeps open, and how it ends. */
import { seedFrom } from "../kernel/sample.ts";
import { roundsWithDetector } from "./escape.ts";
import {
  giveWay,
  isBivalent,
  keepOpen,
  playRound,
  roundsWithCoin,
  type Schedule,
  schedules,
  type Votes,
} from "./flp.ts";

export const defaultSeed = 7;

const start: Votes = [0, 1, 1];
const roundsMax = 1000;

export function run(seed: number): string {
  return [
    "round  votes   too late        votes after",
    ...trace(),
    "",
    ...count(),
    "",
    ...ways(seed),
  ].join("\n");
}

/** What the adversary does, in the first rounds and the last. */
function trace(): readonly string[] {
  const lines: string[] = [];
  let votes = start;
  for (let round = 1; round <= roundsMax; round++) {
    const schedule = keepOpen(votes);
    if (schedule === null) return [...lines, "decided"];
    const after = playRound(votes, schedule, giveWay(votes));
    if (round <= 3 || round === roundsMax)
      lines.push(
        [
          String(round).padStart(5),
          votes.join(" ").padStart(7),
          late(schedule).padStart(16),
          after.votes.join(" ").padStart(13),
        ].join(""),
      );
    votes = after.votes;
  }
  return lines;
}

/** The messages that come after their receiver has gone on. */
function late({ report }: Schedule): string {
  const missed = report.map((heard, self) => 3 - self - heard);
  return missed.map((from, self) => `${from}>${self}`).join(" ");
}

function count(): readonly string[] {
  const ends = schedules.map((schedule) =>
    playRound(start, schedule, giveWay(start)),
  );
  const decided = ends.filter((end) => end.decided !== null).length;
  const open = ends.filter(({ votes }) => isBivalent(votes)).length;
  const equal = ends.length - decided - open;
  return [
    `Of ${ends.length} schedules from ${start.join(" ")}, ${decided} decide, ${equal} make`,
    `the votes equal, and ${open} leave both values possible.`,
  ];
}

function ways(seed: number): readonly string[] {
  const coins = Array.from(
    { length: 1000 },
    (_, n) => roundsWithCoin(start, seed * 1000 + n, 100) ?? 100,
  ).toSorted((a, b) => a - b);
  const detector = (stableFrom: number) =>
    roundsWithDetector(start, stableFrom, roundsMax) ??
    `open after ${roundsMax}`;
  return [
    "who learns nothing ...                  rounds until somebody decides",
    `gives way to the other side             ${detector(Infinity)}`,
    `tosses a coin (1000 runs)               ${coins[500]} (median), ${coins.at(-1)} (most)`,
    `follows a detector, right from round 1  ${detector(1)}`,
    `                   right from round 10  ${detector(10)}`,
    `                  right from round 500  ${detector(500)}`,
  ];
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
