/**
 * An order must be stored here and announced there: two systems, and no
 * transaction over both. The outbox makes one write of it: the message is
 * stored with the order, and a relay sends it until it is acknowledged.
 */
import type {
  Effect,
  Json,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";

// #region shop-state
export type Shop = {
  readonly queue: NodeId;
  /** Orders by the name that the client gave: a natural key. */
  readonly orders: readonly string[];
  /** Messages that the queue has not acknowledged yet. */
  readonly outbox: readonly string[];
};
type Tables = Pick<Shop, "orders" | "outbox">;
// #endregion shop-state

const relayEveryMs = 30;
const relay: Effect = {
  kind: "set-timer",
  name: "relay",
  afterMs: relayEveryMs,
};

// #region shop
export function shop(queue: NodeId): Node<Shop> {
  return {
    init({ disk }) {
      const stored = disk.tables as Tables | undefined;
      const tables = stored ?? { orders: [], outbox: [] };
      return [{ queue, ...tables }, [relay]];
    },
    step(state, { event }) {
      if (event.kind === "timer") return [state, send(state)];
      return event.message.body.type === "order"
        ? onOrder(state, event.message)
        : onAck(state, event.message);
    },
  };
}

// #region on-order
/** One write for both: the order, and that it is to be announced. */
function onOrder(state: Shop, { src, body }: Message): Step<Shop> {
  const order = String(body.order);
  const isNew = !state.orders.includes(order);
  const next = isNew
    ? {
        ...state,
        orders: [...state.orders, order],
        outbox: [...state.outbox, order],
      }
    : state;
  const { msg_id = null } = body;
  const reply = { type: "order_ok", in_reply_to: msg_id };
  return [next, [save(next), { kind: "send", dest: src, body: reply }]];
}
// #endregion on-order
// #endregion shop

// #region relay
/** At least once: everything that waits, until it is acknowledged. */
function send({ outbox, queue }: Shop): readonly Effect[] {
  const sends = outbox.map((order): Effect => {
    const body = { type: "publish", id: order };
    return { kind: "send", dest: queue, body };
  });
  return [...sends, relay];
}

function onAck(state: Shop, { body }: Message): Step<Shop> {
  const outbox = state.outbox.filter((order) => order !== body.id);
  const next = { ...state, outbox };
  return [next, [save(next)]];
}
// #endregion relay

function save({ orders, outbox }: Shop): Effect {
  const value: Json = { orders, outbox };
  return { kind: "persist", key: "tables", value };
}
