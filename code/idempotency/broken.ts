/**
 * Attempts that look right. Each lacks one thing, and the crash points
 * or two requests at once find it.
 */
import type {
  Body,
  Effect,
  Json,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import type { Inbox } from "./inbox.ts";
import { claim, fingerprint } from "./keys.ts";
import type { Ledger } from "./ledger.ts";
import type { Shop } from "./outbox.ts";
import type { Store } from "./store.ts";

// #region no-dedup
/** Takes every request for a new one. */
export function noDedup(node: Node<Ledger>): Node<Ledger> {
  return {
    ...node,
    step: (state, input) => node.step({ ...state, keys: {} }, input),
  };
}
// #endregion no-dedup

// #region record-later
/** Effect first, record second: two writes, and a crash in between. */
export function recordLater(node: Node<Ledger>): Node<Ledger> {
  return inTwoWrites(node, (before, after) => ({
    keys: before.keys,
    charges: after.charges,
  }));
}

/** Record first, effect second. */
export function recordFirst(node: Node<Ledger>): Node<Ledger> {
  return inTwoWrites(node, (before, after) => ({
    keys: after.keys,
    charges: before.charges,
  }));
}

function inTwoWrites(
  node: Node<Ledger>,
  half: (before: Ledger, after: Ledger) => Json,
): Node<Ledger> {
  return {
    ...node,
    step(state, input) {
      const [next, effects] = node.step(state, input);
      const key = "ledger";
      const value = half(state, next);
      const first: Effect = { kind: "persist", key, value };
      const split = effects.flatMap<Effect>((effect) =>
        effect.kind === "persist" ? [first, effect] : [effect],
      );
      return [next, split];
    },
  };
}
// #endregion record-later

// #region check-then-insert
/** Looks whether there is a key, and inserts it with the next message. */
export function checkThenInsert(node: Node<Store>): Node<Store> {
  return {
    ...node,
    step(state, input): Step<Store> {
      const { event, nowMs } = input;
      if (event.kind !== "message") return node.step(state, input);
      const { body } = event.message;
      const [next, effects] = node.step(state, input);
      if (body.type === "claim") return [state, effects];
      const key = String(body.key);
      if (state.keys[key] !== undefined) return [next, effects];
      const print = fingerprint(body.charge ?? null);
      const { options } = state;
      const [keys] = claim({}, key, print, nowMs, options);
      const inserted = { ...state, keys: { ...state.keys, ...keys } };
      return node.step(inserted, input);
    },
  };
}
// #endregion check-then-insert

// #region any-payload
/** Does not look at what is asked: the key alone decides. */
export function anyPayload(node: Node<Store>): Node<Store> {
  return {
    ...node,
    step(state, input) {
      const { event } = input;
      if (event.kind !== "message") return node.step(state, input);
      const { message } = event;
      if (message.body.type !== "claim") return node.step(state, input);
      const body = { ...message.body, charge: null };
      const blind = { ...event, message: { ...message, body } };
      return node.step(state, { ...input, event: blind });
    },
  };
}
// #endregion any-payload

// #region dual-write
/** Two systems, one after the other; no outbox. */
export function dualWrite(
  queue: NodeId,
  first: "database" | "queue",
): Node<Shop> {
  return {
    init({ disk }) {
      const orders = (disk.orders as readonly string[]) ?? [];
      return [{ queue, orders, outbox: [] }, []];
    },
    step(state, { event }) {
      if (event.kind !== "message") return [state, []];
      const { src, body } = event.message;
      if (body.type !== "order") return [state, []];
      return placeOrder(state, src, body, first);
    },
  };
}

function placeOrder(
  state: Shop,
  src: NodeId,
  body: Body,
  first: "database" | "queue",
): Step<Shop> {
  const order = String(body.order);
  const orders = [...state.orders, order];
  const save: Effect = {
    kind: "persist",
    key: "orders",
    value: orders,
  };
  const message = { type: "publish", id: order };
  const publish: Effect = {
    kind: "send",
    dest: state.queue,
    body: message,
  };
  const reply = { type: "order_ok", in_reply_to: body.msg_id ?? null };
  const done: Effect = { kind: "send", dest: src, body: reply };
  const both = first === "database" ? [save, publish] : [publish, save];
  return [{ ...state, orders }, [...both, done]];
}
// #endregion dual-write

// #region no-inbox
/** Handles whatever comes; it does not ask whether it came before. */
export function noInbox(node: Node<Inbox>): Node<Inbox> {
  return {
    ...node,
    step: (state, input) => node.step({ ...state, seen: {} }, input),
  };
}
// #endregion no-inbox
