// unprinted: for the chapter on consistency models
/**
 * Sequential consistency (Lamport, IEEE TC 1979): some order of all
 * operations explains the answers and keeps the order of each process;
 * it need not keep real time. Unlike linearizability it is not local: all
 * keys have to be looked at together (Herlihy and Wing 1990, section 3.3).
 */
import type { Operation } from "./history.ts";
import type {
  CounterExample,
  Found,
  Model,
  Traces,
  Verdict,
} from "./linearizable.ts";
import { withoutNeedless } from "./linearizable-smallest.ts";

type Store<S> = { readonly [part: string]: S };

// #region check-sequential
/**
 * Check a whole history; `stepsMax` bounds each search. A counter-example
 * is made small where the model tells traces.
 */
export function checkSequential<S>(
  model: Model<S>,
  history: readonly Operation[],
  stepsMax = 1_000_000,
): Verdict {
  const find = (some: readonly Operation[]) =>
    findOrder(model, queuesOf(some), stepsMax);
  const all = history.filter((operation) => !model.isIdle(operation));
  const { kind } = find(all);
  if (kind === "order") return { verdict: "ok" };
  if (kind === "unknown")
    return { verdict: "unknown", steps: stepsMax };
  const isIllegal = (some: readonly Operation[]) =>
    find(some).kind === "none";
  const operations = withoutNeedless(all, tracesIn(model), isIllegal);
  const placed = find(operations).order;
  const unplaced = operations.filter(
    (one) => one.outcome !== "info" && !placed.includes(one),
  );
  const counterExample: CounterExample = {
    part: "all",
    beginning: all,
    operations,
    placed,
    unplaced,
  };
  return { verdict: "illegal", counterExample };
}
// #endregion check-sequential

/** The same names in two parts are two things. */
function tracesIn<S>(
  model: Model<S>,
): ((operation: Operation) => Traces) | undefined {
  if (model.traces === undefined) return undefined;
  return (operation) => {
    const told = model.traces?.(operation);
    const part = model.partOf(operation);
    const here = (names: readonly string[] = []) =>
      names.map((name) => `${part} ${name}`);
    return { leaves: here(told?.leaves), sees: here(told?.sees) };
  };
}

// #region pram
/**
 * PRAM (Lipton and Sandberg 1988): each process alone has an order that
 * explains what it was told, of its own operations and all writes, which
 * keeps every process' order. Two processes may see two orders.
 */
export function checkPram<S>(
  model: Model<S>,
  history: readonly Operation[],
  stepsMax = 1_000_000,
): Verdict {
  const processes = new Set(history.map(({ process }) => process));
  let verdict: Verdict = { verdict: "ok" };
  for (const process of processes) {
    const view = history.filter(
      (one) =>
        one.process === process ||
        (one.op !== "read" && one.outcome !== "fail"),
    );
    const found = checkSequential(model, view, stepsMax);
    if (found.verdict === "illegal") return found;
    if (found.verdict === "unknown") verdict = found;
  }
  return verdict;
}
// #endregion pram

// #region search
/** Let the processes take turns in all ways, none of them twice. */
function findOrder<S>(
  model: Model<S>,
  queues: readonly Queue[],
  stepsMax: number,
): Found {
  const tried = new Set<string>();
  let longest: Place<S> = start(queues);
  let stepsLeft = stepsMax;
  const path = [longest];
  for (let here = path.at(-1); here; here = path.at(-1)) {
    const { taken, length } = here;
    const isDone = queues.every(({ operations }, at) =>
      isOver(operations, taken[at] ?? 0),
    );
    if (isDone) return { kind: "order", order: orderOf(here) };
    if (stepsLeft === 0) return { kind: "unknown", order: [] };
    stepsLeft -= 1;
    if (length > longest.length) longest = here;
    const next = advance(model, queues, here);
    if (next === null) {
      path.pop();
      continue;
    }
    const name = JSON.stringify([next.taken, next.store]);
    if (!tried.has(name)) path.push(next);
    tried.add(name);
  }
  return { kind: "none", order: orderOf(longest) };
}
// #endregion search

type Place<S> = {
  /** How many of each process have a place in the order. */
  readonly taken: readonly number[];
  readonly store: Store<S>;
  /** The last of the order so far, and what it came after. */
  readonly last: Operation | null;
  readonly before: Place<S> | null;
  readonly length: number;
  /** The process to try next. */
  untried: number;
};

function start<S>(queues: readonly unknown[]): Place<S> {
  return {
    taken: queues.map(() => 0),
    store: {},
    last: null,
    before: null,
    length: 0,
    untried: 0,
  };
}

function orderOf<S>(place: Place<S>): readonly Operation[] {
  const order: Operation[] = [];
  for (let here: Place<S> | null = place; here; here = here.before) {
    if (here.last) order.unshift(here.last);
  }
  return order;
}

/** What was never answered may be left out. */
function isOver(queue: readonly Operation[], taken: number): boolean {
  return queue.slice(taken).every(({ outcome }) => outcome === "info");
}

// #region advance
/** Let the next process that can take its next step; null: none can. */
function advance<S>(
  model: Model<S>,
  queues: readonly Queue[],
  here: Place<S>,
): Place<S> | null {
  while (here.untried < queues.length) {
    const at = here.untried++;
    const operation = nextOf(queues[at], here.taken, at);
    if (operation === undefined) continue;
    const part = model.partOf(operation);
    const held = here.store[part] ?? model.init;
    const next = model.step(held, operation);
    if (next === null) continue;
    return {
      taken: here.taken.map((n, other) => (other === at ? n + 1 : n)),
      store: { ...here.store, [part]: next.state },
      last: operation,
      before: here,
      length: here.length + 1,
      untried: 0,
    };
  }
  return null;
}
// #endregion advance

/** The first of a queue that is left, if its turn may have come. */
function nextOf(
  queue: Queue | undefined,
  taken: readonly number[],
  at: number,
): Operation | undefined {
  const after = queue?.after;
  const isEarly = after && (taken[after.queue] ?? 0) < after.count;
  return isEarly ? undefined : queue?.operations[taken[at] ?? 0];
}

type Queue = {
  readonly operations: Operation[];
  /** So many of another queue come before it. */
  readonly after: {
    readonly queue: number;
    readonly count: number;
  } | null;
};

/**
 * One queue a process, in the order of its calls. What was never answered
 * stands alone: it may happen later than what its process asked next, but
 * not before what its process had been told.
 */
function queuesOf(history: readonly Operation[]): readonly Queue[] {
  const queues: Queue[] = [];
  const answered = new Map<string, number>();
  const inOrder = history.toSorted((a, b) => a.invokeMs - b.invokeMs);
  for (const operation of inOrder) {
    const { process, outcome } = operation;
    const queue = answered.get(process) ?? queues.length;
    const count = queues[queue]?.operations.length ?? 0;
    const alone = { operations: [operation], after: { queue, count } };
    if (outcome === "info") queues.push(alone);
    else if (count > 0) queues[queue]?.operations.push(operation);
    else {
      answered.set(process, queue);
      queues.push({ operations: [operation], after: null });
    }
  }
  return queues;
}
