/**
 * A store that keeps every version of a value, and the life of a
 * transaction on it. What a transaction may see, whom it waits for and
 * whether it may commit are the rules of its isolation level (levels.ts).
 * All is plain data: each function gives a new store.
 */
// unprinted: for the chapter on transactions
import type { Json } from "../kernel/node.ts";

// #region statement
/** All keys k with from <= k < to: the predicate of a scan. */
export type Range = { readonly from: string; readonly to: string };

export type Statement =
  | { readonly do: "begin" }
  | { readonly do: "commit" }
  | { readonly do: "abort" }
  | { readonly do: "read"; readonly key: string }
  | ({ readonly do: "scan" } & Range)
  | { readonly do: "write"; readonly key: string; readonly value: Json }
  /** One statement that reads and writes: list := list + element. */
  | {
      readonly do: "append";
      readonly key: string;
      readonly element: Json;
    };
// #endregion statement

// #region version
/** Versions of a key stand in the order of their timestamps. */
export type Version = {
  readonly value: Json;
  readonly writer: string;
  readonly commitTs: number;
};

export type Txn = {
  readonly id: string;
  readonly status: "active" | "committed" | "aborted";
  /** Order of the beginnings: a smaller number is an older one. */
  readonly age: number;
  readonly startTs: number;
  readonly commitTs: number | null;
  /** What it wrote and nobody else may see yet. */
  readonly writes: { readonly [key: string]: Json };
  /** What it read: its read locks, or Cahill's SIREAD locks. */
  readonly reads: readonly string[];
  readonly ranges: readonly Range[];
  /** Somebody concurrent read what this one overwrites. */
  readonly inConflict: boolean;
  /** This one read what somebody concurrent overwrites. */
  readonly outConflict: boolean;
};

export type Store = {
  /** The timestamp of the latest commit. */
  readonly clock: number;
  readonly versions: { readonly [key: string]: readonly Version[] };
  readonly txns: { readonly [id: string]: Txn };
};
// #endregion version

// #region rules
/** What makes one isolation level differ from another. */
export type Rules = {
  readonly name: string;
  /** Writes are seen by all at once, before any commit. */
  readonly inPlace: boolean;
  /** The newest commit timestamp that this statement may see. */
  seesUpTo(store: Store, txn: Txn): number;
  /** Who must end before this statement may run. */
  waitsFor(
    store: Store,
    txn: Txn,
    statement: Statement,
  ): readonly string[];
  /** Note what was touched; a text is the reason to abort. */
  track(store: Store, txn: Txn, statement: Statement): Store | string;
  /** Null, or why it must not commit. */
  objection(store: Store, txn: Txn): string | null;
};

export type Outcome =
  | { readonly kind: "ok"; readonly value: Json }
  | { readonly kind: "wait"; readonly on: readonly string[] }
  | { readonly kind: "aborted"; readonly why: string };
// #endregion rules

/** A store with these values, written by nobody ("") at time 0. */
export function storeOf(values: {
  readonly [key: string]: Json;
}): Store {
  const versions = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      [{ value, writer: "", commitTs: 0 }],
    ]),
  );
  return { clock: 0, versions, txns: {} };
}

// #region begin
/** The snapshot is that of the first statement. */
export function begin(store: Store, id: string): Store {
  const age = Object.keys(store.txns).length;
  return putTxn(store, {
    id,
    status: "active",
    age,
    startTs: store.clock,
    commitTs: null,
    writes: {},
    reads: [],
    ranges: [],
    inConflict: false,
    outConflict: false,
  });
}
// #endregion begin

// #region perform
/** One statement of one transaction, under the rules of its level. */
export function perform(
  before: Store,
  rules: Rules,
  id: string,
  statement: Statement,
): readonly [Store, Outcome] {
  const store = before.txns[id] ? before : begin(before, id);
  const txn = txnOf(store, id);
  if (txn.status !== "active") {
    return [store, { kind: "aborted", why: `it is ${txn.status}` }];
  }
  if (statement.do === "begin") return [store, ok(null)];
  if (statement.do === "abort") return abort(store, id, "on request");
  if (statement.do === "commit") return commit(store, rules, txn);
  const on = rules.waitsFor(store, txn, statement);
  if (on.length > 0) return [store, { kind: "wait", on }];
  const tracked = rules.track(store, txn, statement);
  if (typeof tracked === "string") return abort(store, id, tracked);
  return access(tracked, rules, txnOf(tracked, id), statement);
}
// #endregion perform

