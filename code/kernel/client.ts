/**
 * Clients: nodes outside the system that ask and wait. Whatever they ask
 * carries a `msg_id`, so that `historyOf` finds it in the trace. A client
 * has one question open at a time. It gives up on a question after a
 * time-out, and does not know then whether it was heard.
 */
import type { Body, Effect, Json, Node, NodeId, Step } from "./node.ts";
import { fraction, intBetween, stream } from "./random.ts";

// #region client-state
export type ClientState = {
  readonly id: NodeId;
  /** How many operations were begun. */
  readonly begun: number;
  /** What is being asked, and for the how-manieth time. */
  readonly asking: Body | null;
  readonly attempt: number;
  /** The msg_id that an answer must name; 0 when none is expected. */
  readonly waitingFor: number;
  readonly lastMsgId: number;
  /** Where in the list of targets the next question goes. */
  readonly target: number;
  /** The answer to each operation; null where none came in time. */
  readonly answers: readonly (Body | null)[];
  /** For each key the value last read or written, for a cas to guess. */
  readonly seen: { readonly [key: string]: Json };
};
// #endregion client-state

export type ClientOptions = {
  /** Whom to ask; after a time-out, or error 11, the next in turn. */
  readonly targets: readonly NodeId[];
  readonly timeoutMs: number;
  /** From the start of the run to the first operation; 0 by default. */
  readonly startMs?: number;
  /** From an answer to the next operation, drawn evenly; 0 by default. */
  readonly thinkMsMax?: number;
  /**
   * How often an operation is asked at most while nobody answers, or all
   * are temporarily unavailable (error 11); 1 by default. Each time is an
   * operation of its own in the history.
   */
  readonly attemptsMax?: number;
};

/** A client that asks these things in this order, then is silent. */
export function scriptedClient(
  operations: readonly Body[],
  options: ClientOptions,
): Node<ClientState> {
  return client(options, (state) => operations[state.begun] ?? null);
}

export type KvOptions = ClientOptions & {
  readonly keys: readonly string[];
  readonly operations: number;
};

/**
 * A client that draws reads, writes and compare-and-sets on some keys.
 * It writes no value twice ("c1-4" is the fourth operation of c1), so
 * that a checker can tell which write a read has seen.
 */
export function kvClient(options: KvOptions): Node<ClientState> {
  const { keys, operations } = options;
  return client(options, (state, dice) => {
    if (state.begun >= operations) return null;
    const chosen = intBetween(stream(dice, 0), 0, keys.length - 1);
    const key = keys[chosen] ?? "";
    const value = `${state.id}-${state.begun + 1}`;
    const seen = state.seen[key];
    const luck = fraction(stream(dice, 1));
    if (luck < 0.4) return { type: "read", key };
    if (luck < 0.8 || seen === undefined) {
      return { type: "write", key, value };
    }
    return { type: "cas", key, from: seen, to: value };
  });
}

// #region client
export type NextOperation = (
  state: ClientState,
  dice: number,
) => Body | null;

/** A client that gets its operations, one by one, from a function. */
export function client(
  options: ClientOptions,
  next: NextOperation,
): Node<ClientState> {
  return {
    init: ({ id }) => [
      {
        id,
        begun: 0,
        asking: null,
        attempt: 0,
        waitingFor: 0,
        lastMsgId: 0,
        target: 0,
        answers: [],
        seen: {},
      },
      [timer("next", options.startMs ?? 0)],
    ],

    step(state, { event, dice }) {
      if (event.kind === "message") {
        const { body } = event.message;
        // An answer to a question that was given up comes too late.
        const isAwaited = body.in_reply_to === state.waitingFor;
        return isAwaited
          ? onAnswer(options, state, body, dice)
          : [state, []];
      }
      if (event.name === "next")
        return begin(options, state, next, dice);
      return onNoAnswer(options, state, null, dice);
    },
  };
}

// #endregion client

function begin(
  options: ClientOptions,
  state: ClientState,
  next: NextOperation,
  dice: number,
): Step<ClientState> {
  const asking = next(state, dice);
  if (asking === null) return [state, []];
  const begun = state.begun + 1;
  return ask(options, { ...state, begun, asking, attempt: 0 });
}

// #region ask
function ask(
  options: ClientOptions,
  state: ClientState,
): Step<ClientState> {
  const { targets, timeoutMs } = options;
  const dest = targets[state.target % targets.length];
  if (dest === undefined || state.asking === null) return [state, []];
  const msg_id = state.lastMsgId + 1;
  const body = { ...state.asking, msg_id };
  const asked = {
    ...state,
    attempt: state.attempt + 1,
    lastMsgId: msg_id,
    waitingFor: msg_id,
  };
  const send: Effect = { kind: "send", dest, body };
  return [asked, [send, timer("timeout", timeoutMs)]];
}

// #endregion ask

// #region answer
function onAnswer(
  options: ClientOptions,
  state: ClientState,
  answer: Body,
  dice: number,
): Step<ClientState> {
  const isUnavailable = answer.type === "error" && answer.code === 11;
  if (isUnavailable) return onNoAnswer(options, state, answer, dice);
  return finish(options, remember(state, answer), answer, dice);
}

/** Turn to the next target: with the same question, or with another. */
function onNoAnswer(
  options: ClientOptions,
  state: ClientState,
  answer: Body | null,
  dice: number,
): Step<ClientState> {
  if (state.waitingFor === 0) return [state, []];
  const turned = { ...state, target: state.target + 1 };
  return state.attempt < (options.attemptsMax ?? 1)
    ? ask(options, turned)
    : finish(options, turned, answer, dice);
}

function finish(
  options: ClientOptions,
  state: ClientState,
  answer: Body | null,
  dice: number,
): Step<ClientState> {
  const answers = [...state.answers, answer];
  const thinkMs = fraction(dice) * (options.thinkMsMax ?? 0);
  const idle = { ...state, answers, asking: null, waitingFor: 0 };
  return [idle, [timer("next", thinkMs)]];
}
// #endregion answer

function remember(state: ClientState, answer: Body): ClientState {
  const { asking } = state;
  if (asking === null || answer.type === "error") return state;
  const value = answer.value ?? asking.value ?? asking.to;
  if (typeof asking.key !== "string" || value === undefined)
    return state;
  return { ...state, seen: { ...state.seen, [asking.key]: value } };
}

function timer(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs };
}
