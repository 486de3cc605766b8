/** Dials that promise more than they keep, for the tests. */
import { isNewer } from "../abd/tag.ts";
import type { Node } from "../kernel/node.ts";
import { dial } from "./dial.ts";
import type { Options, State, Update } from "./state.ts";

// #region no-past
/** Updates are applied as they come, whatever their origin had seen. */
export function noPast(options: Options): Node<State> {
  const node = dial(options);
  return {
    ...node,
    step: (state, input) => {
      const [next, effects] = node.step(state, input);
      const { event } = input;
      if (event.kind === "timer") return [next, effects];
      const { body } = event.message;
      if (body.type !== "updates") return [next, effects];
      const updates = body.updates as readonly Update[];
      const newer = updates.filter(({ key, held }) => {
        const known = next.cells[key];
        return !known || isNewer(held.tag, known.tag);
      });
      const early = newer.map(({ key, held }) => [key, held] as const);
      const cells = { ...next.cells, ...Object.fromEntries(early) };
      return [{ ...next, cells }, effects];
    },
  };
}
// #endregion no-past

// #region no-waiting
/** A replica that answers at once, whatever a session has seen. */
export function noWaiting(options: Options): Node<State> {
  const node = dial(options);
  return {
    ...node,
    step: (state, input) => {
      const { event } = input;
      if (event.kind === "timer") return node.step(state, input);
      const { message } = event;
      const body = { ...message.body, atLeast: {} };
      const asked = { ...message, body };
      const changed = { kind: "message", message: asked } as const;
      return node.step(state, { ...input, event: changed });
    },
  };
}
// #endregion no-waiting
