// unprinted: for the chapter on consistency models
/**
 * Causal consistency of registers (Ahamad et al., Distributed Computing
 * 1995), for histories in which no value is written twice to a key: there
 * it can be told from four patterns (Bouajjani, Enea, Guerraoui and Hamza,
 * "On Verifying Causal Consistency", POPL 2017).
 */
import type { Operation } from "./history.ts";
import { canonical } from "./models.ts";
import { components } from "./serializable-cycles.ts";

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
      readonly explanation: string;
    }
  | { readonly verdict: "unknown"; readonly why: string };

type Illegal = Extract<CausalVerdict, { readonly verdict: "illegal" }>;

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
  const writers = writersOf(operations);
  if (writers === null) {
    const why = "A value was written to a key twice";
    return { verdict: "unknown", why };
  }
  const source = operations.map((one) =>
    one.op === "read"
      ? writers.get(nameOf(one, one.result?.value))
      : one,
  );
  for (const [at, read] of operations.entries()) {
    const isEmpty = (read.result?.value ?? null) === null;
    if (read.op !== "read" || isEmpty || source[at]) continue;
    return illegal("thin-air-read", [read]);
  }
  const before = causalOrder(operations, source);
  if (before === null)
    return illegal("cyclic-causal-order", operations);
  for (const [at, read] of operations.entries()) {
    if (read.op !== "read") continue;
    const seen = source[at];
    const known = [...(before[at] ?? [])];
    const hiding = known.find((other) => {
      const write = operations[other];
      if (write?.op !== "write" || write === seen) return false;
      if (keyOf(write) !== keyOf(read)) return false;
      const place = seen ? operations.indexOf(seen) : -1;
      return !seen || before[other]?.has(place) === true;
    });
    const write = hiding === undefined ? null : operations[hiding];
    if (!write) continue;
    return seen
      ? illegal("overwritten-read", [seen, write, read])
      : illegal("initial-read", [write, read]);
  }
  return { verdict: "ok" };
}
// #endregion check-causal

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

function writersOf(
  operations: readonly Operation[],
): Map<string, Operation> | null {
  const writes = operations.filter(({ op }) => op === "write");
  const writers = new Map(writes.map((one) => [nameOf(one), one]));
  return writers.size === writes.length ? writers : null;
}

// #region causal-order
/** For each operation all that come causally before it; null: a cycle. */
function causalOrder(
  operations: readonly Operation[],
  source: readonly (Operation | undefined)[],
): readonly ReadonlySet<number>[] | null {
  const places = new Map(operations.map((one, at) => [one, at]));
  const direct: number[][] = [];
  const last = new Map<string, number>();
  for (const [at, one] of operations.entries()) {
    const from = source[at];
    const seen = from && from !== one ? [places.get(from) ?? at] : [];
    direct.push([last.get(one.process) ?? [], seen].flat());
    // What nobody saw returning may happen after its session's next.
    if (one.outcome === "ok") last.set(one.process, at);
  }
  const knots = components(direct.length, (at) => direct[at] ?? []);
  if (new Set(knots).size < knots.length) return null;
  const before: Set<number>[] = [];
  const collect = (at: number): Set<number> => {
    const found = new Set<number>();
    before[at] ??= found;
    if (before[at] !== found) return before[at];
    for (const one of direct[at] ?? []) {
      found.add(one);
      for (const other of collect(one)) found.add(other);
    }
    return found;
  };
  for (const at of direct.keys()) collect(at);
  return before;
}
// #endregion causal-order

function illegal(
  anomaly: Illegal["anomaly"],
  operations: readonly Operation[],
): Illegal {
  const told = {
    "thin-air-read": "A read returned what nobody wrote.",
    "cyclic-causal-order": "Reads saw what was written after them.",
    "overwritten-read": "A read went back behind a write it knew of.",
    "initial-read": "A read saw nothing, behind a write it knew of.",
  };
  const explanation = told[anomaly];
  return { verdict: "illegal", anomaly, operations, explanation };
}
