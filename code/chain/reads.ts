/**
 * Queries: the tail answers them all (van Renesse and Schneider, §3), or
 * any server does and asks the tail in case of doubt (CRAQ).
 *
 * Terrace and Freedman, "Object Storage on CRAQ", USENIX ATC 2009.
 */
import type { Body, Effect, NodeId, Step } from "../kernel/node.ts";
import {
  type Asking,
  isTail,
  type Options,
  type State,
  send,
  valueAt,
} from "./state.ts";

// #region may-answer
/** In the chain, with all of Hist, and surely not removed meanwhile. */
export function mayAnswer(
  { leaseMs }: Options,
  { id, config, isComplete, leaseUntilMs }: State,
  nowMs: number,
): boolean {
  const isIn = config.chain.includes(id) && isComplete;
  // After a crash the chain on our disk may be an old one.
  if (!isIn || leaseUntilMs === null) return false;
  return leaseMs === null || nowMs < leaseUntilMs;
}
// #endregion may-answer

// #region on-query
/** Chain replication: the tail answers; others pass the query on. */
export function onQuery(
  options: Options,
  state: State,
  client: NodeId,
  request: Body,
  nowMs: number,
): Step<State> {
  if (options.readsAnywhere) {
    return onAnyQuery(options, state, client, request, nowMs);
  }
  if (!isTail(state)) return [state, pass(state, client, request)];
  const may = mayAnswer(options, state, nowMs);
  const read = asking(client, request);
  const { length } = state.hist;
  return [
    state,
    [may ? answer(state, read, length) : unavailable(read)],
  ];
}

function pass(
  { config }: State,
  client: NodeId,
  request: Body,
): readonly Effect[] {
  const tail = config.chain.at(-1);
  const body = { type: "pass", client, request };
  return tail === undefined ? [] : [send(tail, body)];
}
// #endregion on-query

// #region craq
// #region any-query
/** CRAQ: a clean object is read here; of a dirty one the tail knows. */
function onAnyQuery(
  options: Options,
  state: State,
  client: NodeId,
  request: Body,
  nowMs: number,
): Step<State> {
  const read = asking(client, request);
  if (!mayAnswer(options, state, nowMs)) {
    return [state, [unavailable(read)]];
  }
  const { hist } = state;
  if (isTail(state) || isClean(state, read.key)) {
    return [state, [answer(state, read, hist.length)]];
  }
  const waiting = { ...state, asking: [...state.asking, read] };
  return [waiting, askTail(waiting, [read])];
}

/** Clean: no update of it is on its way to the tail. */
export function isClean({ hist, acked }: State, key: string): boolean {
  return !hist.slice(acked).some((update) => update.key === key);
}
// #endregion any-query

/** Which version of these objects is committed? Ask, or ask again. */
export function askTail(
  { config }: State,
  reads: readonly Asking[],
): readonly Effect[] {
  const tail = config.chain.at(-1);
  const { epoch } = config;
  return reads.flatMap((read) => {
    const body = { type: "version", epoch, ...read };
    return tail === undefined ? [] : [send(tail, body)];
  });
}
// #endregion craq

// #region version
type Version = Body & Asking & { readonly epoch: number };

/** The tail: all that it has is committed, so its length tells it. */
export function onVersion(
  options: Options,
  state: State,
  from: NodeId,
  body: Version,
  nowMs: number,
): Step<State> {
  const isOurs = body.epoch === state.config.epoch && isTail(state);
  if (!isOurs || !mayAnswer(options, state, nowMs)) return [state, []];
  const position = state.hist.length;
  return [
    state,
    [send(from, { ...body, type: "version_is", position })],
  ];
}

/** Answer with the version that the tail named; we hold it too. */
export function onVersionIs(
  state: State,
  body: Version & { readonly position: number },
): Step<State> {
  const { client, msgId, position, epoch } = body;
  const isIt = (one: Asking) =>
    one.client === client && one.msgId === msgId;
  const read = state.asking.find(isIt);
  if (read === undefined || epoch !== state.config.epoch) {
    return [state, []];
  }
  const asking = state.asking.filter((one) => one !== read);
  return [{ ...state, asking }, [answer(state, read, position)]];
}
// #endregion version

function asking(client: NodeId, { msg_id, key }: Body): Asking {
  return { client, msgId: Number(msg_id), key: JSON.stringify(key) };
}

function answer(
  { hist }: State,
  { client, msgId, key }: Asking,
  position: number,
): Effect {
  const held = valueAt(hist, key, position);
  const body = held
    ? { type: "read_ok", value: held.value }
    : { type: "error", code: 20, text: "no such key" };
  return send(client, { ...body, in_reply_to: msgId });
}

function unavailable({ client, msgId }: Asking): Effect {
  const error = { type: "error", code: 11, text: "not sure any more" };
  return send(client, { ...error, in_reply_to: msgId });
}
