/**
 * Levels that each forget one rule. The tests demand that a cycle in the
 * serialization graph gives each away.
 */
// unprinted: for the chapter on transactions
import {
  degree0,
  serializable,
  snapshotIsolation,
  trackConflicts,
  twoPhaseLocking,
} from "./levels.ts";
import type { Rules } from "./store.ts";

// #region no-first-committer
/** Snapshots, but nobody looks who committed first: updates are lost. */
export const noFirstCommitter: Rules = {
  ...snapshotIsolation,
  name: "snapshot, no first committer",
  objection: () => null,
};
// #endregion no-first-committer

// #region late-snapshot
/** Each statement sees a snapshot of its own: reads are skewed. */
export const lateSnapshot: Rules = {
  ...snapshotIsolation,
  name: "snapshot, taken late",
  seesUpTo: ({ clock }) => clock,
};
// #endregion late-snapshot

// #region forget-committed
/** Read locks and flags are forgotten when their owner commits. */
export const forgetCommitted: Rules = {
  ...serializable,
  name: "serializable, forgetful",
  track: (store, txn, statement) => {
    const active = Object.values(store.txns).filter(
      ({ id, status }) => id !== txn.id && status === "active",
    );
    return trackConflicts(store, txn, statement, active);
  },
};
// #endregion forget-committed

// #region no-predicates
/** Tracks the keys that were read, not the ranges: phantoms get in. */
export const noPredicates: Rules = {
  ...serializable,
  name: "serializable, no predicates",
  track: (store, txn, statement) =>
    statement.do === "scan"
      ? store
      : serializable.track(store, txn, statement),
};
// #endregion no-predicates

// #region early-release
/** Read locks are given back after the read: one phase too few. */
export const earlyRelease: Rules = {
  ...twoPhaseLocking,
  name: "locking, released early",
  track: degree0.track,
};
// #endregion early-release
