/**
 * A bank of branches that wire money to each other, and two ways to ask
 * how much there is: every branch writes down its balance when its own
 * clock shows the hour (naive), or the marker algorithm.
 *
 * Chandy, Lamport, "Distributed Snapshots: Determining Global States of
 * Distributed Systems", ACM TOCS 3(1), 1985, section 3.2. Channels must
 * be FIFO and lose nothing.
 */
import type { Body, Effect, Node, NodeId } from "../kernel/node.ts";
import { intBetween, stream } from "../kernel/random.ts";

export type Recorded = {
  readonly balance: number;
  /** Money seen so far on the incoming channels still open. */
  readonly open: { readonly [from: NodeId]: number };
  /** Money found on each channel by the time its marker came. */
  readonly closed: { readonly [from: NodeId]: number };
};
export type State = {
  readonly self: NodeId;
  readonly peers: readonly NodeId[];
  readonly balance: number;
  readonly recorded: Recorded | null;
  /** What this branch wrote down by its own clock. */
  readonly byClock: number | null;
};

export type Options = {
  readonly startBalance: number;
  /** On this branch's own clock: when to write down or to start. */
  readonly recordAtMs: number;
  readonly initiator: NodeId;
  readonly stopAtMs: number;
};

// #region markers
/** Our own state, and from now on the money on every channel. */
function record({ balance, peers }: State): Recorded {
  const open = Object.fromEntries(peers.map((p) => [p, 0]));
  return { balance, open, closed: {} };
}

/** Marker-sending rule: right after recording, before anything else. */
function markers({ peers }: State): readonly Effect[] {
  return peers.map((p) => send(p, { type: "marker" }));
}

/** Marker-receiving rule: the first one records, each one closes. */
function onMarker(state: State, from: NodeId) {
  const recorded = state.recorded ?? record(state);
  const { [from]: seen = 0, ...open } = recorded.open;
  const closed = { ...recorded.closed, [from]: seen };
  const next = { ...state, recorded: { ...recorded, open, closed } };
  return [next, state.recorded ? [] : markers(state)] as const;
}

/** Money on a channel that is still open belongs to the channel. */
function onTransfer(state: State, from: NodeId, amount: number): State {
  const paid = { ...state, balance: state.balance + amount };
  const seen = state.recorded?.open[from];
  if (state.recorded === null || seen === undefined) return paid;
  const open = { ...state.recorded.open, [from]: seen + amount };
  return { ...paid, recorded: { ...state.recorded, open } };
}
// #endregion markers

/** What the markers found: balances, money on the wire, and the sum. */
export function totalOf(recorded: readonly Recorded[]) {
  const sum = (values: readonly number[]) =>
    values.reduce((total, value) => total + value, 0);
  const balances = sum(recorded.map((r) => r.balance));
  const onWire = sum(recorded.flatMap((r) => Object.values(r.closed)));
  return { balances, onWire, total: balances + onWire };
}

export type Transfer = Body & {
  readonly type: "transfer";
  readonly amount: number;
};

export function branch(options: Options): Node<State> {
  return {
    init: ({ id, peers, nowMs, dice }) => [
      {
        self: id,
        peers: peers.filter((p) => p !== id),
        balance: options.startBalance,
        recorded: null,
        byClock: null,
      },
      [
        wait("record", options.recordAtMs - nowMs),
        wait("wire", intBetween(dice, 10, 50)),
      ],
    ],
    step: (state, { event, nowMs, dice }) => {
      if (event.kind === "timer" && event.name === "record") {
        return onHour(state, options);
      }
      if (event.kind === "timer")
        return wire(state, options, nowMs, dice);
      const { src, body } = event.message;
      return body.type === "marker"
        ? onMarker(state, src)
        : [onTransfer(state, src, (body as Transfer).amount), []];
    },
  };
}

/** The clock shows the hour: write down; the initiator also starts. */
function onHour(state: State, { initiator }: Options) {
  const noted = { ...state, byClock: state.balance };
  if (state.self !== initiator || state.recorded) {
    return [noted, []] as const;
  }
  return [
    { ...noted, recorded: record(noted) },
    markers(noted),
  ] as const;
}

/** Wire a small sum to a branch drawn by lot, and again a while later. */
function wire(
  state: State,
  { stopAtMs }: Options,
  nowMs: number,
  dice: number,
) {
  if (nowMs > stopAtMs) return [state, []] as const;
  const { peers } = state;
  const to = peers[intBetween(stream(dice, 1), 0, peers.length - 1)];
  const amount = Math.min(
    state.balance,
    intBetween(stream(dice, 2), 1, 20),
  );
  const again = wait("wire", intBetween(stream(dice, 3), 10, 50));
  if (to === undefined || amount === 0)
    return [state, [again]] as const;
  const next = { ...state, balance: state.balance - amount };
  return [
    next,
    [send(to, { type: "transfer", amount }), again],
  ] as const;
}

function send(dest: NodeId, body: Body): Effect {
  return { kind: "send", dest, body };
}

function wait(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs: Math.max(0, afterMs) };
}
