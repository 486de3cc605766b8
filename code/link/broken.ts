/** Links with one rule missing each; what arrives is then wrong. */
import type { Node } from "../kernel/node.ts";
import {
  type ListenerState,
  listener,
  type TalkerState,
} from "./link.ts";

// #region send-once
/** Never sends again: what is lost stays lost. */
export function sendOnce(node: Node<TalkerState>): Node<TalkerState> {
  return {
    ...node,
    step(state, input) {
      const { event } = input;
      const isResend =
        event.kind === "timer" && event.name === "resend";
      return isResend ? [state, []] : node.step(state, input);
    },
  };
}
// #endregion send-once

// #region take-all
/**
 * Hands on whatever comes, and acknowledges just that: which the sender
 * takes to cover all before it, so that what is missing stays missing.
 */
export const takeAll: Node<ListenerState> = {
  init: () => [{ receivers: {}, heard: [] }, []],
  step(state, { event, nowMs }) {
    if (event.kind !== "message") return [state, []];
    const { src, body } = event.message;
    const stream = String(body.stream);
    const news = { stream, data: body.data ?? null, atMs: nowMs };
    const reply = { type: "ack", stream, ack: body.seq ?? 0 };
    return [
      { ...state, heard: [...state.heard, news] },
      [{ kind: "send", dest: src, body: reply }],
    ];
  },
};
// #endregion take-all

// #region forget
/** Keeps what was handed on, and forgets in a crash how far it was. */
export function forget(node: Node<ListenerState>): Node<ListenerState> {
  return {
    ...node,
    init(setup) {
      const [state, effects] = node.init(setup);
      return [{ ...state, receivers: {} }, effects];
    },
  };
}
// #endregion forget

// #region silent
/** Says nothing about copies: they were acknowledged before. */
export const silentAboutCopies: Node<ListenerState> = {
  ...listener,
  step(state, input) {
    const [next, effects] = listener.step(state, input);
    const isCopy =
      JSON.stringify(next.receivers) ===
      JSON.stringify(state.receivers);
    return isCopy ? [state, []] : [next, effects];
  },
};
// #endregion silent
