/**
 * Is a history linearizable: can every operation be given one instant
 * between its call and its return, so that a sequential object would have
 * answered the same? (Herlihy and Wing, TOPLAS 1990, section 2.)
 *
 * The search is that of Wing and Gong (JPDC 1993) with the memory of
 * Lowe (CCPE 2017): what was tried once, by set of operations done and
 * state reached, is not tried again.
 */
import type { Operation } from "./history.ts";

// #region model
/**
 * A sequential object, as a function: the specification. Its states are
 * plain JSON, for the search knows them again by their text.
 */
export type Model<S> = {
  readonly init: S;
  /**
   * The state after the operation, or null where the object would not
   * have answered so. An `info` operation has a result nobody saw.
   */
  step(state: S, operation: Operation): { readonly state: S } | null;
  /** Operations of different parts cannot influence each other. */
  partOf(operation: Operation): string;
  /** True when it may be left out: it has not happened, or not shown. */
  isIdle(operation: Operation): boolean;
};
// #endregion model

export type Verdict =
  | { readonly verdict: "ok" }
  | {
      readonly verdict: "illegal";
      readonly counterExample: CounterExample;
    }
  /** The search was given up after so many steps. */
  | { readonly verdict: "unknown"; readonly steps: number };

/** The shortest beginning of the history that is already illegal. */
export type CounterExample = {
  /** The part (the key) that it is about. */
  readonly part: string;
  /** The part's operations up to the return that cannot be explained. */
  readonly operations: readonly Operation[];
  /** The longest legal order found for some of them. */
  readonly placed: readonly Operation[];
  /** Completed operations for which that order leaves no place. */
  readonly unplaced: readonly Operation[];
};

// #region check
/** Check a history part by part; `stepsMax` bounds each search. */
export function checkLinearizable<S>(
  model: Model<S>,
  history: readonly Operation[],
  stepsMax = 1_000_000,
): Verdict {
  const relevant = history.filter(
    (operation) => !model.isIdle(operation),
  );
  let verdict: Verdict = { verdict: "ok" };
  for (const [part, operations] of partsOf(model, relevant)) {
    const found = findOrder(model, operations, stepsMax);
    if (found.kind === "none") {
      const counterExample = shortest(
        model,
        part,
        operations,
        stepsMax,
      );
      return { verdict: "illegal", counterExample };
    }
    if (found.kind === "unknown") {
      verdict = { verdict: "unknown", steps: stepsMax };
    }
  }
  return verdict;
}
// #endregion check

function partsOf<S>(
  model: Model<S>,
  history: readonly Operation[],
): Map<string, Operation[]> {
  const parts = new Map<string, Operation[]>();
  for (const operation of history) {
    const part = model.partOf(operation);
    const known = parts.get(part);
    if (known) known.push(operation);
    else parts.set(part, [operation]);
  }
  return parts;
}

type Search<S> = {
  readonly model: Model<S>;
  /** By the time of their call. */
  readonly operations: readonly Operation[];
  readonly isPlaced: boolean[];
  /** The order so far, and the longest ever reached. */
  readonly order: number[];
  longest: readonly number[];
  /** Completed operations that have no place yet. */
  open: number;
  readonly tried: Set<string>;
  stepsLeft: number;
};

// #region search
/** Place what may come next, go on from there, or take it back. */
function placeAll<S>(search: Search<S>): boolean {
  const { model, operations } = search;
  const path = [{ state: model.init, untried: candidates(search) }];
  while (search.open > 0) {
    const here = path.at(-1);
    if (here === undefined || search.stepsLeft === 0) return false;
    search.stepsLeft -= 1;
    const at = here.untried.shift();
    const operation = operations[at ?? -1];
    if (at === undefined || operation === undefined) {
      path.pop();
      takeBack(search);
      continue;
    }
    const next = model.step(here.state, operation);
    if (next === null) continue;
    put(search, at);
    if (wasTried(search, next.state)) takeBack(search);
    else path.push({ ...next, untried: candidates(search) });
  }
  return true;
}

/** Operations that no other one, still to be placed, precedes. */
function candidates<S>(search: Search<S>): number[] {
  const { operations, isPlaced } = search;
  const found: number[] = [];
  let firstEndMs = Infinity;
  for (let at = isPlaced.indexOf(false); at < isPlaced.length; at++) {
    const operation = operations[at];
    if (isPlaced[at] || operation === undefined) continue;
    const { invokeMs } = operation;
    if (invokeMs > firstEndMs) break;
    if (invokeMs === firstEndMs && isTied(search, found, at)) continue;
    found.push(at);
    firstEndMs = Math.min(firstEndMs, endMs(operation));
  }
  return found;
}
// #endregion search

