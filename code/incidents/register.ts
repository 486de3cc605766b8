/**
 * The register of last write wins (clocks/), with reads, and spoken to
 * as the other stores of this folder are.
 */

import {
  type Clock,
  register,
  type State,
} from "../clocks/last-write-wins.ts";
import type { Effect, Node, NodeId, Step } from "../kernel/node.ts";
import { answer } from "./customers.ts";

// #region copy
/** One of these replicas; a value is the number of its write. */
export function copy(
  clock: Clock,
  replicas: readonly NodeId[],
): Node<State> {
  const inner = register(clock, replicas);
  return {
    init: (setup) => inner.init(setup),
    step(state, input): Step<State> {
      const { event } = input;
      if (event.kind === "timer") return [state, []];
      const { message } = event;
      if (message.body.type === "read") {
        const value = Number(state.value ?? 0);
        const read = answer(message, { type: "read_ok", value });
        return [state, [read]];
      }
      if (message.body.type !== "write")
        return inner.step(state, input);
      const value = String(message.body.value);
      const put = { type: "put", value, context: null };
      const asked = { ...message, body: put };
      const [next, effects] = inner.step(state, {
        ...input,
        event: { kind: "message", message: asked },
      });
      const isCopy = (effect: Effect) =>
        effect.kind === "send" && effect.body.type === "replicate";
      const done = answer(message, { type: "write_ok" });
      return [next, [...effects.filter(isCopy), done]];
    },
  };
}
// #endregion copy
