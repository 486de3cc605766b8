// unprinted: for the chapter on transactions
/**
 * Isolation of transactions over registers that are read and written. A
 * read tells which write it saw, if no value is written twice; but no
 * read tells which of two writes came first. Where that matters, both
 * orders are tried, within bounds: past them the answer is `unknown`.
 */
import { canonical } from "./models.ts";
import type { Json } from "./node.ts";
import type { Edge, Level } from "./serializable-cycles.ts";
import type {
  RegisterOp,
  Transaction,
} from "./serializable-history.ts";
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

type History = readonly Transaction<RegisterOp>[];

/** Past so many pairs of writes in unknown order it says unknown. */
const choicesMax = 5000;

/**
 * Is there an execution at this level that explains the history? Each
 * value may be written to a key only once, and null never; else
 * `unknown`.
 */
export function checkRwRegister(
  history: History,
  { level }: { readonly level: Level },
): IsolationVerdict {
  const keys = keysOf(history);
  const twice = keys.find(({ isDoubled }) => isDoubled);
  if (twice) {
    const why = `A value was written to ${textOf(twice.key)} twice`;
    return { verdict: "unknown", why };
  }
  const nothing = keys.find(({ writes }) => writes.has("null"));
  if (nothing) {
    const why = `Null was written to ${textOf(nothing.key)}`;
    return { verdict: "unknown", why };
  }
  const wrong = wrongIn(history, keys, level);
  if (wrong !== null) return wrong;
  const isCommitted = history.map(({ outcome }) => outcome === "ok");
  for (const key of keys) {
    for (const { writer } of key.reads) {
      if (writer !== null) isCommitted[writer.at] = true;
    }
  }
  const orders = keys.map((key) => ordersOf(key, history, isCommitted));
  const edges = orders.flatMap(({ edges }) => edges);
  if (level === "strict-serializable") {
    edges.push(...realTimeEdges(history, isCommitted));
  }
  const choices = orders.flatMap(({ choices }) => choices);
  if (choices.length <= choicesMax) {
    return judge(level, history.length, edges, choices);
  }
  const known = judge(level, history.length, edges, []);
  if (known.verdict === "illegal") return known;
  const why = `${choices.length} pairs of writes in unknown order`;
  return { verdict: "unknown", why };
}

/** What no order of writes could explain, or null. */
function wrongIn(
  history: History,
  keys: readonly Key[],
  level: Level,
): Anomaly | null {
  for (const [at, one] of history.entries()) {
    const wrong = inconsistent(level, one, at);
    if (wrong !== null) return wrong;
  }
  for (const key of keys) {
    const wrong = wrongRead(history, key);
    if (wrong !== null) return wrong;
  }
  return null;
}

type Write = {
  readonly at: number;
  readonly value: Json;
  isLast: boolean;
};
type Key = {
  readonly key: Json;
  readonly writes: Map<string, Write>;
  /** What committed transactions read before they wrote the key. */
  readonly reads: { at: number; value: Json; writer: Write | null }[];
  isDoubled: boolean;
};

function keysOf(history: History): readonly Key[] {
  const keys = new Map<string, Key>();
  for (const [at, { ops, outcome }] of history.entries()) {
    const own = new Map<Key, Write>();
    for (const [f, name, value] of ops) {
      const key = keyOf(keys, name);
      const before = own.get(key);
      if (f === "w") {
        if (before) before.isLast = false;
        const write = { at, value, isLast: true };
        if (key.writes.has(canonical(value))) key.isDoubled = true;
        key.writes.set(canonical(value), write);
        own.set(key, write);
      } else if (outcome === "ok" && before === undefined) {
        key.reads.push({ at, value, writer: null });
      }
    }
  }
  for (const { reads, writes } of keys.values()) {
    for (const read of reads) {
      read.writer = writes.get(canonical(read.value)) ?? null;
    }
  }
  return [...keys.values()];
}

function keyOf(keys: Map<string, Key>, name: Json): Key {
  const known = keys.get(canonical(name));
  if (known) return known;
  const writes = new Map<string, Write>();
  const key = { key: name, writes, reads: [], isDoubled: false };
  keys.set(canonical(name), key);
  return key;
}

