/**
 * The counter once more, by somebody who believes less: additions have
 * numbers, the count is on disk, and an answer is checked and not only
 * awaited. It is right, or it says that it does not know.
 */
import type {
  Body,
  Effect,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import type { ClientOptions } from "./counter.ts";

// #region careful-server
export type CarefulState = {
  readonly count: number;
  /** For each client the number of its last addition. */
  readonly last: { readonly [client: NodeId]: number };
};

export function carefulCounter(most: number): Node<CarefulState> {
  return {
    init({ disk }) {
      const saved = disk.counter as CarefulState | undefined;
      return [saved ?? { count: 0, last: {} }, []];
    },
    step(state, { event }): Step<CarefulState> {
      if (event.kind !== "message") return [state, []];
      const { src, body } = event.message;
      const { number = 0, amount } = body;
      const isDone = Number(number) <= (state.last[src] ?? 0);
      const next = isDone
        ? state
        : {
            count: (state.count + Number(amount)) % (most + 1),
            last: { ...state.last, [src]: Number(number) },
          };
      const reply = { type: "count", number, value: next.count };
      return [
        next,
        [
          { kind: "persist", key: "counter", value: next },
          { kind: "send", dest: src, body: reply },
        ],
      ];
    },
  };
}
// #endregion careful-server

export type Verdict = "asking" | "sure" | "unknown" | "disagrees";

export type CarefulOptions = ClientOptions & {
  /** How often one addition is asked for, the first time included. */
  readonly attemptsMax: number;
};

export type CarefulClientState = {
  /** Which addition is asked for, and for the how-manieth time. */
  readonly number: number;
  readonly attempt: number;
  readonly shown: number | null;
  readonly doneMs: number | null;
  readonly verdict: Verdict;
};

/** Adds 1 until it is sure, or until it knows that it cannot be. */
export function carefulClient(
  options: CarefulOptions,
): Node<CarefulClientState> {
  return {
    init: () => {
      const first = {
        number: 1,
        attempt: 1,
        shown: null,
        doneMs: null,
        verdict: "asking",
      } as const;
      return [first, ask(options, first)];
    },
    step(state, { event, nowMs }): Step<CarefulClientState> {
      if (state.verdict !== "asking") return [state, []];
      const next =
        event.kind === "timer"
          ? onSilence(options, state)
          : onAnswer(options, state, event.message.body);
      if (next === null) return [state, []];
      return next.verdict === "asking"
        ? [next, ask(options, next)]
        : [{ ...next, doneMs: nowMs }, []];
    },
  };
}

function ask(
  options: CarefulOptions,
  { number }: CarefulClientState,
): readonly Effect[] {
  const body = { type: "add", amount: 1, number };
  return [
    { kind: "send", dest: options.server, body },
    { kind: "set-timer", name: "again", afterMs: options.timeoutMs },
  ];
}

// #region careful-client
/** Ask for the same addition again; after so many times, say so. */
function onSilence(
  options: CarefulOptions,
  state: CarefulClientState,
): CarefulClientState {
  if (state.attempt === options.attemptsMax)
    return { ...state, verdict: "unknown" };
  return { ...state, attempt: state.attempt + 1 };
}

/** Null for an answer to something that was asked before. */
function onAnswer(
  options: CarefulOptions,
  state: CarefulClientState,
  answer: Body,
): CarefulClientState | null {
  if (answer.number !== state.number) return null;
  const shown = Number(answer.value);
  // Nobody else adds: after n additions the count is n.
  if (shown !== state.number)
    return { ...state, shown, verdict: "disagrees" };
  if (state.number === options.additions)
    return { ...state, shown, verdict: "sure" };
  return { ...state, shown, number: state.number + 1, attempt: 1 };
}
// #endregion careful-client
