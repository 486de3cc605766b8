/** Solutions of the exercises, and the arithmetic of the chapter. */
import { type Log, next, type Saga } from "./saga.ts";

// #region arithmetic
/** Of all sagas, the share in which each step is done and then undone. */
export function undoneShares(
  refused: readonly number[],
): readonly number[] {
  const passes = (shares: readonly number[]) =>
    shares.reduce((product, share) => product * (1 - share), 1);
  return refused.map((_, at) => {
    const isDone = passes(refused.slice(0, at + 1));
    return isDone * (1 - passes(refused.slice(at + 1)));
  });
}

/** Little's law: so many are under way at any time. */
export function openSagas(perS: number, lastsS: number): number {
  return perS * lastsS;
}

/** A row held so long for each of them serves so many a second. */
export function perSecond(heldMs: number): number {
  return 1000 / heldMs;
}

/** Attempts, with waits that double up to a cap, to see an outage end. */
export function attemptsToOutlast(
  outageS: number,
  firstS: number,
  capS: number,
): number {
  let [atS, attempts] = [0, 1];
  while (atS < outageS) {
    atS += Math.min(capS, firstS * 2 ** (attempts - 1));
    attempts += 1;
  }
  return attempts;
}
// #endregion arithmetic

// #region lines-replayed
/** Lines that a run of so many reads, if a new journal begins every so many. */
export function linesReplayed(lines: number, every: number): number {
  const upTo = (count: number) => (count * (count - 1)) / 2;
  const whole = Math.floor(lines / every);
  return whole * upTo(every) + upTo(lines % every);
}
// #endregion lines-replayed

// #region overdue
export type Watched = { readonly log: Log; readonly lastMs: number };

/** Not over, and no new line for longer than anybody should wait. */
export function overdue(
  saga: Saga,
  sagas: { readonly [order: string]: Watched },
  nowMs: number,
  patienceMs: number,
): readonly string[] {
  return Object.entries(sagas).flatMap(([order, { log, lastMs }]) => {
    const now = next(saga, log);
    if (now.kind === "end") return [];
    const isLate = nowMs - lastMs > patienceMs;
    return now.kind === "stuck" || isLate ? [order] : [];
  });
}
// #endregion overdue
