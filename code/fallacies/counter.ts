/**
 * Two nodes and a counter, written by somebody who believes all eight
 * fallacies of distributed computing. On one machine it is right.
 */
import type {
  Body,
  Effect,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";

// #region server
export type CounterState = { readonly count: number };

/** Counts up to `most` and then from 0 again, as hardware does. */
export function counter(most: number): Node<CounterState> {
  return {
    init: () => [{ count: 0 }, []],
    step(state, { event }): Step<CounterState> {
      if (event.kind !== "message") return [state, []];
      const { src, body } = event.message;
      const count = (state.count + Number(body.amount)) % (most + 1);
      const reply = { type: "count", value: count };
      return [{ count }, [{ kind: "send", dest: src, body: reply }]];
    },
  };
}
// #endregion server

// #region client-state
export type ClientState = {
  /** How many additions were answered. */
  readonly done: number;
  /** The last value that an answer told. */
  readonly shown: number | null;
  readonly doneMs: number | null;
};

export type ClientOptions = {
  readonly server: NodeId;
  readonly additions: number;
  readonly timeoutMs: number;
};

// #endregion client-state

// #region client
/** Adds 1, waits for the answer, adds 1: and asks again if none comes. */
export function client(options: ClientOptions): Node<ClientState> {
  const ask: readonly Effect[] = [
    {
      kind: "send",
      dest: options.server,
      body: { type: "add", amount: 1 },
    },
    { kind: "set-timer", name: "again", afterMs: options.timeoutMs },
  ];
  return {
    init: () => [{ done: 0, shown: null, doneMs: null }, ask],
    step(state, { event, nowMs }): Step<ClientState> {
      const isOver = state.done === options.additions;
      if (isOver) return [state, []];
      if (event.kind === "timer") return [state, ask];
      const next = onCount(state, event.message.body, nowMs);
      return [next, next.doneMs === null ? ask : []];
    },
  };

  function onCount(
    state: ClientState,
    body: Body,
    nowMs: number,
  ): ClientState {
    const done = state.done + 1;
    const doneMs = done === options.additions ? nowMs : null;
    return { done, shown: Number(body.value), doneMs };
  }
}
// #endregion client