/**
 * Of these, one that returned at the time of this call precedes it if it
 * was called before, or by the same process. Else the two are concurrent:
 * virtual time may stand still over several events.
 */
function isTied<S>(
  { operations }: Search<S>,
  found: readonly number[],
  at: number,
): boolean {
  const later = operations[at];
  return found.some((index) => {
    const one = operations[index];
    if (!one || !later || endMs(one) > later.invokeMs) return false;
    return (
      one.invokeMs < later.invokeMs || one.process === later.process
    );
  });
}

/** What nobody saw returning may take effect at any later time. */
function endMs({ outcome, returnMs }: Operation): number {
  return outcome === "info" || returnMs === null ? Infinity : returnMs;
}

function put<S>(search: Search<S>, at: number): void {
  search.isPlaced[at] = true;
  search.order.push(at);
  if (search.operations[at]?.outcome !== "info") search.open -= 1;
}

/** Undo the last placement, and remember how far it had led. */
function takeBack<S>(search: Search<S>): void {
  const { order, longest } = search;
  if (order.length > longest.length) search.longest = [...order];
  const at = order.pop();
  if (at === undefined) return;
  search.isPlaced[at] = false;
  if (search.operations[at]?.outcome !== "info") search.open += 1;
}

/** Has the search been here: the same operations, the same state? */
function wasTried<S>(search: Search<S>, state: S): boolean {
  const { isPlaced, tried } = search;
  const first = isPlaced.indexOf(false);
  const later = [];
  const last = isPlaced.lastIndexOf(true);
  for (let at = first; at >= 0 && at <= last; at++) {
    if (isPlaced[at]) later.push(at);
  }
  const name = `${first} ${later.join(" ")} ${JSON.stringify(state)}`;
  if (tried.has(name)) return true;
  tried.add(name);
  return false;
}

type Found = {
  readonly kind: "order" | "none" | "unknown";
  /** An order of all; or, where there is none, the longest tried. */
  readonly order: readonly Operation[];
};

function findOrder<S>(
  model: Model<S>,
  history: readonly Operation[],
  stepsMax: number,
): Found {
  const operations = history.toSorted(
    (one, other) => one.invokeMs - other.invokeMs,
  );
  const search: Search<S> = {
    model,
    operations,
    isPlaced: operations.map(() => false),
    order: [],
    longest: [],
    open: operations.filter(({ outcome }) => outcome !== "info").length,
    tried: new Set(),
    stepsLeft: stepsMax,
  };
  const isFound = placeAll(search);
  const order = isFound ? search.order : search.longest;
  return {
    kind: isFound
      ? "order"
      : search.stepsLeft === 0
        ? "unknown"
        : "none",
    order: order.flatMap((at) => operations[at] ?? []),
  };
}

// #region shortest
/**
 * The shortest illegal beginning. What is illegal stays so however the
 * history goes on, so halving finds the return that breaks it.
 */
function shortest<S>(
  model: Model<S>,
  part: string,
  history: readonly Operation[],
  stepsMax: number,
): CounterExample {
  const ends = history.map(endMs).filter((ms) => ms < Infinity);
  ends.sort((one, other) => one - other);
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const until = beginning(model, history, ends[middle] ?? 0);
    const found = findOrder(model, until, stepsMax);
    if (found.kind === "none") high = middle;
    else low = middle + 1;
  }
  const operations = beginning(model, history, ends[high] ?? 0);
  const placed = findOrder(model, operations, stepsMax).order;
  const unplaced = operations.filter(
    (operation) =>
      operation.outcome !== "info" && !placed.includes(operation),
  );
  return { part, operations, placed, unplaced };
}

// #endregion shortest

/** The history as it was known at a time: later returns are unseen. */
function beginning<S>(
  model: Model<S>,
  history: readonly Operation[],
  untilMs: number,
): readonly Operation[] {
  return history
    .filter((one) => one.invokeMs < untilMs || endMs(one) <= untilMs)
    .map((operation): Operation => {
      if (endMs(operation) <= untilMs) return operation;
      const unseen = { returnMs: null, result: null };
      return { ...operation, ...unseen, outcome: "info" };
    })
    .filter((operation) => !model.isIdle(operation));
}
