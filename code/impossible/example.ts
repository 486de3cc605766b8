/** All rules of two generals, all that an adversary can do, all lies. */
// unprinted: for the chapter on what cannot be done
import { seedFrom } from "../kernel/sample.ts";
import { everyLie } from "./byzantine.ts";
import {
  giveWay,
  keepOpen,
  playRound,
  roundsWithCoin,
  type Votes,
} from "./flp.ts";
import { aloneProbability, search } from "./two-generals.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [...generals(), "", ...vote(seed), "", ...traitors()].join(
    "\n",
  );
}

function generals(): readonly string[] {
  const rows = [1, 2, 3, 6, 9].map((messages) => {
    const { pairs, agreeing, solving } = search(messages);
    return [
      String(messages).padStart(8),
      String(pairs).padStart(14),
      String(agreeing).padStart(12),
      String(solving).padStart(8),
      aloneProbability(messages, 0.1).toFixed(3).padStart(10),
    ].join("");
  });
  return [
    "Two generals: pairs of rules that never send one alone and attack",
    "when all messengers arrive; that rest if none does; and the chance",
    "that one is alone by the naive rule, if one in ten is lost.",
    "",
    "messages         pairs    agreeing  solving  alone",
    ...rows,
  ];
}

function vote(seed: number): readonly string[] {
  const start: Votes = [0, 1, 1];
  let votes = start;
  let rounds = 0;
  for (; rounds < 1000; rounds++) {
    const schedule = keepOpen(votes);
    if (schedule === null) break;
    votes = playRound(votes, schedule, giveWay(votes)).votes;
  }
  const needed = Array.from(
    { length: 1000 },
    (_, n) => roundsWithCoin(start, seed * 1000 + n, 100) ?? 100,
  ).toSorted((a, b) => a - b);
  return [
    `A vote of three that stands ${start.join(" ")}:`,
    `  the adversary has kept it open for ${rounds} rounds and goes on;`,
    "  with coins it is over, in 1000 runs, after a median of",
    `  ${needed[500]} rounds, and ${needed.at(-1)} at most.`,
  ];
}

function traitors(): readonly string[] {
  return [3, 4].map((generals) => {
    const { runs, failures } = everyLie(generals, 1);
    return `${generals} generals, one a traitor: ${runs} runs, ${failures.length} of them fail.`;
  });
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
