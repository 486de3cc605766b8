/**
 * Sagas have no isolation: between two steps of one come steps of others.
 * Two small sagas in every possible order, and what comes of it.
 */
import type { Json } from "../kernel/node.ts";

// #region interleavings
/** A record that both use, and what each has in its hands. */
export type Record = {
  readonly limit: number;
  /** A flag of who has not finished with it: the semantic lock. */
  readonly pending: string | null;
};
export type World = {
  readonly record: Record;
  readonly hands: { readonly [saga: string]: Json };
};
/** Null: it cannot go on now, and tries again later. */
export type Action = (world: World) => World | null;
export type Party = { readonly [saga: string]: readonly Action[] };

// #region ends
/** The end of every order in which the steps can come. */
export function ends(party: Party, world: World): readonly World[] {
  const open = Object.entries(party).filter(([, [first]]) => first);
  if (open.length === 0) return [world];
  return open.flatMap(([saga, [first, ...rest]]) => {
    const next = first?.(world) ?? null;
    if (next === null) return [];
    return ends({ ...party, [saga]: rest }, next);
  });
}
// #endregion ends

/** How many orders there are, and how many end as no serial order does. */
export function anomalies(party: Party, start: World) {
  const text = ({ record, hands }: World) =>
    JSON.stringify([record.limit, Object.entries(hands)]);
  const serial = Object.keys(party).map((first) => {
    const { [first]: one = [], ...others } = party;
    const all = [...one, ...Object.values(others).flat()];
    return text(all.reduce((world, act) => act(world) ?? world, start));
  });
  const all = ends(party, start);
  const wrong = all.filter((end) => !serial.includes(text(end)));
  return { orders: all.length, wrong: wrong.length };
}
// #endregion interleavings

export const start: World = {
  record: { limit: 100, pending: null },
  hands: { a: null, b: null },
};

// #region actions
const take = (saga: string, value: Json) => (world: World) => ({
  ...world,
  hands: { ...world.hands, [saga]: value },
});
const put = (limit: number) => (world: World) => ({
  ...world,
  record: { ...world.record, limit },
});
/** Read it, to be used in a later step. */
const read =
  (saga: string): Action =>
  (world) =>
    take(saga, world.record.limit)(world);
/** Write what was read, changed. */
const write =
  (saga: string, by: number): Action =>
  (world) => {
    const limit = Number(world.hands[saga]) + by;
    return take(saga, "ok")(put(limit)(world));
  };
/** Change it where it is: these can come in any order. */
const add =
  (by: number): Action =>
  (world) =>
    put(world.record.limit + by)(world);
/** Approve an order of so much, if the limit allows it. */
const approve =
  (saga: string, amount: number): Action =>
  (world) => {
    const isEnough = world.record.limit >= amount;
    return take(saga, isEnough ? "approved" : "rejected")(world);
  };
const elsewhere: Action = (world) => world;
// #endregion actions

// #region countermeasures
/** Semantic lock: flag the record; who finds a flag comes later. */
const lock =
  (saga: string): Action =>
  ({ record, hands }) =>
    record.pending === null
      ? { hands, record: { ...record, pending: saga } }
      : null;
const unlock: Action = ({ record, hands }) => ({
  hands,
  record: { ...record, pending: null },
});
const unflagged =
  (act: Action): Action =>
  (world) =>
    world.record.pending === null ? act(world) : null;
/** Reread value: has it changed since, then begin with what is there. */
const reread =
  (saga: string, by: number): Action =>
  (world) =>
    write(saga, by)(read(saga)(world) ?? world);
// #endregion countermeasures

// #region lost-update
const twice = (saga: string, by: number) => [
  read(saga),
  elsewhere,
  write(saga, by),
];
export type Case = {
  readonly anomaly: string;
  readonly countermeasure: string;
  readonly party: Party;
};

const lostUpdates: readonly Case[] = [
  {
    anomaly: "lost update",
    countermeasure: "none",
    party: { a: twice("a", 50), b: twice("b", -30) },
  },
  {
    anomaly: "lost update",
    countermeasure: "commutative updates",
    party: { a: [elsewhere, add(50)], b: [elsewhere, add(-30)] },
  },
  {
    anomaly: "lost update",
    countermeasure: "reread value",
    party: {
      a: [read("a"), elsewhere, reread("a", 50)],
      b: [read("b"), elsewhere, reread("b", -30)],
    },
  },
  {
    anomaly: "lost update",
    countermeasure: "semantic lock",
    party: {
      a: [lock("a"), ...twice("a", 50), unlock],
      b: [lock("b"), ...twice("b", -30), unlock],
    },
  },
];
// #endregion lost-update

// #region dirty-read
/** a raises the limit, fails, and takes it back. */
const raiseAndUndo = [add(50), elsewhere, add(-50)];

const dirtyReads: readonly Case[] = [
  {
    anomaly: "dirty read",
    countermeasure: "none",
    party: { a: raiseAndUndo, b: [approve("b", 120)] },
  },
  {
    anomaly: "dirty read",
    countermeasure: "semantic lock",
    party: {
      a: [lock("a"), ...raiseAndUndo, unlock],
      b: [unflagged(approve("b", 120))],
    },
  },
  {
    // What may fail comes first, and the limit is raised only then.
    anomaly: "dirty read",
    countermeasure: "pessimistic view",
    party: { a: [elsewhere], b: [approve("b", 120)] },
  },
];
// #endregion dirty-read

export const cases = [...lostUpdates, ...dirtyReads];
