/**
 * How stale is eventual? Probabilistically bounded staleness: of N
 * replicas, W acknowledge a write and R answer a read that begins some
 * time later; how often does the read meet a replica with the write?
 *
 * Bailis et al., "Probabilistically Bounded Staleness for Practical
 * Partial Quorums", PVLDB 5(8), 2012: the WARS model, by trying.
 */
import { fraction, stream } from "../kernel/random.ts";

// #region wars
/** A delay in ms, by a quantile from 0 to 1. */
export type Delay = (quantile: number) => number;

export type Wars = {
  readonly n: number;
  readonly r: number;
  readonly w: number;
  /** To a replica with the write, and back with its ok. */
  readonly write: Delay;
  readonly ack: Delay;
  /** To a replica with the read, and back with its answer. */
  readonly read: Delay;
  readonly response: Delay;
};

// #region sees-write
/** Does a read that begins `afterMs` after the write was ok see it? */
export function seesWrite(
  { n, r, w, ...delays }: Wars,
  afterMs: number,
  dice: number,
): boolean {
  const replicas = Array.from({ length: n }, (_, at) => {
    const draw = (delay: Delay, use: number) =>
      delay(fraction(stream(dice, 4 * at + use)));
    const storedMs = draw(delays.write, 0);
    const okMs = storedMs + draw(delays.ack, 1);
    const askedMs = draw(delays.read, 2);
    const toldMs = askedMs + draw(delays.response, 3);
    return { storedMs, okMs, askedMs, toldMs };
  });
  const oks = replicas.map(({ okMs }) => okMs);
  const doneMs = oks.sort((one, other) => one - other)[w - 1] ?? 0;
  const answers = replicas
    .toSorted((one, other) => one.toldMs - other.toldMs)
    .slice(0, r);
  return answers.some(
    ({ storedMs, askedMs }) => storedMs <= doneMs + afterMs + askedMs,
  );
}
// #endregion sees-write
// #endregion wars

// #region estimate
/** The part of so many reads, from 0 to 1, that would see the write. */
export function freshPart(
  wars: Wars,
  afterMs: number,
  trials: number,
  dice: number,
): number {
  let fresh = 0;
  for (let nth = 0; nth < trials; nth++) {
    if (seesWrite(wars, afterMs, stream(dice, nth))) fresh += 1;
  }
  return fresh / trials;
}
// #endregion estimate
