/**
 * A lock service on one node: one lock, leases by its own clock, and with
 * each grant a number higher than any before.
 */
import type {
  Body,
  Effect,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";

// #region lock-state
export type LockState = {
  /** The token of the last grant. */
  readonly token: number;
  readonly holder: NodeId | null;
  /** By the clock of this node. */
  readonly expiresMs: number;
};
// #endregion lock-state

export type LockServiceOptions = {
  readonly ttlMs: number;
  readonly firstToken: number;
};

// #region lock-service
export function lockService(
  options: LockServiceOptions,
): Node<LockState> {
  const token = options.firstToken - 1;
  const free = { token, holder: null, expiresMs: 0 };
  return {
    init: ({ disk }) => [
      (disk.lock as LockState | undefined) ?? free,
      [],
    ],
    step(state, { event, nowMs }) {
      if (event.kind !== "message") return [state, []];
      const { message } = event;
      return message.body.type === "acquire"
        ? onAcquire(options, state, message, nowMs)
        : onRelease(state, message);
    },
  };
}

// #endregion lock-service

// #region grant
/** Free, or the lease has run out: a new holder and a new token. */
function onAcquire(
  { ttlMs }: LockServiceOptions,
  state: LockState,
  { src: holder, body }: Message,
  nowMs: number,
): Step<LockState> {
  const isHeld = state.holder !== null && nowMs < state.expiresMs;
  if (isHeld) {
    const held = { type: "error", code: 11, text: "HELD" };
    return [state, [reply(holder, body, held)]];
  }
  const token = state.token + 1;
  const next = { token, holder, expiresMs: nowMs + ttlMs };
  const granted = { type: "acquire_ok", token, ttl_ms: ttlMs };
  // On disk before anybody hears of it: no token is given twice.
  return [next, [save(next), reply(holder, body, granted)]];
}

/** Only who holds it now may free it; a late release frees nothing. */
function onRelease(
  state: LockState,
  { body }: Message,
): Step<LockState> {
  if (body.token !== state.token) return [state, []];
  const next = { ...state, holder: null };
  return [next, [save(next)]];
}
// #endregion grant

function save(value: LockState): Effect {
  return { kind: "persist", key: "lock", value };
}

function reply(dest: NodeId, { msg_id = null }: Body, body: Body) {
  const answer = { ...body, in_reply_to: msg_id };
  return { kind: "send", dest, body: answer } as const;
}
