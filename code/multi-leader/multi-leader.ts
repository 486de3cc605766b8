/**
 * Every server takes writes, answers at once, and ships what it took to
 * its neighbours, who ship it on. Conflicts are found afterwards.
 */
import {
  contextOf,
  merge,
  put,
  type Sibling,
} from "../clocks/dotted.ts";
import type { VersionVector } from "../clocks/version-vector.ts";
import type {
  Body,
  Effect,
  Json,
  Node,
  NodeId,
  Setup,
  Step,
} from "../kernel/node.ts";
import type { Resolve, Written } from "./resolve.ts";
import { neighbours, type Topology } from "./topology.ts";

// #region state
/** One write, as its origin ships it and the others ship it on. */
export type Update = {
  readonly origin: NodeId;
  /** The origin's writes are numbered from 1. */
  readonly number: number;
  readonly key: string;
  /** The write under its dot, and what its writer had seen. */
  readonly sibling: Sibling;
};

export type Options = {
  readonly topology: Topology;
  /** What a read shows of writes that knew nothing of each other. */
  readonly resolve: Resolve;
  /** How often what a neighbour has not confirmed is shipped again. */
  readonly shipMs: number;
};

export type State = {
  readonly self: NodeId;
  readonly all: readonly NodeId[];
  /** Persistent: every update, in the order in which it came. */
  readonly updates: readonly Update[];
  /** For each key the writes that no other write has seen. */
  readonly items: { readonly [key: string]: readonly Sibling[] };
  /** How many updates of each origin we have. */
  readonly heard: VersionVector;
  /** How many of each a neighbour has confirmed. */
  readonly confirmed: { readonly [neighbour: NodeId]: VersionVector };
};
// #endregion state

// #region take
/** Take an update into our items: a new one, and each only once. */
export function take(state: State, update: Update): State {
  const { origin, number, key, sibling } = update;
  // What comes round the ring again is known by its origin and number.
  if (number !== (state.heard[origin] ?? 0) + 1) return state;
  const merged = merge(state.items[key] ?? [], [sibling]);
  return {
    ...state,
    updates: [...state.updates, update],
    items: { ...state.items, [key]: merged },
    heard: { ...state.heard, [origin]: number },
  };
}
// #endregion take

// #region write
/** A client's write overwrites what its context has seen, no more. */
function onWrite(
  options: Options,
  state: State,
  client: NodeId,
  body: Write,
  nowMs: number,
): Step<State> {
  const { key, value, msg_id } = body;
  const { self, items, heard } = state;
  const held = items[key] ?? [];
  const written = { value, atMs: nowMs, server: self };
  const context = body.context ?? contextOf(held);
  const text = JSON.stringify(written);
  const sibling = put(held, self, context, text).at(-1);
  if (sibling === undefined) return [state, []];
  const number = (heard[self] ?? 0) + 1;
  const update = { origin: self, number, key, sibling };
  const next = take(state, update);
  const ok = send(client, { type: "write_ok", in_reply_to: msg_id });
  const ships = shipOn(options, next, [update], self);
  return [next, [save(next), ok, ...ships]];
}
// #endregion write

// #region read
/** What a read shows: the siblings, resolved. Nothing is changed. */
export function view(
  resolve: Resolve,
  siblings: readonly Sibling[],
): readonly Written[] {
  const written = siblings.map(
    ({ value }) => JSON.parse(value) as Written,
  );
  return resolve(written);
}

function onRead(
  { resolve }: Options,
  { items }: State,
  client: NodeId,
  { key, msg_id }: Write,
): Effect {
  const siblings = items[key] ?? [];
  const values = view(resolve, siblings).map(({ value }) => value);
  const found = { values, context: contextOf(siblings) };
  const body = { type: "read_ok", ...found, in_reply_to: msg_id };
  return send(client, body);
}
// #endregion read

type Write = Body & {
  readonly key: string;
  readonly value: string;
  readonly context?: VersionVector;
  readonly msg_id: number;
};

// #region ship
/** Pass news on to the neighbours, but not to where they came from. */
function shipOn(
  { topology }: Options,
  { self, all }: State,
  news: readonly Update[],
  from: NodeId,
): readonly Effect[] {
  if (news.length === 0) return [];
  const body = { type: "ship", updates: news as Json };
  return neighbours(topology, self, all)
    .filter((dest) => dest !== from)
    .map((dest) => send(dest, body));
}

/** Now and then, to each neighbour all that it has not confirmed. */
function shipAgain(
  { topology }: Options,
  { self, all, updates, confirmed }: State,
): readonly Effect[] {
  return neighbours(topology, self, all).flatMap((dest) => {
    const has = confirmed[dest] ?? {};
    const lacking = updates.filter(
      ({ origin, number }) => number > (has[origin] ?? 0),
    );
    if (lacking.length === 0) return [];
    return [send(dest, { type: "ship", updates: lacking as Json })];
  });
}

// #endregion ship

// #region on-ship
/** What is new goes into our items, to the disk and further on. */
function onShip(
  options: Options,
  state: State,
  from: NodeId,
  updates: readonly Update[],
): Step<State> {
  const next = updates.reduce(take, state);
  const receipt = send(from, { type: "confirm", heard: next.heard });
  const news = next.updates.slice(state.updates.length);
  const saved = news.length === 0 ? [] : [save(next)];
  const ships = shipOn(options, next, news, from);
  return [next, [...saved, receipt, ...ships]];
}

function onConfirm(
  state: State,
  from: NodeId,
  heard: VersionVector,
): State {
  const confirmed = { ...state.confirmed, [from]: heard };
  return { ...state, confirmed };
}
// #endregion on-ship

function save({ updates }: State): Effect {
  const value = updates as Json;
  return { kind: "persist", key: "updates", value };
}

function send(dest: NodeId, body: Body): Effect {
  return { kind: "send", dest, body };
}

// #region multi-leader
export function multiLeader(options: Options): Node<State> {
  const again: Effect = {
    kind: "set-timer",
    name: "ship",
    afterMs: options.shipMs,
  };
  return {
    init: (setup) => [recover(setup), [again]],
    step: (state, { event, nowMs }) => {
      if (event.kind === "timer") {
        return [state, [again, ...shipAgain(options, state)]];
      }
      const { src, body } = event.message;
      switch (body.type) {
        case "write":
          return onWrite(options, state, src, body as Write, nowMs);
        case "read":
          return [state, [onRead(options, state, src, body as Write)]];
        case "ship":
          return onShip(options, state, src, (body as Ship).updates);
        case "confirm":
          return [onConfirm(state, src, (body as Confirm).heard), []];
        default:
          return [state, []];
      }
    },
  };
}

function recover({ id, peers, disk }: Setup): State {
  const all = [id, ...peers].sort((a, b) => (a < b ? -1 : 1));
  const saved = (disk.updates ?? []) as readonly Update[];
  const nothing = { updates: [], items: {}, heard: {}, confirmed: {} };
  return saved.reduce<State>(take, { self: id, all, ...nothing });
}
// #endregion multi-leader

type Ship = Body & { readonly updates: readonly Update[] };
type Confirm = Body & { readonly heard: VersionVector };
