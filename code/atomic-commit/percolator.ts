/**
 * Transactions with snapshots over many machines and without a
 * coordinator: the client leaves locks in the rows, and the fate of all
 * hangs on one of them. D. Peng, F. Dabek, "Large-scale Incremental
 * Processing Using Distributed Transactions and Notifications", OSDI
 * 2010, section 2.2. The columns of a row; the nodes are in shards.ts.
 *
 * There the client runs each step in a row as a row transaction. Here
 * it sends a message, of which a copy may come late; so a row that is
 * rolled back keeps a record. This is not in the paper; TiKV does it.
 */

// #region columns
/** The columns `data`, `lock` and `write` of one cell, and a list. */
export type Row = {
  /** Values by the start timestamp of their writer. */
  readonly data: { readonly [startTs: number]: number };
  readonly lock: Lock | null;
  /** Commit timestamp: which start timestamp became visible then. */
  readonly write: { readonly [commitTs: number]: number };
  /** Ours: the start timestamps that may not lock here again. */
  readonly rolledBack: readonly number[];
};

export type Lock = {
  readonly startTs: number;
  /** The one lock that decides over all of this transaction. */
  readonly primary: string;
  /** When it was set, by the clock of its shard. */
  readonly setMs: number;
};
// #endregion columns

export function rowOf(value: number): Row {
  const data = { 0: value };
  return { data, lock: null, write: { 0: 0 }, rolledBack: [] };
}

// #region get
/** A lock in the snapshot may become a value in it: do not pass it. */
export function get(row: Row, ts: number): number | Lock {
  if (row.lock !== null && row.lock.startTs <= ts) return row.lock;
  const commits = Object.keys(row.write).map(Number);
  const latest = Math.max(...commits.filter((at) => at <= ts));
  return row.data[row.write[latest] ?? 0] ?? 0;
}
// #endregion get

// #region prewrite
/** Null: rolled back, written since the start, or locked by another. */
export function prewrite(
  row: Row,
  value: number,
  lock: Lock,
): Row | null {
  const { startTs } = lock;
  if (row.lock?.startTs === startTs) return row;
  if (row.rolledBack.includes(startTs)) return null;
  const commits = Object.keys(row.write).map(Number);
  if (commits.some((at) => at >= startTs)) return null;
  if (row.lock !== null) return null;
  return { ...row, data: { ...row.data, [startTs]: value }, lock };
}
// #endregion prewrite

// #region commit
/** Replace the lock by a write record; null: the lock was taken away. */
export function commit(
  row: Row,
  startTs: number,
  commitTs: number,
): Row | null {
  if (row.lock?.startTs !== startTs) {
    return commitOf(row, startTs) === null ? null : row;
  }
  const write = { ...row.write, [commitTs]: startTs };
  return { ...row, lock: null, write };
}

/** When this transaction was committed here; null if it was not. */
export function commitOf(row: Row, startTs: number): number | null {
  const found = Object.entries(row.write).find(
    ([, start]) => start === startTs,
  );
  return found === undefined ? null : Number(found[0]);
}
// #endregion commit

// #region roll-back
/** Take the lock away; the record stops a prewrite that comes late. */
export function rollBack(row: Row, startTs: number): Row {
  if (row.lock?.startTs !== startTs) return row;
  const { [startTs]: _, ...data } = row.data;
  const rolledBack = [...row.rolledBack, startTs];
  return { ...row, lock: null, data, rolledBack };
}
// #endregion roll-back
