// unprinted: for the chapter on transactions
/**
 * Isolation without cycles, for tests: try all orders of commit and ask
 * of each what every transaction can have seen (Crooks, Pu, Alvisi and
 * Clement, "Seeing is Believing", PODC 2017). Only for small histories.
 */
import { canonical } from "./models.ts";
import type { Json } from "./node.ts";
import type { Level } from "./serializable-cycles.ts";
import type {
  ListOp,
  RegisterOp,
  Transaction,
} from "./serializable-history.ts";

type Op = ListOp | RegisterOp;
type History = readonly Transaction<Op>[];
type Store = { readonly [key: string]: Json };

/** Does some order of some of them explain the history at the level? */
export function someOrderExplains(level: Level, history: History) {
  const sure = history.filter(({ outcome }) => outcome === "ok");
  const perhaps = history.filter(({ outcome }) => outcome === "info");
  return subsets(perhaps).some((some) =>
    orders([...sure, ...some]).some((order) =>
      explains(level, order, history),
    ),
  );
}

function explains(level: Level, order: History, history: History) {
  const states: Store[] = [{}];
  for (const { ops } of order) {
    states.push(after(states.at(-1) ?? {}, ops));
  }
  const isStrict = level === "strict-serializable";
  if (isStrict && !isTimely(order, history)) return false;
  return order.every(({ ops, outcome }, at) => {
    if (outcome === "info") return true;
    if (level === "read-committed") {
      return isReadCommitted(states.slice(0, at + 1), ops);
    }
    if (level !== "snapshot-isolation") {
      return isSeen(states[at] ?? {}, ops);
    }
    return states.slice(0, at + 1).some((state, from) => {
      const between = order.slice(from, at);
      return (
        isSeen(state, ops) && !between.some((o) => clash(o.ops, ops))
      );
    });
  });
}

function after(store: Store, ops: readonly Op[]): Store {
  let next = store;
  for (const op of ops) next = { ...next, ...effect(next, op) };
  return next;
}

function effect(store: Store, [f, key, value]: Op): Store {
  const name = canonical(key);
  if (f === "w") return { [name]: value };
  if (f === "r") return {};
  const held = store[name];
  return { [name]: [...(Array.isArray(held) ? held : []), value] };
}

/** Do all reads fit one state and the transaction's own writes? */
function isSeen(state: Store, ops: readonly Op[]): boolean {
  let store = state;
  return ops.every((op) => {
    store = { ...store, ...effect(store, op) };
    return op[0] !== "r" || fits(store, op);
  });
}

/** Own writes come on top of the last state; else any state will do. */
function isReadCommitted(states: readonly Store[], ops: readonly Op[]) {
  let store = states.at(-1) ?? {};
  const own = new Set<string>();
  return ops.every((op) => {
    const name = canonical(op[1]);
    store = { ...store, ...effect(store, op) };
    if (op[0] !== "r") own.add(name);
    if (op[0] !== "r") return true;
    if (own.has(name)) return fits(store, op);
    return states.some((state) => fits(state, op));
  });
}

function fits(store: Store, [, key, value]: Op): boolean {
  const held = store[canonical(key)] ?? null;
  const isEmpty = Array.isArray(value) && value.length === 0;
  return canonical(isEmpty ? null : value) === canonical(held);
}

function clash(one: readonly Op[], other: readonly Op[]): boolean {
  const written = (ops: readonly Op[]) =>
    ops.flatMap(([f, key]) => (f === "r" ? [] : [canonical(key)]));
  return written(one).some((key) => written(other).includes(key));
}

function isTimely(order: History, history: History): boolean {
  return order.every((one, at) =>
    order.slice(at + 1).every((later) => {
      const { returnMs, outcome } = later;
      if (outcome !== "ok" || returnMs === null) return true;
      if (returnMs !== one.invokeMs) return returnMs > one.invokeMs;
      if (later.process !== one.process) return true;
      if (later.invokeMs < one.invokeMs) return false;
      return history.indexOf(later) > history.indexOf(one);
    }),
  );
}

export function subsets<T>(items: readonly T[]): T[][] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  return subsets(rest).flatMap((some) => [some, [first, ...some]]);
}

export function orders<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((first, at) =>
    orders(items.filter((_, other) => other !== at)).map((rest) => [
      first,
      ...rest,
    ]),
  );
}
