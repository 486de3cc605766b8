// unprinted: for the chapter on transactions
/**
 * Which isolation did a history of transactions have? For appends to
 * lists, in the manner of Elle (Kingsbury and Alvaro, PVLDB 2020): who
 * reads a list learns which versions came before, and in which order.
 * From that follow dependencies, and what a level forbids is a cycle.
 */
import { canonical, same } from "./models.ts";
import type { Json } from "./node.ts";
import type { Edge, Level } from "./serializable-cycles.ts";
import type { ListOp, Transaction } from "./serializable-history.ts";
import {
  type Anomaly,
  type Choice,
  edge,
  type IsolationVerdict,
  judge,
  misread,
  nameOf,
  realTimeEdges,
  textOf,
} from "./serializable-verdict.ts";

export type { Level } from "./serializable-cycles.ts";
export type { ListOp, Transaction } from "./serializable-history.ts";
export type { IsolationVerdict } from "./serializable-verdict.ts";

type History = readonly Transaction[];

// #region check-list-append
/**
 * Is there an execution at this level that explains the history? In it
 * each value may be appended to a key only once; else `unknown`.
 */
export function checkListAppend(
  history: History,
  { level }: { readonly level: Level },
): IsolationVerdict {
  const keys = keysOf(history);
  const twice = keys.find(({ isDoubled }) => isDoubled);
  if (twice) {
    const why = `A value was appended to ${textOf(twice.key)} twice`;
    return { verdict: "unknown", why };
  }
  const wrong =
    firstOf(keys, (key) => wrongRead(history, key)) ??
    firstOf(keys, brokenOrder) ??
    firstOf(history, (one, at) => inconsistent(level, one, at));
  if (wrong !== null) return wrong;
  const isCommitted = committedOf(history, keys);
  const edges = keys.flatMap((key) => edgesOf(key, isCommitted));
  if (level === "strict-serializable") {
    edges.push(...realTimeEdges(history, isCommitted));
  }
  // Elsewhere any order of what nobody read will do: see openOrders.
  const choices =
    level === "snapshot-isolation"
      ? keys.flatMap((key) => openOrders(key, isCommitted))
      : [];
  return judge(level, history.length, edges, choices);
}
// #endregion check-list-append

function firstOf<T>(
  items: readonly T[],
  check: (item: T, at: number) => Anomaly | null,
): Anomaly | null {
  for (const [at, item] of items.entries()) {
    const found = check(item, at);
    if (found !== null) return found;
  }
  return null;
}

// #region keys
/** All that the history says about one key. */
type Key = {
  readonly key: Json;
  /** Who appended a value, by the value's text. */
  readonly writes: Map<string, Write>;
  readonly reads: Read[];
  /** The longest list that was read: the order of its versions. */
  order: readonly Json[];
  isDoubled: boolean;
};
type Write = {
  readonly at: number;
  readonly value: Json;
  /** How many its transaction appended to this key before. */
  readonly earlier: number;
  /** The last one of its transaction to this key? */
  isLast: boolean;
};
type Read = {
  readonly at: number;
  readonly list: readonly Json[];
  /** Did its transaction append to the key before? */
  readonly isOwn: boolean;
};
// #endregion keys

/** Sort what was done by key. Reads count only where they committed. */
function keysOf(history: History): readonly Key[] {
  const keys = new Map<string, Key>();
  for (const [at, { ops, outcome }] of history.entries()) {
    const own = new Map<Key, Write>();
    for (const [f, name, value] of ops) {
      const key = keyOf(keys, name);
      const before = own.get(key);
      if (f === "append") {
        if (before) before.isLast = false;
        const earlier = before ? before.earlier + 1 : 0;
        const write = { at, value, earlier, isLast: true };
        if (key.writes.has(canonical(value))) key.isDoubled = true;
        key.writes.set(canonical(value), write);
        own.set(key, write);
      } else if (outcome === "ok") {
        const list = value ?? [];
        key.reads.push({ at, list, isOwn: before !== undefined });
        if (list.length > key.order.length) key.order = list;
      }
    }
  }
  return [...keys.values()];
}

function keyOf(keys: Map<string, Key>, name: Json): Key {
  const known = keys.get(canonical(name));
  if (known) return known;
  const writes = new Map<string, Write>();
  const key = {
    key: name,
    writes,
    reads: [],
    order: [],
    isDoubled: false,
  };
  keys.set(canonical(name), key);
  return key;
}

function writerOf(key: Key, value: Json | undefined): Write | null {
  if (value === undefined) return null;
  return key.writes.get(canonical(value)) ?? null;
}

// #region wrong-read
/** A read that no order could explain, or null. */
function wrongRead(history: History, key: Key): Anomaly | null {
  const x = textOf(key.key);
  for (const { at, list } of key.reads) {
    const last = writerOf(key, list.at(-1));
    if (last !== null && last.at !== at && !last.isLast) {
      const told = `${nameOf(at)} read ${x} at ${textOf(last.value)}`;
      const why = `not the last that ${nameOf(last.at)} wrote to it`;
      return misread("G1b", `${told}, ${why}`, at, last);
    }
    // The beginning of another list is as right as that other list.
    if (list !== key.order && isBeginning(list, key.order)) continue;
    const seen = new Set<string>();
    for (const value of list) {
      const told = `${nameOf(at)} read ${textOf(value)}`;
      const writer = writerOf(key, value);
      if (writer === null) {
        const why = `${told} in ${x}, which nobody wrote`;
        return misread("garbage-read", why, at);
      }
      if (history[writer.at]?.outcome === "fail") {
        const by = `${nameOf(writer.at)}, which aborted`;
        return misread("G1a", `${told} in ${x}, by ${by}`, at, writer);
      }
      if (seen.has(canonical(value))) {
        const why = `${told} twice in ${x}`;
        return misread("duplicate-elements", why, at);
      }
      seen.add(canonical(value));
    }
  }
  return null;
}
// #endregion wrong-read