function wrongRead(history: History, key: Key): Anomaly | null {
  for (const { at, value, writer } of key.reads) {
    const what = `${textOf(value)} in ${textOf(key.key)}`;
    const told = `${nameOf(at)} read ${what}`;
    if (writer === null) {
      if (value === null) continue;
      return misread("garbage-read", `${told}, which nobody wrote`, at);
    }
    const by = nameOf(writer.at);
    if (history[writer.at]?.outcome === "fail") {
      const why = `${told}, written by ${by}, which aborted`;
      return misread("G1a", why, at, writer);
    }
    if (!writer.isLast) {
      const why = `${told}, not the last that ${by} wrote to it`;
      return misread("G1b", why, at, writer);
    }
  }
  return null;
}

/** Own writes are seen; and from snapshot isolation on reads repeat. */
function inconsistent(
  level: Level,
  { ops, outcome }: Transaction<RegisterOp>,
  at: number,
): Anomaly | null {
  if (outcome !== "ok") return null;
  const own = new Map<string, Json>();
  const read = new Map<string, Json>();
  for (const [place, [f, key, value]] of ops.entries()) {
    const name = canonical(key);
    if (f === "w") {
      own.set(name, value);
      continue;
    }
    const told = `${nameOf(at)} read ${textOf(key)} as ${textOf(value)}`;
    const expected = own.get(name) ?? read.get(name) ?? value;
    if (canonical(expected) !== canonical(value)) {
      const why = `${told}, not ${textOf(expected)}`;
      return misread("internal", why, at);
    }
    const isFuture = writes(ops.slice(place), name, value);
    if (isFuture) {
      return misread("internal", `${told} before it wrote that`, at);
    }
    if (level !== "read-committed") read.set(name, value);
  }
  return null;
}

/** Does one of these write the value to the key? */
function writes(
  ops: readonly RegisterOp[],
  name: string,
  value: Json,
): boolean {
  return ops.some(
    ([f, key, other]) =>
      f === "w" &&
      canonical(key) === name &&
      canonical(other) === canonical(value),
  );
}

/** What is known of one key's versions, and what has to be chosen. */
function ordersOf(
  key: Key,
  history: History,
  isCommitted: readonly boolean[],
): { readonly edges: Edge[]; readonly choices: readonly Choice[] } {
  const writes = [...key.writes.values()].filter(
    ({ at, isLast }) => isLast && isCommitted[at],
  );
  const readsOf = (write: Write | null) =>
    key.reads.filter(({ writer }) => writer === write);
  /** All that follows from the one version's coming before the other. */
  const inOrder = (one: Write | null, next: Write): Edge[] => [
    ...edge(key, "ww", one, next, one?.value ?? null, next.value),
    ...readsOf(one).flatMap((read) =>
      edge(key, "rw", read, next, read.value, next.value),
    ),
  ];
  const successors = successorsOf(key, writes);
  const isBefore = (one: Write, other: Write): boolean =>
    reach(successors, one).has(other);
  const edges = [
    ...key.reads.flatMap((read) =>
      edge(key, "wr", read.writer, read, read.value, null),
    ),
    ...writes.flatMap((write) => inOrder(null, write)),
    ...[...successors].flatMap(([one, next]) =>
      next.flatMap((write) => inOrder(one, write)),
    ),
  ];
  const byEnd = inOrderOfReturns(writes, history);
  const choices = byEnd.flatMap((one, i) =>
    byEnd.slice(i + 1).flatMap((other): Choice[] => {
      if (isBefore(one, other) || isBefore(other, one)) return [];
      return [[inOrder(one, other), inOrder(other, one)]];
    }),
  );
  return { edges, choices };
}

/**
 * Who read a version and then wrote, wrote a later one: else its read and
 * the order of the two writes would make a cycle of ww and wr.
 */
function successorsOf(
  key: Key,
  writes: readonly Write[],
): ReadonlyMap<Write, readonly Write[]> {
  const successors = new Map<Write, Write[]>();
  for (const write of writes) {
    const read = key.reads.find(({ at }) => at === write.at)?.writer;
    if (!read) continue;
    successors.set(read, [...(successors.get(read) ?? []), write]);
  }
  return successors;
}

/** The likely order of writes: tried first. */
function inOrderOfReturns(
  writes: readonly Write[],
  history: History,
): readonly Write[] {
  const endMs = ({ at }: Write) => history[at]?.returnMs ?? Infinity;
  return writes.toSorted((one, other) =>
    endMs(one) < endMs(other) ? -1 : endMs(one) > endMs(other) ? 1 : 0,
  );
}

function reach(
  successors: ReadonlyMap<Write, readonly Write[]>,
  start: Write,
): ReadonlySet<Write> {
  const found = new Set<Write>();
  const open = [start];
  for (let one = open.pop(); one; one = open.pop()) {
    for (const next of successors.get(one) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  return found;
}
