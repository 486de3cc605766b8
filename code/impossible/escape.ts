/**
 * The way out of `flp.ts` that production takes. Nothing of the protocol
 * changes but whom a process waits for, and follows when it has learned
 * nothing. A failure detector may name anybody, and agreement never
 * depends on it; once it names one live process to all, the vote ends.
 */
import {
  type Bit,
  giveWay,
  keepOpen,
  playRound,
  type Round,
  type Schedule,
  schedules,
  type Votes,
} from "./flp.ts";

// #region follow
/** Who learns nothing takes the vote of the process it trusts. */
export function follow(
  votes: Votes,
  trusted: number,
): (process: number) => Bit {
  const vote = votes[trusted] ?? 0;
  return () => vote;
}

/** What the adversary may still do when all wait for that process. */
export function schedulesThatHear(
  trusted: number,
): readonly Schedule[] {
  return schedules.filter(({ report }) =>
    report.every(
      (heard, self) => self === trusted || heard === trusted,
    ),
  );
}
// #endregion follow

// #region stabilize
/**
 * Rounds until somebody decides. Before round `stableFrom` the detector
 * errs as it suits the adversary; from then on it names process 0.
 */
export function roundsWithDetector(
  start: Votes,
  stableFrom: number,
  roundsMax: number,
): number | null {
  let votes = start;
  for (let round = 1; round <= roundsMax; round++) {
    const open = round < stableFrom ? keepOpen(votes) : null;
    const after =
      open === null
        ? worstRound(votes)
        : playRound(votes, open, giveWay(votes));
    if (after.decided !== null) return round;
    votes = after.votes;
  }
  return null;
}

/** All wait for process 0; the adversary picks the rest. */
export function worstRound(votes: Votes): Round {
  return schedulesThatHear(0)
    .map((schedule) => playRound(votes, schedule, follow(votes, 0)))
    .reduce((worst, next) => (worst.decided === null ? worst : next));
}
// #endregion stabilize
