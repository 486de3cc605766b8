/** Servers that diverge, or never fall silent. */
import type { Node } from "../kernel/node.ts";
import type { State, Update } from "./multi-leader.ts";
import type { Resolve } from "./resolve.ts";

// #region mine-wins
/**
 * "What I already have wins." Each server means another write by it: not
 * a function of the set of writes, so the servers differ for ever.
 */
export function mineWins(server: string): Resolve {
  return (siblings) => {
    const mine = siblings.filter((one) => one.server === server);
    return mine.length > 0 ? mine.slice(-1) : siblings.slice(-1);
  };
}
// #endregion mine-wins

// #region no-origin
/** Ships on whatever comes, its own too: round the ring it never ends. */
export function noOrigin(node: Node<State>): Node<State> {
  return {
    ...node,
    step(state, input) {
      const { event } = input;
      if (event.kind === "timer") return node.step(state, input);
      const { body } = event.message;
      if (body.type !== "ship") return node.step(state, input);
      const updates = body.updates as readonly Update[];
      // Forget what we have heard: all of it is new once more.
      const known = updates.map(
        ({ origin, number }) => [origin, number - 1] as const,
      );
      const heard = { ...state.heard, ...Object.fromEntries(known) };
      return node.step({ ...state, heard }, input);
    },
  };
}
// #endregion no-origin