function isBeginning(list: readonly Json[], of: readonly Json[]) {
  return list.every((value, i) => same(value, of[i]));
}

// #region broken-order
/** Lists only grow: of two that were read one must begin the other. */
function brokenOrder(key: Key): Anomaly | null {
  const longest = key.reads.find(({ list }) => list === key.order);
  const x = textOf(key.key);
  for (const { at, list } of key.reads) {
    if (isBeginning(list, key.order)) continue;
    const told = `${nameOf(at)} read ${x} as ${textOf(list)}`;
    const other = `${nameOf(longest?.at ?? at)} as ${textOf(key.order)}`;
    const both = `${told}, and ${other}`;
    return misread("incompatible-order", both, at, longest);
  }
  const counts = new Map<number, number>();
  for (const { at, earlier, value } of key.order.flatMap(
    (value) => writerOf(key, value) ?? [],
  )) {
    const count = counts.get(at) ?? 0;
    counts.set(at, count + 1);
    if (earlier === count) continue;
    const told = `${nameOf(at)} wrote ${textOf(value)} to ${x}`;
    const what = `as number ${earlier + 1}, it was read as ${count + 1}`;
    return misread("incompatible-order", `${told} ${what}`, at);
  }
  return null;
}
// #endregion broken-order

// #region internal
/**
 * A transaction sees its own writes, on top of what others wrote; and
 * from snapshot isolation on, what others wrote stays as it first was.
 */
function inconsistent(
  level: Level,
  { ops, outcome }: Transaction,
  at: number,
): Anomaly | null {
  if (outcome !== "ok") return null;
  const isRepeatable = level !== "read-committed";
  const foreign = new Map<string, readonly Json[]>();
  for (const [place, [f, key, value]] of ops.entries()) {
    if (f === "append") continue;
    const list = value ?? [];
    const own = appended(ops.slice(0, place), key);
    const ever = appended(ops, key);
    const start = list.slice(0, Math.max(0, list.length - own.length));
    const others = start.filter((v) => !ever.some((e) => same(e, v)));
    const known = foreign.get(canonical(key)) ?? others;
    const expected = [...known, ...own];
    const isRight =
      list.length === expected.length && isBeginning(list, expected);
    if (!isRight) {
      const told = `${nameOf(at)} read ${textOf(key)} as`;
      const what = `${textOf(list)}, not ${textOf(expected)}`;
      return misread("internal", `${told} ${what}`, at);
    }
    if (isRepeatable) foreign.set(canonical(key), others);
  }
  return null;
}

/** What these operations append to a key. */
function appended(ops: readonly ListOp[], key: Json): readonly Json[] {
  const name = canonical(key);
  return ops.flatMap(([f, other, value]) =>
    f === "append" && canonical(other) === name ? [value] : [],
  );
}
// #endregion internal

/** Those of unknown outcome count once somebody has read of them. */
function committedOf(
  history: History,
  keys: readonly Key[],
): readonly boolean[] {
  const isCommitted = history.map(({ outcome }) => outcome === "ok");
  for (const key of keys) {
    for (const value of key.order) {
      const writer = writerOf(key, value);
      if (writer !== null) isCommitted[writer.at] = true;
    }
  }
  return isCommitted;
}

// #region edges
/** The dependencies that one key's lists show. */
function edgesOf(key: Key, isCommitted: readonly boolean[]): Edge[] {
  const { order, reads } = key;
  const unread = unreadOf(key, isCommitted);
  const after = (length: number) => {
    const next = writerOf(key, order[length]);
    return next === null ? unread : [next];
  };
  const ww = order.flatMap((value, i) =>
    after(i + 1).map((next) =>
      edge(key, "ww", writerOf(key, value), next, value, next.value),
    ),
  );
  const seen = reads.filter(({ isOwn }) => !isOwn);
  const wr = seen.map(({ at, list }) => {
    const version = list.at(-1) ?? null;
    const writer = writerOf(key, list.at(-1));
    return edge(key, "wr", writer, { at }, version, null);
  });
  const rw = seen.flatMap(({ at, list }) =>
    after(list.length).map((next) =>
      edge(key, "rw", { at }, next, list.at(-1) ?? null, next.value),
    ),
  );
  return [...ww, ...wr, ...rw].flat();
}
// #endregion edges

// #region unread
/** The last appends of those that committed and that nobody read. */
function unreadOf(key: Key, isCommitted: readonly boolean[]): Write[] {
  const seen = new Set(key.order.map(canonical));
  const writes = [...key.writes].filter(
    ([text, { at, isLast }]) =>
      !seen.has(text) && isLast && isCommitted[at] === true,
  );
  return writes.map(([, write]) => write);
}

/**
 * What nobody read came last, in an order that nobody saw. For a serial
 * order any will do, so long as it agrees with the edges; but of two
 * under snapshot isolation one must have seen the other.
 */
function openOrders(
  key: Key,
  isCommitted: readonly boolean[],
): readonly Choice[] {
  const unread = unreadOf(key, isCommitted);
  return unread.flatMap((one, i) =>
    unread
      .slice(i + 1)
      .map(
        (other): Choice => [
          edge(key, "ww", one, other, one.value, other.value),
          edge(key, "ww", other, one, other.value, one.value),
        ],
      ),
  );
}
// #endregion unread
