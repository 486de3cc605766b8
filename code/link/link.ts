/**
 * A node that sends a list of things to another, over one stream or
 * several. Each stream has numbers of its own: what is lost in one keeps
 * back only what comes after it in that one.
 */
import type {
  Effect,
  Json,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import {
  acknowledged,
  newReceiver,
  newSender,
  offer,
  type Packet,
  type Receiver,
  receive,
  type Sender,
} from "./endpoint.ts";

// #region talker
export type Item = { readonly stream: string; readonly data: Json };
export type TalkerOptions = {
  readonly to: NodeId;
  readonly items: readonly Item[];
  /** From one item to the next. */
  readonly everyMs: number;
  readonly resendMs: number;
};
export type TalkerState = {
  readonly sent: number;
  readonly senders: { readonly [stream: string]: Sender };
};

/** Sends its items one by one, and again until each is acknowledged. */
export function talker(options: TalkerOptions): Node<TalkerState> {
  const next = timer("next", options.everyMs);
  const resend = timer("resend", options.resendMs);
  // #region talk
  return {
    init: () => [{ sent: 0, senders: {} }, [next, resend]],
    step(state, { event }): Step<TalkerState> {
      if (event.kind === "message") {
        const { stream, ack } = event.message.body;
        return [onAck(state, String(stream), Number(ack)), []];
      }
      if (event.name === "resend")
        return [state, [...sendAgain(state), resend]];
      const item = options.items[state.sent];
      if (item === undefined) return [state, []];
      const [after, effect] = sendItem(state, item);
      return [after, [effect, next]];
    },
  };

  function sendAgain(state: TalkerState): readonly Effect[] {
    return Object.entries(state.senders).flatMap(([stream, sender]) =>
      sender.unacked.map((packet) => packetTo(stream, packet)),
    );
  }
  // #endregion talk

  function sendItem(
    state: TalkerState,
    { stream, data }: Item,
  ): readonly [TalkerState, Effect] {
    const sender = state.senders[stream] ?? newSender;
    const [kept, packet] = offer(sender, data);
    const senders = { ...state.senders, [stream]: kept };
    return [
      { sent: state.sent + 1, senders },
      packetTo(stream, packet),
    ];
  }

  function packetTo(stream: string, { seq, data }: Packet): Effect {
    const body = { type: "data", stream, seq, data };
    return { kind: "send", dest: options.to, body };
  }
}
// #endregion talker

function onAck(
  state: TalkerState,
  stream: string,
  ack: number,
): TalkerState {
  const sender = acknowledged(state.senders[stream] ?? newSender, ack);
  return { ...state, senders: { ...state.senders, [stream]: sender } };
}

// #region listener
export type Heard = {
  readonly stream: string;
  readonly data: Json;
  readonly atMs: number;
};
export type ListenerState = {
  readonly receivers: { readonly [stream: string]: Receiver };
  /** What was handed on, in this order. */
  readonly heard: readonly Heard[];
};

/**
 * Hands on each thing once and in the order of its stream. It remembers
 * how far it is on disk: one that forgot would hand on copies as news.
 */
export const listener: Node<ListenerState> = {
  init({ disk }) {
    const stored = disk.listener as ListenerState | undefined;
    return [stored ?? { receivers: {}, heard: [] }, []];
  },
  // #region listen
  step(state, { event, nowMs }): Step<ListenerState> {
    if (event.kind !== "message") return [state, []];
    const { src, body } = event.message;
    const stream = String(body.stream);
    const packet = { seq: Number(body.seq), data: body.data ?? null };
    const before = state.receivers[stream] ?? newReceiver;
    const [receiver, ready] = receive(before, packet);
    const heard = ready.map((data) => ({ stream, data, atMs: nowMs }));
    const next: ListenerState = {
      receivers: { ...state.receivers, [stream]: receiver },
      heard: [...state.heard, ...heard],
    };
    const ack = receiver.expected - 1;
    return [
      next,
      [
        { kind: "persist", key: "listener", value: next },
        { kind: "send", dest: src, body: { type: "ack", stream, ack } },
      ],
    ];
  },
  // #endregion listen
};
// #endregion listener

function timer(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs };
}