// #region access
function access(
  store: Store,
  rules: Rules,
  txn: Txn,
  statement: Exclude<Statement, { do: "begin" | "commit" | "abort" }>,
): readonly [Store, Outcome] {
  switch (statement.do) {
    case "read":
      return [store, ok(valueFor(store, rules, txn, statement.key))];
    case "scan":
      return [store, ok(scan(store, rules, txn, statement))];
    case "write": {
      const { key, value } = statement;
      return [write(store, rules, txn, key, value), ok(null)];
    }
    case "append": {
      const { key, element } = statement;
      const list = valueFor(store, rules, txn, key);
      const value = [...(Array.isArray(list) ? list : []), element];
      return [write(store, rules, txn, key, value), ok(null)];
    }
  }
}

function write(
  store: Store,
  rules: Rules,
  txn: Txn,
  key: string,
  value: Json,
): Store {
  if (rules.inPlace) return install(store, txn.id, { [key]: value });
  return putTxn(store, {
    ...txn,
    writes: { ...txn.writes, [key]: value },
  });
}
// #endregion access

// #region visible
/** The version that a transaction sees, apart from its own writes. */
export function visible(
  store: Store,
  rules: Rules,
  txn: Txn,
  key: string,
): Version | undefined {
  const upTo = rules.seesUpTo(store, txn);
  return store.versions[key]?.findLast(
    ({ commitTs }) => commitTs <= upTo,
  );
}

function valueFor(
  store: Store,
  rules: Rules,
  txn: Txn,
  key: string,
): Json {
  const own = txn.writes[key];
  if (own !== undefined) return own;
  return visible(store, rules, txn, key)?.value ?? null;
}
// #endregion visible

/** Keys and values in a range, in order; null stands for no value. */
function scan(
  store: Store,
  rules: Rules,
  txn: Txn,
  range: Range,
): Json {
  const keys = new Set([
    ...Object.keys(store.versions),
    ...Object.keys(txn.writes),
  ]);
  return [...keys]
    .filter((key) => isIn(range, key))
    .sort((one, other) => (one < other ? -1 : 1))
    .map((key) => [key, valueFor(store, rules, txn, key)] as const)
    .filter(([, value]) => value !== null);
}

export function isIn(range: Range, key: string): boolean {
  return range.from <= key && key < range.to;
}

// #region commit
/** All its writes become versions at one new timestamp, or none does. */
function commit(
  store: Store,
  rules: Rules,
  txn: Txn,
): readonly [Store, Outcome] {
  const why = rules.objection(store, txn);
  if (why !== null) return abort(store, txn.id, why);
  const installed = install(store, txn.id, txn.writes);
  const commitTs = installed.clock;
  const done: Txn = { ...txn, status: "committed", commitTs };
  return [putTxn(installed, done), ok(null)];
}

function install(
  store: Store,
  writer: string,
  writes: Txn["writes"],
): Store {
  const commitTs = store.clock + 1;
  const added = Object.entries(writes).map(([key, value]) => {
    const older = store.versions[key] ?? [];
    return [key, [...older, { value, writer, commitTs }]] as const;
  });
  const versions = { ...store.versions, ...Object.fromEntries(added) };
  return { ...store, clock: commitTs, versions };
}
// #endregion commit

// #region abort
/** Nothing of it remains, not even what was written in place. */
export function abort(
  store: Store,
  id: string,
  why: string,
): readonly [Store, Outcome] {
  const kept = Object.entries(store.versions).map(([key, versions]) => [
    key,
    versions.filter(({ writer }) => writer !== id),
  ]);
  const txn: Txn = { ...txnOf(store, id), status: "aborted" };
  const versions = Object.fromEntries(kept);
  const next = putTxn({ ...store, versions }, txn);
  return [next, { kind: "aborted", why }];
}
// #endregion abort

// #region vacuum
/**
 * The horizon is the oldest snapshot still in use. Behind it only the
 * newest version of each key can be seen, and the rest may go.
 */
export function horizon(store: Store): number {
  const snapshots = Object.values(store.txns)
    .filter(({ status }) => status === "active")
    .map(({ startTs }) => startTs);
  return Math.min(store.clock, ...snapshots);
}

export function vacuum(store: Store): Store {
  const oldest = horizon(store);
  const kept = Object.entries(store.versions).map(([key, versions]) => {
    const last = versions.findLastIndex((v) => v.commitTs <= oldest);
    return [key, versions.slice(Math.max(0, last))];
  });
  return { ...store, versions: Object.fromEntries(kept) };
}
// #endregion vacuum

export function putTxn(store: Store, txn: Txn): Store {
  return { ...store, txns: { ...store.txns, [txn.id]: txn } };
}

export function txnOf(store: Store, id: string): Txn {
  const txn = store.txns[id];
  if (txn === undefined) throw new Error(`There is no "${id}".`);
  return txn;
}

function ok(value: Json): Outcome {
  return { kind: "ok", value };
}
