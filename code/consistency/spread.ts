/**
 * How writes get to the other replicas: at once, and by gossip what was
 * missed; applied in causal order, each key keeping its newest write.
 */
import { hold } from "../abd/replica.ts";
import { cellOf } from "../abd/state.ts";
import {
  initial,
  isNewer,
  newest,
  type Tagged,
  tagAfter,
} from "../abd/tag.ts";
import { covers, join, type VectorClock } from "../clocks/vector.ts";
import type { Effect, Json, Step } from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";
import {
  type Request,
  type State,
  send,
  type Update,
} from "./state.ts";

// #region apply
// #region apply-one
/** Apply an update if all its past is here; else change nothing. */
export function apply(state: State, update: Update): State {
  const { origin, key, held, past } = update;
  const isNext = (past[origin] ?? 0) === (state.seen[origin] ?? 0);
  if (!isNext || !covers(state.seen, past)) return state;
  const known = state.cells[key] ?? initial;
  const cell = isNewer(held.tag, known.tag) ? held : known;
  const count = (past[origin] ?? 0) + 1;
  // The quorum path shall know of it too.
  const [register] = hold(state.register, key, held);
  return {
    ...state,
    register,
    updates: [...state.updates, update],
    seen: join(state.seen, { [origin]: count }),
    cells: { ...state.cells, [key]: cell },
  };
}
// #endregion apply-one

/** A write taken here: apply it, keep it, tell it to everybody. */
export function originate(
  state: State,
  { client, msgId, key }: Pick<Request, "client" | "msgId" | "key">,
  held: Tagged,
): Step<State> {
  const past = state.seen;
  const origin = state.id;
  const update: Update = { origin, client, msgId, key, held, past };
  const next = apply(state, update);
  const body = { type: "updates", updates: [update] as Json };
  const told = state.peers.map((peer) => send(peer, body));
  return [next, [...save(next), ...told]];
}

/** A tag newer than all that this replica has seen of the key. */
export function nextHeld(
  state: State,
  { key, value }: Pick<Request, "key" | "value">,
): Tagged {
  const known = state.cells[key] ?? initial;
  const { tag } = newest([known, cellOf(state.register, key)]);
  return { tag: tagAfter(tag, state.id), value };
}
// #endregion apply

// #region gossip
/** Now and then, to one peer by lot: this is what I have seen. */
export function gossip(state: State, dice: number): readonly Effect[] {
  const { peers, seen } = state;
  const peer = peers[intBetween(dice, 0, peers.length - 1)];
  return peer === undefined ? [] : [send(peer, { type: "seen", seen })];
}

/** What the other lacks, in an order in which it can apply it. */
export function lacking(
  { updates }: State,
  theirs: VectorClock,
): readonly Update[] {
  return updates.filter(
    ({ origin, past }) => (past[origin] ?? 0) >= (theirs[origin] ?? 0),
  );
}

/** Apply what can be applied, and keep what came too early. */
export function onUpdates(
  state: State,
  updates: readonly Update[],
): Step<State> {
  const early = [...state.early, ...updates];
  const next = settle({ ...state, early });
  const isNew = next.updates.length > state.updates.length;
  return [next, isNew ? save(next) : []];
}

function settle(state: State): State {
  const next = state.early.reduce(apply, state);
  const early = state.early.filter((one) => !isSeen(next, one));
  const left = { ...next, early };
  const isNew = next.updates.length > state.updates.length;
  return isNew ? settle(left) : left;
}

function isSeen({ seen }: State, { origin, past }: Update): boolean {
  return (past[origin] ?? 0) < (seen[origin] ?? 0);
}
// #endregion gossip

function save({ updates, register }: State): readonly Effect[] {
  const { cells } = register;
  return [
    { kind: "persist", key: "updates", value: updates as Json },
    { kind: "persist", key: "cells", value: cells },
  ];
}
