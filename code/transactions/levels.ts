/**
 * Isolation levels, each as the few rules that make it. Berenson et al.,
 * "A Critique of ANSI SQL Isolation Levels", SIGMOD 1995, for degree 0,
 * read committed, snapshot isolation and locking; Cahill, Röhm, Fekete,
 * "Serializable Isolation for Snapshot Databases", SIGMOD 2008, for the
 * serializable one.
 */
// unprinted: for the chapter on transactions
import {
  isIn,
  putTxn,
  type Rules,
  type Statement,
  type Store,
  type Txn,
  txnOf,
} from "./store.ts";

// #region degree-0
/** No isolation: whatever is written is there for all, at once. */
export const degree0: Rules = {
  name: "degree 0",
  inPlace: true,
  seesUpTo: () => Number.MAX_SAFE_INTEGER,
  waitsFor: () => [],
  track: (store) => store,
  objection: () => null,
};
// #endregion degree-0

// #region read-committed
/** Sees the newest commit; who writes a key waits for its last writer. */
export const readCommitted: Rules = {
  ...degree0,
  name: "read committed",
  inPlace: false,
  waitsFor: (store, txn, statement) =>
    isWriting(statement)
      ? othersWho(store, txn, (other) => hasWritten(other, statement))
      : [],
};
// #endregion read-committed

// #region snapshot-isolation
/** Reads what was committed when it began; the first committer wins. */
export const snapshotIsolation: Rules = {
  ...degree0,
  name: "snapshot",
  inPlace: false,
  seesUpTo: (_, txn) => txn.startTs,
  objection: (store, txn) => {
    const lost = Object.keys(txn.writes).find((key) =>
      isNewer(store, txn, key),
    );
    return lost === undefined ? null : `first committer won ${lost}`;
  },
};

/** Has somebody committed this key since the transaction began? */
function isNewer(store: Store, txn: Txn, key: string): boolean {
  const newest = store.versions[key]?.at(-1);
  return newest !== undefined && newest.commitTs > txn.startTs;
}
// #endregion snapshot-isolation

// #region dangerous-structure
/** Snapshot isolation that allows no pivot (Cahill et al., section 3). */
export const serializable: Rules = {
  ...snapshotIsolation,
  name: "serializable",
  track: (store, txn, statement) =>
    trackConflicts(store, txn, statement, concurrentWith(store, txn)),
  objection: (store, txn) =>
    txn.inConflict && txn.outConflict
      ? "it is a pivot: rw in, rw out"
      : snapshotIsolation.objection(store, txn),
};

/** Active, or committed after this one began: they overlap in time. */
export function concurrentWith(store: Store, txn: Txn): readonly Txn[] {
  return Object.values(store.txns).filter(
    (other) =>
      other.id !== txn.id &&
      (other.status === "active" ||
        (other.commitTs !== null && other.commitTs > txn.startTs)),
  );
}
// #endregion dangerous-structure

// #region rw-conflicts
/** Mark every rw-dependency that this statement brings about. */
export function trackConflicts(
  store: Store,
  txn: Txn,
  statement: Statement,
  concurrent: readonly Txn[],
): Store | string {
  const writers = concurrent.filter((o) => hasWritten(o, statement));
  const readers = concurrent.filter((o) => hasRead(o, statement));
  const overwritten = isReading(statement) ? writers : [];
  const overwrites = isWriting(statement) ? readers : [];
  const pivot =
    overwritten.find((o) => isCommitted(o) && o.outConflict) ??
    overwrites.find((o) => isCommitted(o) && o.inConflict);
  if (pivot) return `${pivot.id} is committed and would be a pivot`;
  const self = noteReads(txn, statement);
  const marked = {
    ...self,
    outConflict: self.outConflict || overwritten.length > 0,
    inConflict: self.inConflict || overwrites.length > 0,
  };
  const into = overwritten.reduce(
    (next, { id }) =>
      putTxn(next, { ...txnOf(next, id), inConflict: true }),
    putTxn(store, marked),
  );
  return overwrites.reduce(
    (next, { id }) =>
      putTxn(next, { ...txnOf(next, id), outConflict: true }),
    into,
  );
}
// #endregion rw-conflicts

// #region two-phase-locking
/** Readers and writers wait for each other, until the other has ended. */
export const twoPhaseLocking: Rules = {
  ...degree0,
  name: "two-phase locking",
  inPlace: false,
  waitsFor: (store, txn, statement) =>
    othersWho(
      store,
      txn,
      (other) =>
        hasWritten(other, statement) ||
        (isWriting(statement) && hasRead(other, statement)),
    ),
  track: (store, txn, statement) =>
    putTxn(store, noteReads(txn, statement)),
};
// #endregion two-phase-locking

export const levels: readonly Rules[] = [
  degree0,
  readCommitted,
  snapshotIsolation,
  serializable,
  twoPhaseLocking,
];

// #region conflicts
/** Does the statement touch a key that this one has written? */
function hasWritten(other: Txn, statement: Statement): boolean {
  const written = Object.keys(other.writes);
  if (statement.do === "scan")
    return written.some((key) => isIn(statement, key));
  return "key" in statement && written.includes(statement.key);
}

/** Does it touch a key, or a gap between keys, that this one has read? */
function hasRead(other: Txn, statement: Statement): boolean {
  if (!("key" in statement)) return false;
  const { key } = statement;
  return (
    other.reads.includes(key) ||
    other.ranges.some((range) => isIn(range, key))
  );
}
// #endregion conflicts

function isReading({ do: what }: Statement): boolean {
  return what === "read" || what === "scan" || what === "append";
}

function isWriting({ do: what }: Statement): boolean {
  return what === "write" || what === "append";
}

function isCommitted({ status }: Txn): boolean {
  return status === "committed";
}

function noteReads(txn: Txn, statement: Statement): Txn {
  if (statement.do === "scan") {
    const { from, to } = statement;
    return { ...txn, ranges: [...txn.ranges, { from, to }] };
  }
  return isReading(statement) && "key" in statement
    ? { ...txn, reads: [...txn.reads, statement.key] }
    : txn;
}

function othersWho(
  store: Store,
  txn: Txn,
  isInTheWay: (other: Txn) => boolean,
): readonly string[] {
  return Object.values(store.txns)
    .filter(({ id, status }) => id !== txn.id && status === "active")
    .filter(isInTheWay)
    .map(({ id }) => id);
}
