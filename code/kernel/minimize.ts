/**
 * From a long schedule that fails to a short one that still does: what is
 * left is what matters. Runs are repeatable, so each guess is simply run.
 */
import type { Fault } from "./faults.ts";

export type Schedule = {
  readonly faults: readonly Fault[];
  /** How long the run goes on. */
  readonly untilMs: number;
};

export type Minimized = Schedule & {
  /** How many runs the search has cost. */
  readonly runs: number;
};

// #region minimize
/**
 * The smallest failing schedule that dropping faults and ending earlier
 * leads to. No single fault of it can be dropped (Zeller and Hildebrandt,
 * TSE 2002: 1-minimal); a smaller one of another shape may exist.
 * `fails` runs a schedule and says whether the fault in question shows.
 */
export function minimize(
  schedule: Schedule,
  fails: (schedule: Schedule) => boolean,
): Minimized {
  let runs = 0;
  const stillFails = (guess: Schedule) => {
    runs += 1;
    return fails(guess);
  };
  if (!stillFails(schedule)) {
    throw new Error("The schedule to minimize does not fail.");
  }
  let kept = endEarlier(schedule, stillFails);
  while (true) {
    const few = dropFaults(kept, stillFails);
    kept = endEarlier(few, stillFails);
    // In a shorter run another fault may have become needless.
    if (kept.untilMs === few.untilMs) return { ...kept, runs };
  }
}

// #endregion minimize

// #region drop-faults
/** Leave out halves, then quarters, and at last single faults. */
function dropFaults(
  schedule: Schedule,
  stillFails: (guess: Schedule) => boolean,
): Schedule {
  let kept = schedule;
  let size = Math.ceil(kept.faults.length / 2);
  while (size >= 1) {
    const before = kept.faults.length;
    for (let from = 0; from < kept.faults.length; ) {
      const faults = kept.faults.toSpliced(from, size);
      const guess = { ...kept, faults };
      if (stillFails(guess)) kept = guess;
      else from += size;
    }
    const isStuck = kept.faults.length === before;
    if (size > 1) size = Math.ceil(size / 2);
    else if (isStuck) break;
  }
  return kept;
}

// #endregion drop-faults

/** Halve the time between an end that is too early and one that fails. */
function endEarlier(
  schedule: Schedule,
  stillFails: (guess: Schedule) => boolean,
): Schedule {
  let tooEarlyMs = 0;
  let kept = schedule;
  while (kept.untilMs - tooEarlyMs > 1) {
    const untilMs = Math.floor((tooEarlyMs + kept.untilMs) / 2);
    const isDue = ({ atMs }: Fault) => atMs <= untilMs;
    const guess = { faults: kept.faults.filter(isDue), untilMs };
    if (stillFails(guess)) kept = guess;
    else tooEarlyMs = untilMs;
  }
  return kept;
}
