/** Answers to the exercises of the chapter that are programs. */
import { falseAnHour } from "./bounds.ts";
import { follow } from "./escape.ts";
import {
  playRound,
  type Schedule,
  schedules,
  type Votes,
} from "./flp.ts";
import { allRules, outcomes } from "./two-generals.ts";

// #region splits
/**
 * In how many outcomes the best pair of rules sends one general alone,
 * if both attack when all arrives and neither when nothing does; null
 * if no rules do that.
 */
export function fewestSplits(messages: number): number | null {
  const all = outcomes(messages);
  const most = all.at(-1) ?? { atA: 0, atB: 0 };
  let fewest: number | null = null;
  for (const a of allRules(most.atA))
    for (const b of allRules(most.atB)) {
      if (a[0] === true || b[0] === true) continue;
      if (a[most.atA] !== true || b[most.atB] !== true) continue;
      const splits = all.filter(({ atA, atB }) => a[atA] !== b[atB]);
      fewest = Math.min(fewest ?? Infinity, splits.length);
    }
  return fewest;
}
// #endregion splits

// #region copies
/** Copies of an order after which it is this unlikely that none comes. */
export function copiesFor(
  lossProbability: number,
  aloneProbabilityMax: number,
): number {
  let copies = 1;
  while (lossProbability ** copies > aloneProbabilityMax) copies += 1;
  return copies;
}
// #endregion copies

// #region not-waiting
/** All trust one process and none waits for it: all stays as it was. */
export function stuckSchedule(
  votes: Votes,
  trusted: number,
): Schedule | null {
  const found = schedules.find((schedule) => {
    const after = playRound(votes, schedule, follow(votes, trusted));
    return (
      after.decided === null && after.votes.join() === votes.join()
    );
  });
  return found ?? null;
}
// #endregion not-waiting

// #region heartbeat
/**
 * The longest interval between heartbeats, in whole ms, that finds a
 * crash within `detectMs` and errs at most so often for each pair.
 */
export function longestHeartbeatMs(
  detectMs: number,
  delayMs: number,
  lossProbability: number,
  falseAnHourMax: number,
): number | null {
  // The last heartbeat may arrive late and start the timeout then.
  const timeoutMs = detectMs - delayMs;
  for (let heartbeatMs = timeoutMs; heartbeatMs > 0; heartbeatMs--) {
    const errors = falseAnHour(
      timeoutMs,
      heartbeatMs,
      delayMs,
      lossProbability,
    );
    if (errors <= falseAnHourMax) return heartbeatMs;
  }
  return null;
}
// #endregion heartbeat
