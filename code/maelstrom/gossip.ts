/**
 * A set that only grows, made known from neighbour to neighbour: each
 * keeps a list, and remembers for every neighbour how much of the list
 * that one has confirmed. What is not confirmed in time is sent again,
 * so a partition only delays it. Broadcast and g-set are made of this.
 */
// unprinted: for the chapter on testing

import type {
  Body,
  Effect,
  Json,
  Message,
  NodeId,
  Setup,
  Step,
} from "../kernel/node.ts";
import { canonical } from "../raft-kv/store.ts";
import type { PeerMessages } from "./protocol.ts";
import { any, listOf, natural } from "./shapes.ts";

// #region gossip-state
export type Gossip = {
  readonly id: NodeId;
  /** In the order in which they became known here; never reordered. */
  readonly entries: readonly Entry[];
  /** The same by their text, to know them again. */
  readonly known: { readonly [value: string]: true };
  readonly neighbours: readonly NodeId[];
  /** Is what others told passed on, or only what clients told? */
  readonly relays: boolean;
  readonly links: { readonly [neighbour: NodeId]: Link };
};

type Entry = { readonly value: Json; readonly from: NodeId };

/** How much of the list a neighbour has confirmed, and was sent. */
type Link = {
  readonly acked: number;
  readonly sent: number;
  /** Since when it has owed a confirmation, and given none. */
  readonly owesSinceMs: number;
};
// #endregion gossip-state

/** What comes in so short a time travels in one message. */
export const gossipMs = 20;
/** Longer than any honest way there and back. */
export const retryMs = 500;

export const gossipMessages: PeerMessages = {
  gossip: { start: natural, end: natural, values: listOf(any) },
  gossip_ok: { start: natural, end: natural },
};

// #region gossip-init
/** With what is on the disk; at first all others are neighbours. */
export function initGossip(
  { id, peers, disk }: Setup,
  relays: boolean,
): Step<Gossip> {
  const empty: Gossip = {
    id,
    entries: [],
    known: {},
    neighbours: peers,
    relays,
    links: {},
  };
  const state = restored(empty, disk);
  return [state, [nextTick]];
}

const nextTick: Effect = {
  kind: "set-timer",
  name: "gossip",
  afterMs: gossipMs,
};
// #endregion gossip-init

/** Entries lie on the disk one by one: a long list is written once. */
function restored(start: Gossip, disk: Setup["disk"]): Gossip {
  let state = start;
  for (;;) {
    const entry = disk[entryKey(state.entries.length)];
    if (entry === undefined) break;
    state = add(state, entry as Entry);
  }
  const topology = disk.topology as Topology | undefined;
  return topology === undefined ? state : { ...state, ...topology };
}

type Topology = Pick<Gossip, "neighbours" | "relays">;

function entryKey(at: number): string {
  return `entry-${at}`;
}

function add(state: Gossip, entry: Entry): Gossip {
  return {
    ...state,
    entries: [...state.entries, entry],
    known: { ...state.known, [canonical(entry.value)]: true },
  };
}

// #region learn
/** What is new goes to the end of the list, and to the disk. */
export function learn(
  start: Gossip,
  from: NodeId,
  values: readonly Json[],
): Step<Gossip> {
  let state = start;
  const effects: Effect[] = [];
  for (const value of values) {
    if (state.known[canonical(value)] === true) continue;
    const key = entryKey(state.entries.length);
    const entry = { value, from };
    state = add(state, entry);
    effects.push({ kind: "persist", key, value: entry });
  }
  return [state, effects];
}
// #endregion learn

// #region gossip-tick
/** Tell each neighbour what is new, and what it has not confirmed. */
export function onTick(state: Gossip, nowMs: number): Step<Gossip> {
  const effects: Effect[] = [nextTick];
  let { links } = state;
  for (const neighbour of state.neighbours) {
    const [link, told] = tell(state, neighbour, nowMs);
    links = { ...links, [neighbour]: link };
    effects.push(...told);
  }
  return [{ ...state, links }, effects];
}

function tell(
  state: Gossip,
  dest: NodeId,
  nowMs: number,
): readonly [Link, readonly Effect[]] {
  const link = state.links[dest] ?? unused;
  const isLate =
    link.acked < link.sent && nowMs - link.owesSinceMs >= retryMs;
  const start = isLate ? link.acked : link.sent;
  const end = state.entries.length;
  if (start === end) return [link, []];
  const values = state.entries
    .slice(start, end)
    .filter((entry) => isFor(state, entry, dest))
    .map(({ value }) => value);
  if (values.length === 0) {
    // What is under way must be confirmed before this can be skipped.
    const isIdle = start === link.acked;
    return [isIdle ? { ...link, acked: end, sent: end } : link, []];
  }
  const body: Body = { type: "gossip", start, end, values };
  // What is sent on top of what it owes is no reason to wait longer.
  const owesSinceMs = start === link.acked ? nowMs : link.owesSinceMs;
  const sent = { ...link, sent: end, owesSinceMs };
  return [sent, [{ kind: "send", dest, body }]];
}

const unused: Link = { acked: 0, sent: 0, owesSinceMs: 0 };
// #endregion gossip-tick

// #region relay
/** None is told what it told; and where all hear all, none retells. */
function isFor(state: Gossip, { from }: Entry, dest: NodeId): boolean {
  if (from === state.id) return true;
  return state.relays && from !== dest;
}
// #endregion relay

// #region gossip-messages
/** A neighbour tells, or confirms what it was told. */
export function onGossip(
  state: Gossip,
  { src, body }: Message,
  nowMs: number,
): Step<Gossip> {
  const { start, end } = body as Body & Range;
  if (body.type === "gossip_ok") {
    return [confirmed(state, src, { start, end }, nowMs), []];
  }
  const { values } = body as Body & { values: readonly Json[] };
  const [next, kept] = learn(state, src, values);
  const ok = { type: "gossip_ok", start, end };
  return [next, [...kept, { kind: "send", dest: src, body: ok }]];
}

type Range = { readonly start: number; readonly end: number };

/** Only without a gap: what lies before it must be confirmed too. */
function confirmed(
  state: Gossip,
  from: NodeId,
  range: Range,
  nowMs: number,
): Gossip {
  const link = state.links[from] ?? unused;
  const isNews = range.start <= link.acked && range.end > link.acked;
  if (!isNews || range.end > link.sent) return state;
  const acked = { ...link, acked: range.end, owesSinceMs: nowMs };
  return { ...state, links: { ...state.links, [from]: acked } };
}
// #endregion gossip-messages

// #region topology
/**
 * From now on talk to these only, and retell unless all hear all. No
 * one knows what new neighbours have heard, so the links begin anew.
 */
export function rearrange(
  state: Gossip,
  neighbours: readonly NodeId[],
  relays: boolean,
): Step<Gossip> {
  const topology = { neighbours, relays };
  const next = { ...state, ...topology, links: {} };
  return [
    next,
    [{ kind: "persist", key: "topology", value: topology }],
  ];
}
// #endregion topology

export function valuesOf(state: Gossip): readonly Json[] {
  return state.entries.map(({ value }) => value);
}
