/**
 * A call over a link that loses: a request, an answer, and a clock that
 * runs out. How often was the work done, and what was the caller told?
 */
import type { Effect, Node, NodeId, Step } from "../kernel/node.ts";

export type CallerOptions = {
  readonly to: NodeId;
  readonly calls: number;
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** 1 for at most once, more for at least once. */
  readonly attemptsMax: number;
};
export type CallerState = {
  readonly made: number;
  /** Calls without an answer, each with the attempts it has had. */
  readonly open: { readonly [id: string]: number };
  readonly answered: readonly string[];
  readonly unknown: readonly string[];
};

// #region caller
/** Asks, waits, asks again while it may; then it has to say something. */
export function caller(options: CallerOptions): Node<CallerState> {
  const { to, calls, everyMs, timeoutMs, attemptsMax } = options;
  const next = timer("next", everyMs);
  const ask = (id: string): readonly Effect[] => [
    { kind: "send", dest: to, body: { type: "call", id } },
    timer(id, timeoutMs),
  ];
  return {
    init: () => [nothingYet, [next]],
    step(state, { event }): Step<CallerState> {
      if (event.kind === "message")
        return [answered(state, String(event.message.body.id)), []];
      if (event.name === "next") {
        if (state.made === calls) return [state, []];
        const id = String(state.made + 1);
        const open = { ...state.open, [id]: 1 };
        const made = state.made + 1;
        return [{ ...state, made, open }, [...ask(id), next]];
      }
      const id = event.name;
      const attempt = state.open[id];
      if (attempt === undefined) return [state, []];
      if (attempt === attemptsMax) return [givenUp(state, id), []];
      const open = { ...state.open, [id]: attempt + 1 };
      return [{ ...state, open }, ask(id)];
    },
  };
}
// #endregion caller

const nothingYet: CallerState = {
  made: 0,
  open: {},
  answered: [],
  unknown: [],
};

/** Too late is as good as never: the caller has gone on. */
function answered(state: CallerState, id: string): CallerState {
  if (state.open[id] === undefined) return state;
  const { [id]: _, ...open } = state.open;
  return { ...state, open, answered: [...state.answered, id] };
}

function givenUp(state: CallerState, id: string): CallerState {
  const { [id]: _, ...open } = state.open;
  return { ...state, open, unknown: [...state.unknown, id] };
}

// #region callee
export type CalleeState = {
  /** How often the work of each call was done. */
  readonly done: { readonly [id: string]: number };
};

/** Works for each request it gets, or once for each call it knows. */
export function callee(remembers: boolean): Node<CalleeState> {
  return {
    init: () => [{ done: {} }, []],
    step(state, { event }): Step<CalleeState> {
      if (event.kind !== "message") return [state, []];
      const { src, body } = event.message;
      const id = String(body.id);
      const times = state.done[id] ?? 0;
      const reply = { type: "answer", id };
      const send: Effect = { kind: "send", dest: src, body: reply };
      if (remembers && times > 0) return [state, [send]];
      const done = { ...state.done, [id]: times + 1 };
      return [{ done }, [send]];
    },
  };
}
// #endregion callee

function timer(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs };
}
