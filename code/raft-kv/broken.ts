/** A store that breaks one rule, for the tests and the chapter. */
import type { Node, Step } from "../kernel/node.ts";
import type { Kv } from "./raft-kv.ts";
import { execute } from "./store.ts";

// #region read-own-state
/** Whoever thinks it leads answers reads at once (against §8). */
export function readOwnState(node: Node<Kv>): Node<Kv> {
  return {
    ...node,
    step(state, input): Step<Kv> {
      const { event } = input;
      if (event.kind !== "message" || state.raft.role !== "leader") {
        return node.step(state, input);
      }
      const { src, body } = event.message;
      if (body.type !== "read") return node.step(state, input);
      const [, found] = execute(state.data, body);
      const reply = { ...found, in_reply_to: body.msg_id ?? null };
      return [state, [{ kind: "send", dest: src, body: reply }]];
    },
  };
}
// #endregion read-own-state
