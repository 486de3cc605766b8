/** Updates: in at the head, down the chain, answered by the tail. */
import type {
  Body,
  Effect,
  Json,
  NodeId,
  Step,
} from "../kernel/node.ts";
import {
  isHead,
  isTail,
  predecessor,
  type State,
  save,
  send,
  successor,
  type Update,
  valueAt,
} from "./state.ts";

// #region on-update
/** The head computes an update and begins its way down (§3). */
export function onUpdate(
  state: State,
  client: NodeId,
  request: Body,
): Step<State> {
  const { hist, config } = state;
  if (!isHead(state)) {
    const [head] = config.chain;
    const body = { type: "pass", client, request };
    return [state, head === undefined ? [] : [send(head, body)]];
  }
  const msgId = Number(request.msg_id);
  const isOld = (one: Update) =>
    one.client === client && one.msgId >= msgId;
  if (hist.some(isOld)) return [state, []];
  return extend(state, [compute(state, client, request)]);
}

// #endregion on-update

// #region compute
/** The result is fixed here, so that every server has the same. */
function compute(
  { hist }: State,
  client: NodeId,
  request: Body,
): Update {
  const key = JSON.stringify(request.key);
  const op = request.type === "cas" ? "cas" : "write";
  const msgId = Number(request.msg_id);
  const update = { client, msgId, op, key } as const;
  const done = (value: Json | undefined) => ({
    ...update,
    change: { value: value ?? null },
    error: null,
  });
  const refused = (code: number, text: string) => ({
    ...update,
    change: null,
    error: { code, text },
  });
  if (op === "write") return done(request.value);
  const held = valueAt(hist, key, hist.length);
  if (held === null) return refused(20, "no such key");
  const isSame =
    JSON.stringify(held.value) === JSON.stringify(request.from);
  return isSame ? done(request.to) : refused(22, "another value");
}
// #endregion compute

// #region extend
/** Process updates: store them, then pass them on or answer. */
export function extend(
  state: State,
  updates: readonly Update[],
): Step<State> {
  const hist = [...state.hist, ...updates];
  const longer = { ...state, hist };
  const [next, effects] = passOn(longer);
  return [next, [save(next), ...effects]];
}

// #region pass-on
/** Forward what the successor lacks; the tail answers and acks. */
export function passOn(state: State): Step<State> {
  if (isTail(state)) return processAtTail(state);
  const { hist, forwarded, config, acked } = state;
  const dest = successor(state);
  if (dest === null || forwarded === null) return [state, []];
  const updates = hist.slice(forwarded) as Json;
  const place = { from: forwarded, updates, end: hist.length, acked };
  const body = { type: "forward", epoch: config.epoch, ...place };
  return [{ ...state, forwarded: hist.length }, [send(dest, body)]];
}

/** At the tail an update is done: tell client and predecessor (§3.2). */
function processAtTail(state: State): Step<State> {
  const { hist, acked, config } = state;
  const answers = hist.slice(acked).map(answer);
  const next = { ...state, acked: hist.length };
  const above = predecessor(state);
  if (above === null) return [next, answers];
  const epoch = config.epoch;
  const ack = { type: "ack", epoch, position: hist.length };
  return [next, [...answers, send(above, ack)]];
}
// #endregion pass-on
// #endregion extend

function answer({ client, msgId, op, change, error }: Update): Effect {
  const body = { type: change ? `${op}_ok` : "error" };
  return send(client, { ...body, ...error, in_reply_to: msgId });
}

export type Ack = Body & {
  readonly epoch: number;
  readonly position: number;
};

export type Forward = Body & {
  readonly epoch: number;
  /** How much of Hist comes before these updates. */
  readonly from: number;
  readonly updates: readonly Update[];
  /** How long the sender's Hist is. */
  readonly end: number;
  readonly acked: number;
};

// #region on-forward
/** Take what follows on our Hist, from the predecessor of this epoch. */
export function onForward(
  state: State,
  from: NodeId,
  forward: Forward,
): Step<State> {
  const { config, hist } = state;
  const isOurs =
    forward.epoch === config.epoch && from === predecessor(state);
  if (!isOurs || forward.from > hist.length) return [state, []];
  const updates = forward.updates.slice(hist.length - forward.from);
  const end = hist.length + updates.length;
  const isComplete = state.isComplete || end >= forward.end;
  const acked = Math.max(state.acked, Math.min(forward.acked, end));
  return extend({ ...state, isComplete, acked }, updates);
}

/** The tail has it: it leaves Sent, here and above (§3.2). */
export function onAck(
  state: State,
  from: NodeId,
  { epoch, position }: Ack,
): Step<State> {
  const isOurs =
    epoch === state.config.epoch && from === successor(state);
  if (!isOurs || position <= state.acked) return [state, []];
  const next = { ...state, acked: position };
  const above = predecessor(state);
  const ack = { type: "ack", epoch, position };
  return [next, above === null ? [] : [send(above, ack)]];
}
// #endregion on-forward
