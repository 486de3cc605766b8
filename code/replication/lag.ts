/**
 * Replication lag: how it is measured, and how much of it to expect from
 * the rate of writes, the rate at which a follower applies them and the
 * network between: the Lag Budget.
 */
import type { State } from "./state.ts";

// #region lag
export type Lag = {
  /** Entries of the leader's log that a read here does not see yet. */
  readonly entries: number;
  /** Age of the oldest entry that has come but is not applied. */
  readonly ms: number;
  /** Since the leader was heard: the rest is true only as of then. */
  readonly silentMs: number;
};

/** The lag of a follower, as far as the follower itself can know. */
export function lagOf(state: State, nowMs: number): Lag {
  const { log, applied, leaderEnd, heardMs } = state;
  const oldest = log[applied];
  return {
    entries: Math.max(0, leaderEnd - applied),
    ms: oldest === undefined ? 0 : Math.max(0, nowMs - oldest.atMs),
    silentMs: nowMs - heardMs,
  };
}
// #endregion lag

// #region lag-budget
export type Load = {
  readonly writesPerSecond: number;
  readonly appliesPerSecond: number;
  /** One way, from the leader to the follower. */
  readonly networkMs: number;
  /** How long the writes come at this rate. */
  readonly burstMs: number;
};

/**
 * The greatest lag of a burst, in ms: from the write on the leader to
 * the read on the follower, for the last write of the burst.
 */
export function worstLagMs(load: Load): number {
  const { networkMs, burstMs, appliesPerSecond } = load;
  const applyMs = 1000 / appliesPerSecond;
  const excess = load.writesPerSecond / appliesPerSecond - 1;
  return networkMs + applyMs + burstMs * Math.max(0, excess);
}

/** From the end of a burst until the lag is small again, in ms. */
export function recoveryMs(load: Load, calmPerSecond: number): number {
  const { writesPerSecond, appliesPerSecond, burstMs } = load;
  const excess = Math.max(0, writesPerSecond - appliesPerSecond);
  const backlog = (excess * burstMs) / 1000;
  if (backlog === 0) return 0;
  const spare = appliesPerSecond - calmPerSecond;
  return spare <= 0 ? Infinity : (backlog / spare) * 1000;
}
// #endregion lag-budget
