// unprinted: for the chapter on consistency models
/**
 * Sequential consistency (Lamport, IEEE TC 1979): some order of all
 * operations explains the answers and keeps the order of each process;
 * it need not keep real time. Unlike linearizability it is not local: all
 * keys have to be looked at together (Herlihy and Wing 1990, section 3.3).
 */
import type { Operation } from "./history.ts";
import type { CounterExample, Model, Verdict } from "./linearizable.ts";

type Store<S> = { readonly [part: string]: S };

// #region check-sequential
/** Check a whole history; `stepsMax` bounds the search. */
export function checkSequential<S>(
  model: Model<S>,
  history: readonly Operation[],
  stepsMax = 1_000_000,
): Verdict {
  const queues = queuesOf(
    history.filter((operation) => !model.isIdle(operation)),
  );
  const tried = new Set<string>();
  let longest: readonly Operation[] = [];
  let stepsLeft = stepsMax;
  const path: Place<S>[] = [start(queues)];
  for (let here = path.at(-1); here; here = path.at(-1)) {
    const isDone = queues.every((queue, at) =>
      isOver(queue, here.taken[at] ?? 0),
    );
    if (isDone) return { verdict: "ok" };
    if (stepsLeft === 0) return { verdict: "unknown", steps: stepsMax };
    stepsLeft -= 1;
    if (here.order.length > longest.length) longest = here.order;
    const next = advance(model, queues, here);
    if (next === null) {
      path.pop();
      continue;
    }
    const name = JSON.stringify([next.taken, next.store]);
    if (!tried.has(name)) path.push(next);
    tried.add(name);
  }
  const counterExample = unexplained(queues.flat(), longest);
  return { verdict: "illegal", counterExample };
}
// #endregion check-sequential

type Place<S> = {
  /** How many of each process have a place in the order. */
  readonly taken: readonly number[];
  readonly store: Store<S>;
  readonly order: readonly Operation[];
  /** The process to try next. */
  untried: number;
};

function start<S>(queues: readonly unknown[]): Place<S> {
  return {
    taken: queues.map(() => 0),
    store: {},
    order: [],
    untried: 0,
  };
}

/** What was never answered may be left out. */
function isOver(queue: readonly Operation[], taken: number): boolean {
  return queue.slice(taken).every(({ outcome }) => outcome === "info");
}

// #region advance
/** Let the next process that can take its next step; null: none can. */
function advance<S>(
  model: Model<S>,
  queues: readonly (readonly Operation[])[],
  here: Place<S>,
): Place<S> | null {
  while (here.untried < queues.length) {
    const at = here.untried++;
    const operation = queues[at]?.[here.taken[at] ?? 0];
    if (operation === undefined) continue;
    const part = model.partOf(operation);
    const held = here.store[part] ?? model.init;
    const next = model.step(held, operation);
    if (next === null) continue;
    return {
      taken: here.taken.map((n, other) => (other === at ? n + 1 : n)),
      store: { ...here.store, [part]: next.state },
      order: [...here.order, operation],
      untried: 0,
    };
  }
  return null;
}
// #endregion advance

/**
 * One queue a process, in the order of its calls. What was never answered
 * stands alone: it may happen later than what its process asked next.
 */
function queuesOf(
  history: readonly Operation[],
): readonly (readonly Operation[])[] {
  const queues = new Map<string, Operation[]>();
  const inOrder = history.toSorted((a, b) => a.invokeMs - b.invokeMs);
  for (const [at, operation] of inOrder.entries()) {
    const { process, outcome } = operation;
    const name = outcome === "info" ? `${at} alone` : `of ${process}`;
    const queue = queues.get(name);
    if (queue) queue.push(operation);
    else queues.set(name, [operation]);
  }
  return [...queues.values()];
}

function unexplained(
  operations: readonly Operation[],
  placed: readonly Operation[],
): CounterExample {
  const unplaced = operations.filter(
    (one) => one.outcome !== "info" && !placed.includes(one),
  );
  return { part: "all", operations, placed, unplaced };
}
