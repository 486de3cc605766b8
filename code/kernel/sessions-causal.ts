// unprinted: for the chapter on consistency models
/**
 * Causal consistency of registers, for histories in which no value is
 * written twice to a key: there it can be told from four patterns. It is
 * the "CC" of Bouajjani, Enea, Guerraoui and Hamza, "On Verifying Causal
 * Consistency", POPL 2017; the causal memory of Ahamad et al. (Distributed
 * Computing 1995) asks for more of each process' own order.
 */
import type { Operation } from "./history.ts";
import { withoutNeedless } from "./linearizable-smallest.ts";
import { canonical } from "./models.ts";

export type CausalVerdict =
  | { readonly verdict: "ok" }
  | {
      readonly verdict: "illegal";
      readonly anomaly:
        | "thin-air-read"
        | "cyclic-causal-order"
        | "overwritten-read"
        | "initial-read";
      /** The write that was seen, the one that hid it, and the read. */
      readonly operations: readonly Operation[];
      /** The smallest illegal history: those, and how one knows of them. */
      readonly smallest: readonly Operation[];
      readonly explanation: string;
    }
  | { readonly verdict: "unknown"; readonly why: string };

type Illegal = Extract<CausalVerdict, { readonly verdict: "illegal" }>;
type Breach = Pick<Illegal, "anomaly" | "operations">;

// #region check-causal
/**
 * `read {key}` answered by `{value}` (null: nothing yet), and `write {key,
 * value}`. One comes causally before another if the same session made it
 * earlier, or the other read what it wrote, or by way of others. Then no
 * read may return what a write that it knows of has overwritten.
 */
export function checkCausal(
  history: readonly Operation[],
): CausalVerdict {
  const operations = relevant(history);
  const writes = operations.filter(({ op }) => op === "write");
  if (new Set(writes.map((one) => nameOf(one))).size < writes.length) {
    const why = "A value was written to a key twice";
    return { verdict: "unknown", why };
  }
  if (writes.some(({ args }) => (args.value ?? null) === null)) {
    const why = "Null was written, which is also read of no value";
    return { verdict: "unknown", why };
  }
  const first = breachIn(operations);
  if (first === null) return { verdict: "ok" };
  const { anomaly } = first;
  const smallest = withoutNeedless(
    operations,
    tracesOf,
    (some) => breachIn(some)?.anomaly === anomaly,
  );
  const breach = breachIn(smallest) ?? first;
  const explanation = told[anomaly];
  return { verdict: "illegal", ...breach, smallest, explanation };
}
// #endregion check-causal

const told: { readonly [A in Illegal["anomaly"]]: string } = {
  "thin-air-read": "A read returned what nobody wrote.",
  "cyclic-causal-order": "Reads saw what was written after them.",
  "overwritten-read": "A read went back behind a write it knew of.",
  "initial-read": "A read saw nothing, behind a write it knew of.",
};

/** What was done; a write of unknown outcome, if it may have been seen. */
function relevant(history: readonly Operation[]): readonly Operation[] {
  return history
    .filter(
      ({ op, outcome }) =>
        outcome === "ok" || (op === "write" && outcome === "info"),
    )
    .toSorted((one, other) => one.invokeMs - other.invokeMs);
}

function keyOf({ args }: Operation): string {
  return canonical(args.key);
}

function nameOf(one: Operation, value = one.args.value): string {
  return `${keyOf(one)} ${canonical(value)}`;
}

function tracesOf(one: Operation) {
  if (one.op === "write") return { leaves: [nameOf(one)], sees: [] };
  return { leaves: [], sees: [nameOf(one, one.result?.value)] };
}

// #region breach
/** The first of the four patterns, or null. */
function breachIn(operations: readonly Operation[]): Breach | null {
  const writers = new Map<string, number>();
  for (const [at, one] of operations.entries()) {
    if (one.op === "write") writers.set(nameOf(one), at);
  }
  const sources = operations.map((one) =>
    one.op === "read"
      ? writers.get(nameOf(one, one.result?.value))
      : undefined,
  );
  for (const [at, read] of operations.entries()) {
    const isEmpty = (read.result?.value ?? null) === null;
    if (read.op !== "read" || isEmpty) continue;
    if (sources[at] !== undefined) continue;
    return { anomaly: "thin-air-read", operations: [read] };
  }
  const order = causalOrder(operations, sources);
  if (order.circle.length > 0) {
    const circle = order.circle.flatMap((at) => operations[at] ?? []);
    return { anomaly: "cyclic-causal-order", operations: circle };
  }
  return hiddenRead(operations, sources, order);
}
// #endregion breach

