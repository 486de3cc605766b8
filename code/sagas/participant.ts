/**
 * A service that takes part in sagas: it does a step once for an order,
 * undoes it once, and does not do what was undone before it came.
 */
import type {
  Body,
  Effect,
  Json,
  Message,
  Node,
  Step,
} from "../kernel/node.ts";

// #region participant-state
export type Participant = {
  /** What became of each order: its answer, to be given again. */
  readonly known: {
    readonly [order: string]: "done" | "failed" | "undone";
  };
  /** The effects in their order: for all to count. */
  readonly book: readonly {
    readonly order: string;
    readonly what: "do" | "undo";
  }[];
};

export type ParticipantOptions = {
  /** Orders whose step it refuses: sold out, card declined. */
  readonly refuses: readonly string[];
  /** By its clock it undoes nothing before; until then it is silent. */
  readonly undoesFromMs: number;
};
// #endregion participant-state

export function participant(
  options: ParticipantOptions,
): Node<Participant> {
  return {
    init: ({ disk }) => [
      (disk.orders as Participant | undefined) ?? {
        known: {},
        book: [],
      },
      [],
    ],
    step(state, { event, nowMs }) {
      if (event.kind !== "message") return [state, []];
      const { message } = event;
      if (message.body.type === "do")
        return onDo(options, state, message);
      if (nowMs < options.undoesFromMs) return [state, []];
      return onUndo(state, message);
    },
  };
}

// #region participant
/** Done, refused, or already undone: the same answer each time. */
function onDo(
  { refuses }: ParticipantOptions,
  state: Participant,
  message: Message,
): Step<Participant> {
  const order = String(message.body.order);
  const known = state.known[order];
  if (known !== undefined) {
    const what = known === "done" ? "done" : "failed";
    return [state, [answer(message, what)]];
  }
  const isRefused = refuses.includes(order);
  const what = isRefused ? "failed" : "done";
  const book = isRefused ? state.book : entry(state, order, "do");
  const next: Participant = {
    known: { ...state.known, [order]: what },
    book,
  };
  return [next, [save(next), answer(message, what)]];
}

/** What was never done is not undone, but it is noted: no more of it. */
function onUndo(
  state: Participant,
  message: Message,
): Step<Participant> {
  const order = String(message.body.order);
  const before = state.known[order];
  if (before === "undone") return [state, [answer(message, "undone")]];
  const book =
    before === "done" ? entry(state, order, "undo") : state.book;
  const known = { ...state.known, [order]: "undone" } as const;
  const next = { known, book };
  return [next, [save(next), answer(message, "undone")]];
}
// #endregion participant

function entry(
  { book }: Participant,
  order: string,
  what: "do" | "undo",
): Participant["book"] {
  return [...book, { order, what }];
}

function save(value: Json): Effect {
  return { kind: "persist", key: "orders", value };
}

function answer({ src: dest, body }: Message, what: string): Effect {
  const { type, order = null, step = null } = body;
  const reply: Body = { type: `${type}_ok`, order, step, what };
  return { kind: "send", dest, body: reply };
}
