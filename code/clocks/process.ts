/**
 * A process in Lamport's sense: a sequence of events, some of which send
 * or receive a message. It stamps each event with a Lamport clock, a
 * vector clock and a hybrid logical clock, and keeps a log of them.
 */
import type {
  Body,
  Effect,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { fraction, intBetween, stream } from "../kernel/random.ts";
import type { Event } from "./happens-before.ts";
import * as hybrid from "./hlc.ts";
import * as lamport from "./lamport.ts";
import * as vector from "./vector.ts";

export type Stamps = {
  readonly lamport: number;
  readonly vector: vector.VectorClock;
  readonly hlc: hybrid.Hlc;
};
export type Stamped = Event & Stamps & { readonly pt: number };
export type State = Stamps & {
  readonly self: NodeId;
  readonly peers: readonly NodeId[];
  /** Events of its own that it has still to make. */
  readonly left: number;
  readonly log: readonly Stamped[];
};
type Carried = Body & Stamps & { readonly id: string };

/** A process that makes `ownEvents` events besides what it receives. */
export function process(ownEvents: number): Node<State> {
  return {
    init: ({ id, peers, dice }) => {
      const clocks = { lamport: 0, vector: {}, hlc: { l: 0, c: 0 } };
      const log: readonly Stamped[] = [];
      return [
        { self: id, peers, left: ownEvents, log, ...clocks },
        [wake(dice)],
      ];
    },
    step: (state, { event, nowMs, dice }) => {
      const pt = Math.floor(nowMs);
      if (event.kind === "timer") return act(state, pt, dice);
      return [hear(state, event.message.body as Carried, pt), []];
    },
  };
}

// #region stamp
/** An event of our own, with no message from outside behind it. */
function own(state: State, pt: number): Stamps {
  return {
    lamport: lamport.tick(state.lamport),
    vector: vector.tick(state.vector, state.self),
    hlc: hybrid.tick(state.hlc, pt),
  };
}

/** A receive: all three clocks learn from the message's stamps. */
function heard(state: State, sent: Stamps, pt: number): Stamps {
  return {
    lamport: lamport.receive(state.lamport, sent.lamport),
    vector: vector.receive(state.vector, sent.vector, state.self),
    hlc: hybrid.receive(state.hlc, sent.hlc, pt),
  };
}
// #endregion stamp

/** By chance a local event, or a message to a peer drawn by lot. */
function act(state: State, pt: number, dice: number) {
  const { peers, left } = state;
  const isSend = fraction(stream(dice, 1)) < 0.6;
  const dest = isSend
    ? peers[intBetween(stream(dice, 2), 0, peers.length - 1)]
    : undefined;
  const [next, sent] = make(state, pt, dest ?? null);
  const again = left > 1 ? [wake(stream(dice, 3))] : [];
  return [{ ...next, left: left - 1 }, [...sent, ...again]] as const;
}

/** An event of our own: a message to this peer, or a local event. */
export function make(
  state: State,
  pt: number,
  dest: NodeId | null,
): Step<State> {
  const stamps = own(state, pt);
  if (dest === null)
    return [write(state, stamps, pt, "local", null), []];
  const id = `${state.self}.${state.log.length + 1}`;
  const body = { type: "event", id, ...stamps };
  const sent: Effect = { kind: "send", dest, body };
  return [write(state, stamps, pt, "send", id), [sent]];
}

function hear(state: State, body: Carried, pt: number): State {
  const stamps = heard(state, body, pt);
  return write(state, stamps, pt, "receive", body.id);
}

function write(
  state: State,
  stamps: Stamps,
  pt: number,
  kind: Event["kind"],
  message: string | null,
): State {
  const { self: node, log } = state;
  const event = {
    node,
    index: log.length,
    kind,
    message,
    pt,
    ...stamps,
  };
  return { ...state, ...stamps, log: [...log, event] };
}

const wake = (dice: number): Effect => ({
  kind: "set-timer",
  name: "act",
  afterMs: intBetween(dice, 5, 40),
});
