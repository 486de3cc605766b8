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

/** Same updates, same state? */
export function checkConvergence<S extends Json>(
  replicas: readonly Replica<S>[],
): ConvergenceVerdict<S> {
  const known = new Map<string, Replica<S>>();
  let compared = 0;
  for (const replica of replicas) {
    const updates = [...new Set(replica.delivered)];
    updates.sort((one, other) => (one < other ? -1 : 1));
    const name = JSON.stringify(updates);
    const other = known.get(name);
    if (other === undefined) known.set(name, replica);
    else if (canonical(other.state) === canonical(replica.state)) {
      compared += 1;
    } else {
      const explanation =
        `${other.id} and ${replica.id} were delivered the same ` +
        `${updates.length} updates and differ.`;
      const both = [other, replica] as const;
      return { verdict: "illegal", replicas: both, explanation };
    }
  }
  if (compared > 0) return { verdict: "ok" };
  const why = "No two replicas were delivered the same updates";
  return { verdict: "unknown", why };
}
// #endregion convergence

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
    };

// #endregion algebra

// #region check-merge
/**
 * Try the laws of a merge on some states, small ones first, so that what
 * is found is the smallest. Inflationary: merging the state before an
 * update into the one after it changes nothing: no update takes back.
 */
export function checkMerge<S extends Json>(
  merge: (one: S, other: S) => S,
  samples: readonly S[],
  updates: readonly ((state: S) => S)[] = [],
): MergeVerdict<S> {
  for (const trial of trials(merge, smallestFirst(samples), updates)) {
    const { law, states, left, right } = trial;
    if (canonical(left) === canonical(right)) continue;
    const on = states.map(canonical).join(" and ");
    const results = `${canonical(left)} and ${canonical(right)}`;
    const explanation = `Not ${law}: on ${on} it gives ${results}.`;
    return { verdict: "illegal", ...trial, explanation };
  }
  return { verdict: "ok" };
}
// #endregion check-merge

// #region laws
function* trials<S extends Json>(
  merge: (one: S, other: S) => S,
  states: readonly S[],
  updates: readonly ((state: S) => S)[],
): Generator<Trial<S>> {
  for (const a of states) {
    yield trial("idempotent", [a], merge(a, a), a);
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

function smallestFirst<S extends Json>(samples: readonly S[]): S[] {
  const size = (state: S) => canonical(state).length;
  return samples.toSorted((one, other) => size(one) - size(other));
}
