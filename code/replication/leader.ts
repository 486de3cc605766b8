/** The leader's half: take writes, ship the log, wait for receipts. */
import type { Effect, Json, NodeId, Step } from "../kernel/node.ts";
import { follow } from "./follower.ts";
import type { Ask } from "./messages.ts";
import { type Promote, reply, type Shipped } from "./messages.ts";
import {
  allAt,
  applyUpTo,
  type Entry,
  leads,
  type Options,
  type State,
  save,
  tokenAt,
} from "./state.ts";

/** Entries in one message at most. */
const batchMax = 100;

// #region on-write
/** Take a write into the log and ship it; the ok may have to wait. */
export function onWrite(
  options: Options,
  state: State,
  ask: Ask,
  nowMs: number,
): Step<State> {
  const { client, msgId, key, value } = ask;
  if (isKnown(state, client, msgId)) return [state, []];
  if (!leads(state)) return [state, [notLeader(state, ask)]];
  const { epoch } = state;
  const entry = { epoch, key, value, client, msgId, atMs: nowMs };
  return append(options, state, entry, nowMs);
}

// #region append
/** Write an entry to our log, then let the others have it. */
export function append(
  options: Options,
  state: State,
  entry: Entry,
  nowMs: number,
): Step<State> {
  const log = [...state.log, entry];
  const wait = { position: log.length, sinceMs: nowMs };
  const waiting = [...state.waiting, wait];
  const taken = { ...state, log, waiting };
  const [shipping, ships] = shipToAll(taken);
  const [done, oks] = commit(options, shipping);
  return [done, [save(done), ...ships, ...oks]];
}
// #endregion append

/** A copy of a request we have seen, or one that its client gave up. */
function isKnown(state: State, client: NodeId, msgId: number): boolean {
  const isIt = (one: Entry) =>
    one.client === client && one.msgId >= msgId;
  return state.log.some(isIt) || state.discarded.some(isIt);
}
// #endregion on-write

function notLeader(state: State, { client, msgId }: Ask): Effect {
  const error = { type: "error", code: 11, text: "ask the leader" };
  return reply(client, msgId, { ...error, leader: state.leader });
}

// #region ship
/** Send each follower what it was not sent yet; maybe nothing. */
export function shipToAll(state: State): Step<State> {
  const effects = state.peers.map((peer) => shipTo(state, peer));
  const end = state.log.length;
  const shipped = Object.fromEntries(
    state.peers.map((peer) => {
      const from = state.shipped[peer] ?? end;
      return [peer, Math.min(end, from + batchMax)];
    }),
  );
  return [{ ...state, shipped }, effects];
}

function shipTo(state: State, dest: NodeId): Effect {
  const { epoch, log } = state;
  const from = state.shipped[dest] ?? log.length;
  const after = tokenAt(state, from);
  const entries = log.slice(from, from + batchMax) as Json;
  const end = log.length;
  const body = { type: "ship", epoch, after, entries, end };
  return { kind: "send", dest, body };
}

// #endregion ship

// #region heartbeat
/** Ship again what is not surely there, and fall back if need be. */
export function onHeartbeat(
  options: Options,
  state: State,
  nowMs: number,
): Step<State> {
  if (!leads(state)) return [state, []];
  const shipped = { ...state.shipped, ...state.acked };
  const [shipping, ships] = shipToAll({ ...state, shipped });
  const [oldest] = state.waiting;
  const waitedMs = nowMs - (oldest?.sinceMs ?? nowMs);
  const patienceMs = options.fallBackAfterMs ?? Infinity;
  const isAlone = state.isAlone || waitedMs >= patienceMs;
  const [done, oks] = commit(options, { ...shipping, isAlone });
  return [done, [...ships, ...oks]];
}
// #endregion heartbeat

// #region on-promote
/** Lead this epoch, and mark in the log where it begins. */
export function onPromote(
  options: Options,
  state: State,
  controller: NodeId,
  { epoch }: Promote,
  nowMs: number,
): Step<State> {
  if (epoch < state.epoch) return [state, []];
  const body = { type: "promoted", epoch };
  const answer: Effect = { kind: "send", dest: controller, body };
  if (epoch === state.epoch && leads(state)) return [state, [answer]];
  const leading = follow(state, epoch, state.id);
  const shipped = allAt(state.peers, state.log.length);
  const mark = { epoch, key: null, value: null, client: state.id };
  const entry = { ...mark, msgId: 0, atMs: nowMs };
  const begun: State = { ...leading, shipped };
  const [next, effects] = append(options, begun, entry, nowMs);
  return [next, [...effects, answer]];
}
// #endregion on-promote

// #region on-shipped
/** A follower says how far its log agrees with ours, or that not. */
export function onShipped(
  options: Options,
  state: State,
  from: NodeId,
  { epoch, position, isMatch }: Shipped,
): Step<State> {
  if (epoch > state.epoch) {
    const deposed = follow(state, epoch, null);
    return [deposed, [save(deposed)]];
  }
  if (!leads(state) || epoch < state.epoch) return [state, []];
  if (!isMatch) {
    const shipped = { ...state.shipped, [from]: position };
    const back = { ...state, shipped };
    return [back, [shipTo(back, from)]];
  }
  const known = Math.max(state.acked[from] ?? 0, position);
  const acked = { ...state.acked, [from]: known };
  const sent = Math.max(state.shipped[from] ?? 0, known);
  const shipped = { ...state.shipped, [from]: sent };
  // One of those that count has caught up: alone no longer.
  const isEnough =
    known === state.log.length &&
    whoCounts(options, state).includes(from);
  const isAlone = state.isAlone && !isEnough;
  return commit(options, { ...state, acked, shipped, isAlone });
}
// #endregion on-shipped

// #region commit
/** What enough servers hold becomes visible, and is acknowledged. */
export function commit(options: Options, state: State): Step<State> {
  const position = committed(options, state);
  if (position <= state.applied) return [state, []];
  const visible = applyUpTo(state, position);
  const waiting = state.waiting.filter((w) => w.position > position);
  const oks = state.waiting
    .filter((w) => w.position <= position)
    .flatMap((w) => acknowledge(state, w.position));
  return [{ ...visible, waiting }, oks];
}

// #region committed
/** How far the log is held by as many as this mode asks for. */
function committed(options: Options, state: State): number {
  const { log, acked, epoch } = state;
  const needed = receiptsNeeded(options, state);
  if (needed === 0) return log.length;
  const counted = whoCounts(options, state);
  const positions = counted.map((peer) => acked[peer] ?? 0);
  positions.sort((one, other) => other - one);
  const position = positions[needed - 1] ?? 0;
  // Entries of earlier epochs count only under one of ours: they may
  // still be replaced by a log that they have not seen.
  return log[position - 1]?.epoch === epoch ? position : 0;
}

/** A leader has no receipt of its own, so it may be among them. */
function whoCounts({ acknowledgers }: Options, { peers }: State) {
  return acknowledgers ?? peers;
}

function receiptsNeeded(options: Options, state: State): number {
  if (options.mode === "async" || state.isAlone) return 0;
  return options.mode === "semi-sync" ? 1 : state.peers.length;
}
// #endregion committed
// #endregion commit

function acknowledge(
  state: State,
  position: number,
): readonly Effect[] {
  const entry = state.log[position - 1];
  if (entry === undefined || entry.key === null) return [];
  const token = tokenAt(state, position);
  const body = { type: "write_ok", token };
  return [reply(entry.client, entry.msgId, body)];
}
