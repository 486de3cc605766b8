// unprinted: for the chapter on replicated data types
/**
 * Strong eventual consistency: replicas that were delivered the same
 * updates have the same state (Shapiro et al., "Conflict-free Replicated
 * Data Types", SSS 2011, section 2). And what makes it so: a merge that
 * is a least upper bound (section 3), checked by its algebra.
 */
import { canonical } from "./models.ts";
import type { Json, NodeId } from "./node.ts";

// #region convergence
export type Replica<S extends Json> = {
  readonly id: NodeId;
  /** Names of the updates it was delivered, in any order. */
  readonly delivered: readonly string[];
  /** What it answers, or holds; compared by structure. */
  readonly state: S;
};

export type ConvergenceVerdict<S extends Json> =
  | { readonly verdict: "ok" }
  | {
      readonly verdict: "illegal";
      readonly replicas: readonly [Replica<S>, Replica<S>];
      readonly explanation: string;
    }
  /** No two were delivered the same: nothing was compared. */
  | { readonly verdict: "unknown"; readonly why: string };

// #endregion convergence

// #region check-convergence
/**
 * Same updates, same state? Of the pairs that differ the answer shows one
 * with the fewest updates.
 */
export function checkConvergence<S extends Json>(
  replicas: readonly Replica<S>[],
): ConvergenceVerdict<S> {
  const groups = Map.groupBy(replicas, ({ delivered }) =>
    JSON.stringify(updatesOf(delivered)),
  );
  const pairs = [...groups.values()].flatMap(([one, ...others]) =>
    others.flatMap((other) => (one ? [[one, other] as const] : [])),
  );
  const [worst] = pairs
    .filter(([one, other]) => !isEqual(one.state, other.state))
    .toSorted(([one], [other]) => countOf(one) - countOf(other));
  if (worst !== undefined) {
    const [one, other] = worst;
    const count = countOf(one);
    const updates = count === 1 ? "update" : `${count} updates`;
    const both = `${one.id} and ${other.id}`;
    const told = `were delivered the same ${updates} and differ`;
    const explanation = `${both} ${told}.`;
    return { verdict: "illegal", replicas: worst, explanation };
  }
  if (pairs.length > 0) return { verdict: "ok" };
  const why = "No two replicas were delivered the same updates";
  return { verdict: "unknown", why };
}

// #endregion check-convergence

/** Each once, in one order. */
function updatesOf(delivered: readonly string[]): readonly string[] {
  return [...new Set(delivered)].sort((a, b) => (a < b ? -1 : 1));
}

function countOf({ delivered }: Replica<Json>): number {
  return new Set(delivered).size;
}

function isEqual(one: Json, other: Json): boolean {
  return canonical(one) === canonical(other);
}

// #region algebra
export type Law =
  | "commutative"
  | "associative"
  | "idempotent"
  | "inflationary";

export type MergeVerdict<S extends Json> =
  | { readonly verdict: "ok" }
  | {
      readonly verdict: "illegal";
      readonly law: Law;
      /** The states it was tried on: a; a and b; or a, b and c. */
      readonly states: readonly S[];
      readonly left: S;
      readonly right: S;
      readonly explanation: string;
    }
  /** It was given no state: nothing was tried. */
  | { readonly verdict: "unknown"; readonly why: string };

// #endregion algebra

// #region check-merge
/**
 * Try the laws of a merge on these states, and show the broken one on the
 * smallest. Inflationary: merging the state before an update into the one
 * after it changes nothing: no update takes back.
 */
export function checkMerge<S extends Json>(
  merge: (one: S, other: S) => S,
  samples: readonly S[],
  updates: readonly ((state: S) => S)[] = [],
): MergeVerdict<S> {
  if (samples.length === 0) {
    return { verdict: "unknown", why: "There is no state to merge" };
  }
  let worst: Trial<S> | null = null;
  for (const trial of trials(merge, samples, updates)) {
    // One law after the other: the first that is broken is shown.
    if (worst !== null && trial.law !== worst.law) break;
    if (isEqual(trial.left, trial.right)) continue;
    if (worst === null || sizeOf(trial) < sizeOf(worst)) worst = trial;
  }
  if (worst === null) return { verdict: "ok" };
  const { law, states, left, right } = worst;
  const on = states.map(canonical).join(" and ");
  const results = `${canonical(left)} and ${canonical(right)}`;
  const explanation = `Not ${law}: on ${on} it gives ${results}.`;
  return { verdict: "illegal", ...worst, explanation };
}
// #endregion check-merge

function sizeOf({ states }: Trial<Json>): number {
  return states.reduce<number>(
    (sum, one) => sum + canonical(one).length,
    0,
  );
}

// #region laws
function* trials<S extends Json>(
  merge: (one: S, other: S) => S,
  states: readonly S[],
  updates: readonly ((state: S) => S)[],
): Generator<Trial<S>> {
  for (const a of states) {
    yield trial("idempotent", [a], merge(a, a), a);
  }
  for (const a of states) {
    for (const update of updates) {
      const after = update(a);
      yield trial("inflationary", [a], merge(a, after), after);
    }
  }
  for (const a of states) {
    for (const b of states) {
      yield trial("commutative", [a, b], merge(a, b), merge(b, a));
    }
  }
  for (const a of states) {
    for (const b of states) {
      for (const c of states) {
        const left = merge(merge(a, b), c);
        const right = merge(a, merge(b, c));
        yield trial("associative", [a, b, c], left, right);
      }
    }
  }
}
// #endregion laws

type Trial<S> = {
  readonly law: Law;
  readonly states: readonly S[];
  readonly left: S;
  readonly right: S;
};

function trial<S>(
  law: Law,
  states: readonly S[],
  left: S,
  right: S,
): Trial<S> {
  return { law, states, left, right };
}
