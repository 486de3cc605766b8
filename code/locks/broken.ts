/** One rule less each: what the storms and the stories must catch. */
import type { Effect, Node } from "../kernel/node.ts";
import type { LockState } from "./lock-service.ts";
import type { Store } from "./store.ts";

// #region token-after-reply
/** Tells the holder its token, and writes it down afterwards. */
export function tokenAfterReply(
  node: Node<LockState>,
): Node<LockState> {
  const rank = (effect: Effect) => (effect.kind === "persist" ? 1 : 0);
  return {
    ...node,
    step(state, input) {
      const [next, effects] = node.step(state, input);
      return [next, effects.toSorted((a, b) => rank(a) - rank(b))];
    },
  };
}
// #endregion token-after-reply

// #region token-forgotten
/** Begins with the first token again, as a cache that lost its key. */
export function tokenForgotten(node: Node<LockState>): Node<LockState> {
  return {
    ...node,
    init: (setup) => node.init({ ...setup, disk: {} }),
  };
}
// #endregion token-forgotten

// #region release-anybody
/** Frees the lock for whoever asks: no look at the token. */
export function releaseAnybody(node: Node<LockState>): Node<LockState> {
  return {
    ...node,
    step(state, input) {
      const { event } = input;
      const isRelease =
        event.kind === "message" &&
        event.message.body.type === "release";
      if (!isRelease) return node.step(state, input);
      const body = { ...event.message.body, token: state.token };
      const message = { ...event.message, body };
      return node.step(state, {
        ...input,
        event: { kind: "message", message },
      });
    },
  };
}
// #endregion release-anybody

// #region fence-forgotten
/** Keeps the data, but not the highest token: it was in memory only. */
export function fenceForgotten(node: Node<Store>): Node<Store> {
  return {
    ...node,
    init(setup) {
      const [state, effects] = node.init(setup);
      return [{ ...state, highest: 0 }, effects];
    },
  };
}
// #endregion fence-forgotten