// #region causal-order
/** Where an operation stands: its session, and its place in that. */
type Place = { readonly session: number; readonly nth: number };
type Causal = {
  readonly places: readonly Place[];
  /** For each operation and session: so many of it come before it. */
  readonly known: readonly (readonly number[])[];
  /** What waits for each other for ever: then `known` is not whole. */
  readonly circle: readonly number[];
};

/** Vector clocks, taken in an order in which what is known comes first. */
function causalOrder(
  operations: readonly Operation[],
  sources: readonly (number | undefined)[],
): Causal {
  const { places, before, sessions } = placesOf(operations);
  const causes = operations.map((_, at) =>
    [before[at], sources[at]].filter((one) => one !== undefined),
  );
  const effects: number[][] = operations.map(() => []);
  for (const [at, some] of causes.entries()) {
    for (const one of some) effects[one]?.push(at);
  }
  const waits = causes.map(({ length }) => length);
  const ready = [...waits.keys()].filter((at) => waits[at] === 0);
  const known: number[][] = [];
  for (const at of ready) {
    const all: number[] = Array(sessions).fill(0);
    for (const one of causes[at] ?? []) {
      const { session, nth } = places[one] ?? { session: 0, nth: 0 };
      for (const [i, n] of (known[one] ?? []).entries()) {
        all[i] = Math.max(all[i] ?? 0, n);
      }
      all[session] = Math.max(all[session] ?? 0, nth + 1);
    }
    known[at] = all;
    for (const next of effects[at] ?? []) {
      waits[next] = (waits[next] ?? 0) - 1;
      if (waits[next] === 0) ready.push(next);
    }
  }
  const circle = [...waits.keys()].filter((at) => (waits[at] ?? 0) > 0);
  return { places, known, circle };
}
// #endregion causal-order

/**
 * Sessions by number. What nobody saw returning may happen after its
 * session's next, so it ends a session of its own.
 */
function placesOf(operations: readonly Operation[]) {
  const last = new Map<string, { at: number; place: Place }>();
  const places: Place[] = [];
  const before: (number | undefined)[] = [];
  let sessions = 0;
  for (const [at, { process, outcome }] of operations.entries()) {
    const previous = last.get(process);
    before.push(previous?.at);
    const isOpen = outcome !== "ok";
    const place =
      previous && !isOpen
        ? {
            session: previous.place.session,
            nth: previous.place.nth + 1,
          }
        : { session: sessions++, nth: 0 };
    places.push(place);
    if (!isOpen) last.set(process, { at, place });
  }
  return { places, before, sessions };
}

// #region hidden-read
/** A read, and a write of its key between it and what it saw. */
function hiddenRead(
  operations: readonly Operation[],
  sources: readonly (number | undefined)[],
  { places, known }: Causal,
): Breach | null {
  const comesBefore = (one: number, other: number) => {
    const { session, nth } = places[one] ?? { session: 0, nth: 0 };
    return (known[other]?.[session] ?? 0) > nth;
  };
  const writes = writesByKey(operations, places);
  for (const [at, read] of operations.entries()) {
    if (read.op !== "read") continue;
    const source = sources[at];
    for (const own of writes.get(keyOf(read)) ?? []) {
      // Of one session the last that it knows of hides most.
      const hiding = own.findLast((one) => comesBefore(one, at));
      if (hiding === undefined || hiding === source) continue;
      if (source !== undefined && !comesBefore(source, hiding))
        continue;
      const all =
        source === undefined ? [hiding, at] : [source, hiding, at];
      return {
        anomaly:
          source === undefined ? "initial-read" : "overwritten-read",
        operations: all.flatMap((place) => operations[place] ?? []),
      };
    }
  }
  return null;
}
// #endregion hidden-read

/** For each key the writes of each session, in its order. */
function writesByKey(
  operations: readonly Operation[],
  places: readonly Place[],
): ReadonlyMap<string, readonly (readonly number[])[]> {
  const byKey = new Map<string, Map<number, number[]>>();
  for (const [at, one] of operations.entries()) {
    if (one.op !== "write") continue;
    const sessions =
      byKey.get(keyOf(one)) ?? new Map<number, number[]>();
    byKey.set(keyOf(one), sessions);
    const session = places[at]?.session ?? 0;
    const own = sessions.get(session);
    if (own) own.push(at);
    else sessions.set(session, [at]);
  }
  return new Map(
    [...byKey].map(([key, sessions]) => [key, [...sessions.values()]]),
  );
}
