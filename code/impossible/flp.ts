/**
 * Three processes vote, one may stop, messages take any time. No
 * deterministic rule ends in all runs (Fischer, Lynch and Paterson, JACM
 * 1985). This is Ben-Or's protocol (PODC 1983) with its coin taken out: an
 * adversary who only delays messages keeps it from deciding for ever.
 */
import { fraction, stream } from "../kernel/random.ts";

// #region configuration
export type Bit = 0 | 1;
/** What each of the three processes votes for at the start of a round. */
export type Votes = readonly [Bit, Bit, Bit];
export type Round = {
  readonly votes: Votes;
  /** What somebody decided in this round, or null. */
  readonly decided: Bit | null;
};

/**
 * Whom each process hears in time: the number of one other. Waiting for
 * both would be waiting for one that may have stopped.
 */
export type Hears = readonly [number, number, number];
/** One choice for each of the two phases of a round. */
export type Schedule = {
  readonly report: Hears;
  readonly propose: Hears;
};
// #endregion configuration

// #region round
/**
 * One round: report the vote; propose what two reports agree on, else
 * nothing; decide what two proposals agree on, take over what one says.
 * `undecided` says what a process votes for that has heard of neither.
 */
export function playRound(
  votes: Votes,
  { report, propose }: Schedule,
  undecided: (process: number) => Bit,
): Round {
  const proposals = three((self) =>
    votes[self] === votes[other(report, self)]
      ? bit(votes, self)
      : null,
  );
  let decided: Bit | null = null;
  const next = three((self): Bit => {
    const own = proposals[self] ?? null;
    const heard = proposals[other(propose, self)] ?? null;
    if (own !== null && own === heard) decided = own;
    return own ?? heard ?? undecided(self);
  });
  return { votes: next, decided };
}
// #endregion round

// #region schedules
const hearings: readonly Hears[] = [1, 2].flatMap((a) =>
  [0, 2].flatMap((b) => [0, 1].map((c): Hears => [a, b, c])),
);

/** All that an adversary can do in one round. */
export const schedules: readonly Schedule[] = hearings.flatMap(
  (report) => hearings.map((propose) => ({ report, propose })),
);
// #endregion schedules

// #region valence
/** What can still be decided from here, by some schedule. */
export function valence(start: Votes): ReadonlySet<Bit> {
  const seen = new Set<string>();
  const decisions = new Set<Bit>();
  const open: Votes[] = [start];
  for (
    let votes = open.pop();
    votes !== undefined;
    votes = open.pop()
  ) {
    if (seen.has(votes.join())) continue;
    seen.add(votes.join());
    for (const schedule of schedules) {
      const after = playRound(votes, schedule, giveWay(votes));
      if (after.decided === null) open.push(after.votes);
      else decisions.add(after.decided);
    }
  }
  return decisions;
}

export function isBivalent(votes: Votes): boolean {
  return valence(votes).size === 2;
}

/** The coin taken out: who learns nothing gives way to the other side. */
export function giveWay(votes: Votes): (process: number) => Bit {
  return (process) => (bit(votes, process) === 0 ? 1 : 0);
}
// #endregion valence

// #region adversary
/** A schedule after which all is open as before, or null. */
export function keepOpen(votes: Votes): Schedule | null {
  const found = schedules.find((schedule) => {
    const after = playRound(votes, schedule, giveWay(votes));
    return after.decided === null && isBivalent(after.votes);
  });
  return found ?? null;
}
// #endregion adversary

// #region coin
/**
 * Rounds until somebody decides, when each process that learns nothing
 * tosses a coin, against an adversary who would keep the vote open if he
 * could foresee the coins as `keepOpen` foresees votes.
 */
export function roundsWithCoin(
  start: Votes,
  seed: number,
  roundsMax: number,
): number | null {
  let votes = start;
  for (let round = 1; round <= roundsMax; round++) {
    const schedule = keepOpen(votes) ?? firstSchedule;
    const dice = stream(seed, round);
    const after = playRound(votes, schedule, (process) =>
      fraction(stream(dice, process)) < 0.5 ? 0 : 1,
    );
    if (after.decided !== null) return round;
    votes = after.votes;
  }
  return null;
}
// #endregion coin

const firstSchedule: Schedule = {
  report: [1, 0, 0],
  propose: [1, 0, 0],
};

function three<T>(each: (self: number) => T): readonly [T, T, T] {
  return [each(0), each(1), each(2)];
}

function other(hears: Hears, self: number): number {
  return hears[self] ?? 0;
}

function bit(votes: Votes, process: number): Bit {
  return votes[process] ?? 0;
}
