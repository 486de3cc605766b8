/**
 * An atomic register on 2F + 1 replicas of which F may be down, without
 * a leader and without consensus: ABD, with many writers.
 */
import type { Body, Input, Node, Step } from "../kernel/node.ts";
import { begin, onAnswer, onRetry } from "./phases.ts";
import {
  onQuery,
  onUpdate,
  type Query,
  type Update,
} from "./replica.ts";
import { type Options, persist, recover, type State } from "./state.ts";

// #region abd
/** Answers `read {key}` and `write {key, value}`; at first all is null. */
export function abd(options: Options): Node<State> {
  return {
    init: (setup) => {
      const state = recover(setup);
      return [state, [persist("starts", state.starts)]];
    },
    step: (state, input) => {
      const { event, nowMs } = input;
      return event.kind === "timer"
        ? onRetry(options, state, event.name, nowMs)
        : onMessage(options, state, input);
    },
  };
}
// #endregion abd

// #region dispatch
function onMessage(
  options: Options,
  state: State,
  { event, nowMs }: Input,
): Step<State> {
  if (event.kind !== "message") return [state, []];
  const { src, body } = event.message;
  switch (body.type) {
    case "read":
    case "write": {
      if (typeof body.msg_id !== "number") return [state, []];
      const { type: op, msg_id: msgId, value = null } = body;
      const key = JSON.stringify(body.key ?? null);
      const ask = { client: src, msgId, op, key, value } as const;
      return begin(options, state, ask, nowMs);
    }
    case "query":
      return onQuery(state, src, body as Query);
    case "update":
      return onUpdate(state, src, body as Update);
    case "queried":
    case "updated":
      return onAnswer(options, state, src, body as Answer);
    default:
      return [state, []];
  }
}
// #endregion dispatch

type Answer = Body & Update;
