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
import {
  endMs,
  shortestBeginning,
  withoutNeedless,
} from "./linearizable-smallest.ts";

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
  /** For a small counter-example; without it, it is a beginning. */
  traces?(operation: Operation): Traces;
};

/**
 * Names of what an operation leaves for others to see, and of what it
 * must have seen. If nobody has seen what it left, it can be taken out of
 * any legal order, and what remains is legal.
 */
export type Traces = {
  readonly leaves: readonly string[];
  readonly sees: readonly string[];
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

/** As few operations as it takes. */
export type CounterExample = {
  /** The part (the key) that it is about. */
  readonly part: string;
  /** The shortest illegal beginning; later returns are unseen. */
  readonly beginning: readonly Operation[];
  /**
   * Those of it that no order explains, whatever the others did; without
   * any of these, and who saw it, one would.
   */
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
      const counterExample = smallest(
        model,
        part,
        operations,
        found.stuckMs,
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
  /** Equal for two that are the same to the object; null if answered. */
  readonly twins: readonly (string | null)[];
  /** Try what has an answer before what nobody knows to be done. */
  readonly answeredFirst: boolean;
  readonly isPlaced: boolean[];
  /** The first that has no place: all before it have one. */
  first: number;
  /** The order so far, and the longest ever reached. */
  readonly order: number[];
  longest: readonly number[];
  /** The latest return that ever had to be placed next. */
  stuckMs: number;
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
    const at = here.untried.shift() ?? -1;
    const operation = operations[at];
    if (operation === undefined) {
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

// #endregion search

// #region candidates
/** Operations that no other one, still to be placed, precedes. */
function candidates<S>(search: Search<S>): number[] {
  const { operations, isPlaced, twins } = search;
  const found: number[] = [];
  let firstEndMs = Infinity;
  for (let at = search.first; at < isPlaced.length; at++) {
    const operation = operations[at];
    if (isPlaced[at] || operation === undefined) continue;
    const { invokeMs } = operation;
    if (invokeMs > firstEndMs) break;
    if (invokeMs === firstEndMs && isTied(search, found, at)) continue;
    // One more attempt at the same leads where the first one leads.
    const twin = twins[at] ?? null;
    if (twin !== null && found.some((one) => twins[one] === twin)) {
      continue;
    }
    found.push(at);
    firstEndMs = Math.min(firstEndMs, endMs(operation));
  }
  search.stuckMs = Math.max(search.stuckMs, firstEndMs);
  if (!search.answeredFirst) return found;
  const isOpen = (at: number) => operations[at]?.outcome === "info";
  return [
    ...found.filter((at) => !isOpen(at)),
    ...found.filter((at) => isOpen(at)),
  ];
}
// #endregion candidates

/**
 * One of the same process that returned at the time of this call precedes
 * it. Others are concurrent with it: in virtual time that stands still
 * over several events, the call may have come first.
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
    return one.process === later.process;
  });
}

/**
 * Unanswered attempts of one process at the same are one and the same to
 * the object. Those of two are not: a lock looks at who asks.
 */
function twinOf(operation: Operation): string | null {
  const { outcome, process, op, args } = operation;
  return outcome === "info"
    ? JSON.stringify([process, op, args])
    : null;
}

function put<S>(search: Search<S>, at: number): void {
  search.isPlaced[at] = true;
  search.order.push(at);
  while (search.isPlaced[search.first]) search.first += 1;
  if (search.operations[at]?.outcome !== "info") search.open -= 1;
}

/** Undo the last placement, and remember how far it had led. */
function takeBack<S>(search: Search<S>): void {
  const { order, longest } = search;
  if (order.length > longest.length) search.longest = [...order];
  const at = order.pop();
  if (at === undefined) return;
  search.isPlaced[at] = false;
  search.first = Math.min(search.first, at);
  if (search.operations[at]?.outcome !== "info") search.open += 1;
}

/** Has the search been here: the same operations, the same state? */
function wasTried<S>(search: Search<S>, state: S): boolean {
  const { isPlaced, tried, first, order } = search;
  const later: number[] = [];
  for (let at = first; later.length < order.length - first; at++) {
    if (isPlaced[at]) later.push(at);
  }
  const name = `${first} ${later.join(" ")} ${JSON.stringify(state)}`;
  if (tried.has(name)) return true;
  tried.add(name);
  return false;
}

export type Found = {
  readonly kind: "order" | "none" | "unknown";
  /** An order of all; or, where there is none, the longest tried. */
  readonly order: readonly Operation[];
};

function findOrder<S>(
  model: Model<S>,
  history: readonly Operation[],
  stepsMax: number,
): Found & {
  /** No beginning that ends before this return is illegal. */
  readonly stuckMs: number;
} {
  const operations = history.toSorted(
    (one, other) => one.invokeMs - other.invokeMs,
  );
  // One order of trying gets lost where the other does not.
  const asCalled = begin(model, operations, stepsMax, false);
  const isLost = !placeAll(asCalled) && asCalled.stepsLeft === 0;
  const search = isLost
    ? begin(model, operations, stepsMax, true)
    : asCalled;
  const isFound = isLost ? placeAll(search) : search.open === 0;
  const order = isFound ? search.order : search.longest;
  return {
    kind: isFound
      ? "order"
      : search.stepsLeft === 0
        ? "unknown"
        : "none",
    order: order.flatMap((at) => operations[at] ?? []),
    stuckMs: search.stuckMs,
  };
}

function begin<S>(
  model: Model<S>,
  operations: readonly Operation[],
  stepsLeft: number,
  answeredFirst: boolean,
): Search<S> {
  const isSure = ({ outcome }: Operation) => outcome !== "info";
  return {
    model,
    operations,
    twins: operations.map(twinOf),
    answeredFirst,
    isPlaced: operations.map(() => false),
    first: 0,
    order: [],
    longest: [],
    stuckMs: 0,
    open: operations.filter(isSure).length,
    tried: new Set(),
    stepsLeft,
  };
}

// #region smallest
function smallest<S>(
  model: Model<S>,
  part: string,
  history: readonly Operation[],
  stuckMs: number,
  stepsMax: number,
): CounterExample {
  const find = (some: readonly Operation[]) =>
    findOrder(model, some, stepsMax);
  const beginning = shortestBeginning(model, history, stuckMs, find);
  const isIllegal = (some: readonly Operation[]) =>
    find(some).kind === "none";
  const traces = model.traces?.bind(model);
  const operations = withoutNeedless(beginning, traces, isIllegal);
  const placed = find(operations).order;
  const unplaced = operations.filter(
    (operation) =>
      operation.outcome !== "info" && !placed.includes(operation),
  );
  return { part, beginning, operations, placed, unplaced };
}
// #endregion smallest
