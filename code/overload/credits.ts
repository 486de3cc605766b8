/**
 * Credit-based flow control: who sends may send only what the receiver
 * has promised room for. The promise is a total, "up to item 12", and
 * not "four more": said twice, it says nothing new (as MAX_DATA in
 * QUIC, RFC 9000, section 4.1). Between two stages the link must lose
 * nothing and keep the order; copies do no harm.
 */
import type {
  Effect,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";

// #region stage-state
export type StageOptions = {
  readonly from: NodeId | null;
  readonly to: NodeId | null;
  /** Room for so many items; null: without a bound, and no credits. */
  readonly room: number | null;
  /** A source makes an item, a stage works on one, every so often. */
  readonly workMs: number;
};

export type Item = { readonly n: number; readonly madeMs: number };

export type StageState = {
  readonly buffer: readonly Item[];
  readonly working: Item | null;
  /** Done, and waiting for credit. */
  readonly held: Item | null;
  /** The last item that came, and the last that we may send. */
  readonly received: number;
  readonly mayUpTo: number;
  readonly done: number;
  /** How long the last item was under way when it was done. */
  readonly lastAgeMs: number;
};
// #endregion stage-state

/** A stage of a pipeline: the first has no `from`, the last no `to`. */
export function stage(options: StageOptions): Node<StageState> {
  return {
    init() {
      const first = {
        buffer: [],
        working: null,
        held: null,
        received: 0,
        mayUpTo: 0,
        done: 0,
        lastAgeMs: 0,
      };
      return [first, [...grant(options, first), ...start(options)]];
    },
    step(state, { event, nowMs }) {
      if (event.kind === "timer") {
        return event.name === "make"
          ? onMake(options, state, nowMs)
          : onWorked(options, state, nowMs);
      }
      return onMessage(options, state, event.message, nowMs);
    },
  };
}

// #region credits
function onMessage(
  options: StageOptions,
  state: StageState,
  { body }: Message,
  nowMs: number,
): Step<StageState> {
  if (body.type === "credit") {
    const mayUpTo = Math.max(state.mayUpTo, Number(body.upTo));
    return sendHeld(options, { ...state, mayUpTo }, nowMs);
  }
  const item = { n: Number(body.n), madeMs: Number(body.madeMs) };
  if (item.n !== state.received + 1) return [state, []];
  const buffer = [...state.buffer, item];
  return work(options, { ...state, buffer, received: item.n });
}

// #region hold
/** Up to which item there is room: all that left, and the room. */
function grant(
  { from, room }: StageOptions,
  { received, buffer }: StageState,
): readonly Effect[] {
  if (from === null) return [];
  const upTo = room === null ? 1e9 : received - buffer.length + room;
  return [{ kind: "send", dest: from, body: { type: "credit", upTo } }];
}

/** Without credit an item stays, and its stage stands still. */
function sendHeld(
  options: StageOptions,
  state: StageState,
  nowMs: number,
): Step<StageState> {
  const { held } = state;
  if (held === null) return [state, []];
  const isLast = options.to === null;
  if (!isLast && held.n > state.mayUpTo) return [state, []];
  const done = state.done + 1;
  const lastAgeMs = nowMs - held.madeMs;
  const free = { ...state, held: null, done, lastAgeMs };
  const [next, effects] = work(options, free);
  if (options.to === null) return [next, effects];
  const body = { type: "item", ...held };
  return [next, [{ kind: "send", dest: options.to, body }, ...effects]];
}
// #endregion hold
// #endregion credits

// #region stage-work
/** Take an item from the buffer, which makes room for another. */
function work(
  options: StageOptions,
  state: StageState,
): Step<StageState> {
  const [item, ...buffer] = state.buffer;
  const isBusy = state.working !== null || state.held !== null;
  if (isBusy || item === undefined) return [state, []];
  const busy = { ...state, buffer, working: item };
  const timer: Effect = {
    kind: "set-timer",
    name: "worked",
    afterMs: options.workMs,
  };
  return [busy, [...grant(options, busy), timer]];
}

function onWorked(
  options: StageOptions,
  state: StageState,
  nowMs: number,
): Step<StageState> {
  const held = state.working;
  return sendHeld(options, { ...state, working: null, held }, nowMs);
}

/** A source makes the next item, unless the last is still with it. */
function onMake(
  options: StageOptions,
  state: StageState,
  nowMs: number,
): Step<StageState> {
  if (state.held !== null) return [state, start(options)];
  const held = { n: state.done + 1, madeMs: nowMs };
  const [next, effects] = sendHeld(options, { ...state, held }, nowMs);
  return [next, [...effects, ...start(options)]];
}

function start({ from, workMs }: StageOptions): readonly Effect[] {
  if (from !== null) return [];
  return [{ kind: "set-timer", name: "make", afterMs: workMs }];
}
// #endregion stage-work
