/** The smallest node: it says back what it is told. */
import type { Node } from "../kernel/node.ts";

type State = { readonly echoed: number };

// #region echo
export const echo: Node<State> = {
  init: () => [{ echoed: 0 }, []],

  step(state, input) {
    if (input.event.kind !== "message") return [state, []];
    const { src, body } = input.event.message;
    const { type, msg_id, ...said } = body;
    if (type !== "echo" || msg_id === undefined) return [state, []];
    const answer = { ...said, type: "echo_ok", in_reply_to: msg_id };
    const next = { echoed: state.echoed + 1 };
    return [next, [{ kind: "send", dest: src, body: answer }]];
  },
};
// #endregion echo
