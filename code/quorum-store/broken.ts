/** Stores that leave one rule out, for the tests and the chapter. */
import type { Node } from "../kernel/node.ts";
import { quorumStore } from "./quorum-store.ts";
import type { Store } from "./replica.ts";
import { type Options, persist, type State } from "./state.ts";

// #region no-ack
/** A stand-in that forgets a hint once it has sent it home. */
export function forgetsHints(options: Options): Node<State> {
  const node = quorumStore(options);
  return {
    ...node,
    step: (state, input) => {
      const [next, effects] = node.step(state, input);
      const { event } = input;
      const isSent = event.kind === "timer" && event.name === "handoff";
      if (!isSent) return [next, effects];
      const forgotten = { ...next, hints: {} };
      return [forgotten, [...effects, persist("hints", {})]];
    },
  };
}
// #endregion no-ack

// #region overwrites
/** A replica that takes what it is sent for the truth: old over new. */
export function overwrites(options: Options): Node<State> {
  const node = quorumStore(options);
  return {
    ...node,
    step: (state, input) => {
      const { event } = input;
      const isStore =
        event.kind === "message" && event.message.body.type === "store";
      if (!isStore) return node.step(state, input);
      const { key, home } = event.message.body as Store;
      if (home !== state.id) return node.step(state, input);
      const { [key]: _, ...data } = state.data;
      return node.step({ ...state, data }, input);
    },
  };
}
// #endregion overwrites
