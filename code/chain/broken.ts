/** Chains that break one rule, for the tests and the chapter. */
import type { Body, Effect, Node } from "../kernel/node.ts";
import { mayAnswer } from "./reads.ts";
import { isHead, type Options, type State, valueAt } from "./state.ts";

// #region dirty-reads
/** CRAQ without the question: its newest version, committed or not. */
export function dirtyReads(
  options: Options,
  node: Node<State>,
): Node<State> {
  return {
    ...node,
    step(state, input) {
      const { event, nowMs } = input;
      if (event.kind === "timer") return node.step(state, input);
      const { src, body } = event.message;
      const may = mayAnswer(options, state, nowMs);
      const key = JSON.stringify(body.key);
      const held = may && valueAt(state.hist, key, state.hist.length);
      if (body.type !== "read" || !held) return node.step(state, input);
      const answer = { type: "read_ok", value: held.value };
      return [state, [reply(src, body, answer)]];
    },
  };
}
// #endregion dirty-reads

// #region early-ok
/** A head that says ok before anybody else has the update. */
export function earlyOk(node: Node<State>): Node<State> {
  return {
    ...node,
    step(state, input) {
      const [next, effects] = node.step(state, input);
      const { event } = input;
      if (event.kind === "timer") return [next, effects];
      const { src, body } = event.message;
      const isTaken = next.hist.length > state.hist.length;
      if (body.type !== "write" || !isHead(state) || !isTaken) {
        return [next, effects];
      }
      const ok = reply(src, body, { type: "write_ok" });
      return [next, [...effects, ok]];
    },
  };
}
// #endregion early-ok

function reply(dest: string, request: Body, body: Body): Effect {
  const in_reply_to = request.msg_id ?? null;
  return { kind: "send", dest, body: { ...body, in_reply_to } };
}
