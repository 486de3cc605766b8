/**
 * The same saga without anybody who leads it: each service reacts to what
 * others say has happened, and says what it did. Effect, event and the
 * note that this event was heard are one write (outbox and inbox).
 */
import type {
  Body,
  Effect,
  Json,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import type { Participant } from "./participant.ts";

// #region reactions
/** What one service does when it hears of something. */
export type Reaction = {
  readonly on: string;
  readonly does: "do" | "undo";
  /** What it says then; null: nothing that others wait for. */
  readonly ok: string | null;
  readonly failed: string | null;
};

// #region who-reacts
/** Order, stock, card, parcel: who reacts to what. */
export const reactions: {
  readonly [service: NodeId]: readonly Reaction[];
} = {
  stock: [
    {
      on: "ordered",
      does: "do",
      ok: "reserved",
      failed: "out of stock",
    },
    { on: "declined", does: "undo", ok: "released", failed: null },
    { on: "refunded", does: "undo", ok: "released", failed: null },
  ],
  card: [
    { on: "reserved", does: "do", ok: "charged", failed: "declined" },
    { on: "not shipped", does: "undo", ok: "refunded", failed: null },
  ],
  parcel: [
    {
      on: "charged",
      does: "do",
      ok: "shipped",
      failed: "not shipped",
    },
  ],
};
// #endregion who-reacts
// #endregion reactions

export type ShopOptions = {
  readonly reactions: readonly Reaction[];
  readonly refuses: readonly string[];
  readonly relayMs: number;
};

// #region choreography-state
export type Happened = {
  readonly order: string;
  readonly what: string;
};
export type Shop = Participant & {
  readonly others: readonly NodeId[];
  /** What it said and who has not acknowledged it. */
  readonly outbox: readonly (Happened & { readonly to: NodeId })[];
  /** What it has heard. */
  readonly inbox: readonly Happened[];
};
// #endregion choreography-state

export function shop(options: ShopOptions): Node<Shop> {
  const relay: Effect = {
    kind: "set-timer",
    name: "relay",
    afterMs: options.relayMs,
  };
  return {
    init({ disk, peers: others }) {
      const fresh = { known: {}, book: [], outbox: [], inbox: [] };
      const kept = disk.shop as Omit<Shop, "others"> | undefined;
      return [{ ...(kept ?? fresh), others }, [relay]];
    },
    step(state, { event }) {
      if (event.kind === "timer")
        return [state, [...tell(state.outbox), relay]];
      const { message } = event;
      return message.body.type === "ack"
        ? onAck(state, message)
        : onEvent(options, state, message);
    },
  };
}

// #region choreography
/** Hear once, do, and have something to tell: one write for all three. */
function onEvent(
  { reactions, refuses }: ShopOptions,
  state: Shop,
  { src: dest, body }: Message,
): Step<Shop> {
  const order = String(body.order);
  const what = String(body.what);
  const ack: Effect = {
    kind: "send",
    dest,
    body: { type: "ack", order, what },
  };
  const isKnown = state.inbox.some(
    (one) => one.order === order && one.what === what,
  );
  if (isKnown) return [state, [ack]];
  const reaction = reactions.find(({ on }) => on === what);
  const isRefused = reaction?.does === "do" && refuses.includes(order);
  const told = isRefused ? reaction.failed : (reaction?.ok ?? null);
  const news = told === null ? [] : toAll(state, { order, what: told });
  const entry = { order, what: reaction?.does ?? "do" };
  const isDone = reaction !== undefined && !isRefused;
  const next = {
    ...state,
    book: isDone ? [...state.book, entry] : state.book,
    outbox: [...state.outbox, ...news],
    inbox: [...state.inbox, { order, what }],
  };
  return [next, [save(next), ack, ...tell(news)]];
}

// #endregion choreography

// #region tell-all
function toAll({ others }: Shop, happened: Happened): Shop["outbox"] {
  return others.map((to) => ({ ...happened, to }));
}

function tell(outbox: Shop["outbox"]): readonly Effect[] {
  return outbox.map(({ to: dest, order, what }) => {
    const body: Body = { type: "event", order, what };
    return { kind: "send", dest, body };
  });
}

function onAck(state: Shop, { src, body }: Message): Step<Shop> {
  const outbox = state.outbox.filter(
    ({ to, order, what }) =>
      to !== src || order !== body.order || what !== body.what,
  );
  const next = { ...state, outbox };
  return [next, [save(next)]];
}
// #endregion tell-all

function save({ known, book, outbox, inbox }: Shop): Effect {
  const value: Json = { known, book, outbox, inbox };
  return { kind: "persist", key: "shop", value };
}
