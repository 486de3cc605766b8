/**
 * Interleaved schedules: a list of (transaction, statement), run step by
 * step. A transaction that must wait holds up its own later statements
 * and nobody else's. Waiting for each other is ended by a policy.
 */
// unprinted: for the chapter on transactions
import type { Json } from "../kernel/node.ts";
import {
  abort,
  type Outcome,
  perform,
  type Rules,
  type Statement,
  type Store,
  txnOf,
} from "./store.ts";

// #region schedule
export type StepOf = readonly [txn: string, statement: Statement];
export type Schedule = readonly StepOf[];

/** What happened, in the order in which it happened. */
export type Event = {
  readonly txn: string;
  readonly statement: Statement;
  readonly outcome: Outcome;
  /** The clock of the store when it was done. */
  readonly ts: number;
};

export type Run = {
  readonly store: Store;
  readonly events: readonly Event[];
  /** Statements that could not be run yet, in the order of arrival. */
  readonly waiting: readonly StepOf[];
  readonly waitsFor: { readonly [txn: string]: readonly string[] };
};

/** What to do when a transaction would have to wait. */
export type Policy = "detect" | "wound-wait" | "wait-die";
// #endregion schedule

// #region run-schedule
export function runSchedule(
  schedule: Schedule,
  rules: Rules,
  store: Store,
  policy: Policy,
): Run {
  const empty: Run = { store, events: [], waiting: [], waitsFor: {} };
  return schedule.reduce(
    (run, step) => submit(run, rules, policy, step),
    empty,
  );
}

/** Take one more statement, then whatever it has set free. */
export function submit(
  run: Run,
  rules: Rules,
  policy: Policy,
  step: StepOf,
): Run {
  const isHeldUp = run.waiting.some(([txn]) => txn === step[0]);
  if (isHeldUp) return { ...run, waiting: [...run.waiting, step] };
  return retry(attempt(run, rules, policy, step), rules, policy);
}
// #endregion run-schedule

// #region attempt
function attempt(
  run: Run,
  rules: Rules,
  policy: Policy,
  step: StepOf,
): Run {
  const [txn, statement] = step;
  const [store, outcome] = perform(run.store, rules, txn, statement);
  const { [txn]: _, ...waitsFor } = run.waitsFor;
  const event = { txn, statement, outcome, ts: store.clock };
  const events = [...run.events, event];
  if (outcome.kind !== "wait") {
    return { ...run, store, events, waitsFor };
  }
  // Before its own later statements, and behind all others.
  const own = run.waiting.findIndex(([id]) => id === txn);
  const at = own < 0 ? run.waiting.length : own;
  const waiting = run.waiting.toSpliced(at, 0, step);
  const waits = { ...waitsFor, [txn]: outcome.on };
  const isNews = run.waitsFor[txn] === undefined;
  const now = { store, events: isNews ? events : run.events };
  return settle({ ...now, waiting, waitsFor: waits }, policy, txn);
}
// #endregion attempt

// #region retry
/** Whoever no longer waits for an active transaction may try again. */
function retry(run: Run, rules: Rules, policy: Policy): Run {
  const at = run.waiting.findIndex(([txn], index) => {
    const isFirst =
      run.waiting.findIndex(([other]) => other === txn) === index;
    const on = run.waitsFor[txn] ?? [];
    return isFirst && on.every((id) => !isActive(run.store, id));
  });
  const step = run.waiting[at];
  if (step === undefined) return run;
  const waiting = run.waiting.filter((_, index) => index !== at);
  const next = attempt({ ...run, waiting }, rules, policy, step);
  return retry(next, rules, policy);
}
// #endregion retry

// #region deadlock
/** One has begun to wait: see that no circle of waiting remains. */
function settle(run: Run, policy: Policy, txn: string): Run {
  const on = run.waitsFor[txn] ?? [];
  const age = (id: string) => txnOf(run.store, id).age;
  switch (policy) {
    case "detect": {
      const circle = waitsForCycle(run.waitsFor, txn);
      if (circle === null) return run;
      const ages = circle.map(age);
      const youngest = circle[ages.indexOf(Math.max(...ages))];
      // Who waits for two may stand in two circles.
      const rest = kill(run, youngest ?? txn, "deadlock");
      return settle(rest, policy, txn);
    }
    case "wound-wait":
      return on
        .filter((id) => age(id) > age(txn))
        .reduce((next, id) => kill(next, id, "wounded"), run);
    case "wait-die":
      return on.some((id) => age(id) < age(txn))
        ? kill(run, txn, "died")
        : run;
  }
}

/** A path in the waits-for graph that leads back to its start. */
export function waitsForCycle(
  waitsFor: Run["waitsFor"],
  start: string,
): readonly string[] | null {
  const follow = (
    path: readonly string[],
  ): readonly string[] | null => {
    for (const next of waitsFor[path.at(-1) ?? start] ?? []) {
      if (next === start) return path;
      if (path.includes(next)) continue;
      const found = follow([...path, next]);
      if (found !== null) return found;
    }
    return null;
  };
  return follow([start]);
}
// #endregion deadlock

/** Abort a transaction, and forget what it had still to do. */
function kill(run: Run, txn: string, why: string): Run {
  const [store, outcome] = abort(run.store, txn, why);
  const statement: Statement = { do: "abort" };
  const event = { txn, statement, outcome, ts: store.clock };
  const { [txn]: _, ...waitsFor } = run.waitsFor;
  const waiting = run.waiting.filter(([id]) => id !== txn);
  return { store, events: [...run.events, event], waiting, waitsFor };
}

function isActive(store: Store, id: string): boolean {
  return store.txns[id]?.status === "active";
}

// #region seen
/** What this transaction was told by its reads, in their order. */
export function seenBy(run: Run, txn: string): readonly Json[] {
  return run.events.flatMap(({ txn: id, statement, outcome }) =>
    id === txn &&
    outcome.kind === "ok" &&
    (statement.do === "read" || statement.do === "scan")
      ? [outcome.value]
      : [],
  );
}

/** The newest value of a key once all is over. */
export function finalValue(run: Run, key: string): Json {
  return run.store.versions[key]?.at(-1)?.value ?? null;
}

export function isCommitted(run: Run, txn: string): boolean {
  return run.store.txns[txn]?.status === "committed";
}
// #endregion seen
