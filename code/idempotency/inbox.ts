/**
 * The other end: a queue that delivers at least once, and a consumer that
 * stores the id of each message together with its effect.
 */
import type {
  Effect,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";

// #region queue
export type Queue = { readonly waiting: readonly string[] };

/** Delivers again and again, until it hears that it was handled. */
export function queue(
  consumer: NodeId,
  redeliverMs: number,
): Node<Queue> {
  const timer: Effect = {
    kind: "set-timer",
    name: "deliver",
    afterMs: redeliverMs,
  };
  return {
    init({ disk }) {
      const stored = disk.waiting as readonly string[] | undefined;
      return [{ waiting: stored ?? [] }, [timer]];
    },
    step(state, { event }) {
      if (event.kind === "timer") {
        const sends = state.waiting.map((id) => deliver(consumer, id));
        return [state, [...sends, timer]];
      }
      return onMessage(state, event.message, consumer);
    },
  };
}

// #endregion queue

// #region queue-messages
function onMessage(
  { waiting }: Queue,
  { src, body }: Message,
  consumer: NodeId,
): Step<Queue> {
  const id = String(body.id);
  const without = waiting.filter((other) => other !== id);
  const isPublish = body.type === "publish";
  const next = isPublish ? [...without, id] : without;
  const ack = { type: "published", id };
  const effects: Effect[] = [
    { kind: "persist", key: "waiting", value: next },
    ...(isPublish
      ? [{ kind: "send", dest: src, body: ack } as const]
      : []),
    ...(isPublish ? [deliver(consumer, id)] : []),
  ];
  return [{ waiting: next }, effects];
}

function deliver(dest: NodeId, id: string): Effect {
  return { kind: "send", dest, body: { type: "deliver", id } };
}
// #endregion queue-messages

// #region inbox
export type Inbox = {
  /** Ids with the time at which they were first handled. */
  readonly seen: { readonly [id: string]: number };
  /** The effect, for all to count. */
  readonly shipped: readonly string[];
};

/** So long an id is remembered: longer than any message may wander. */
export type InboxOptions = { readonly windowMs: number };

export function inbox(options: InboxOptions): Node<Inbox> {
  return {
    init({ disk }) {
      const stored = disk.inbox as Inbox | undefined;
      return [stored ?? { seen: {}, shipped: [] }, []];
    },
    // #region handle
    step(state, { event, nowMs }) {
      if (event.kind !== "message") return [state, []];
      const { src, body } = event.message;
      const id = String(body.id);
      const seen = remembered(state.seen, nowMs, options);
      const handled = { type: "handled", id };
      const ack: Effect = { kind: "send", dest: src, body: handled };
      if (id in seen) return [state, [ack]];
      const shipped = [...state.shipped, id];
      const next = { seen: { ...seen, [id]: nowMs }, shipped };
      // The effect and its id are stored together; then it is said.
      return [
        next,
        [{ kind: "persist", key: "inbox", value: next }, ack],
      ];
    },
    // #endregion handle
  };
}

function remembered(
  seen: Inbox["seen"],
  nowMs: number,
  { windowMs }: InboxOptions,
): Inbox["seen"] {
  return Object.fromEntries(
    Object.entries(seen).filter(([, ms]) => nowMs - ms <= windowMs),
  );
}
// #endregion inbox
