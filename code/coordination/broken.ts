/** Coordination services that break one rule each, for the tests. */
// unprinted: for the chapter on consensus in production
import type { Effect, Node } from "../kernel/node.ts";
import type { Service } from "./coordination.ts";
import { applyCommand } from "./tree.ts";

// #region own-clock
/** Each server ends a session by its own clock, and tells nobody. */
export function endByOwnClock(
  node: Node<Service>,
  timeoutMs: number,
): Node<Service> {
  return {
    ...node,
    step(before, input) {
      const [state, effects] = node.step(before, input);
      const isLate = input.nowMs >= timeoutMs;
      const [first] = Object.keys(state.tree.sessions);
      if (!isLate || first === undefined) return [state, effects];
      const end = { type: "expire", session: first } as const;
      const [tree] = applyCommand(state.tree, state.applied, end);
      return [{ ...state, tree }, effects];
    },
  };
}
// #endregion own-clock

// #region tell-later
/** Answers come without the events: a read may show a change first. */
export function tellLater(node: Node<Service>): Node<Service> {
  return {
    ...node,
    step(before, input) {
      const [state, effects] = node.step(before, input);
      return [state, effects.map(withoutEvents)];
    },
  };
}

function withoutEvents(effect: Effect): Effect {
  if (effect.kind !== "send" || effect.body.type === "events")
    return effect;
  const { events: _later, ...body } = effect.body;
  return { ...effect, body: { ...body, type: effect.body.type } };
}
// #endregion tell-later

// #region watch-for-ever
/** A watch that fired stays: the client hears of it again and again. */
export function watchForEver(node: Node<Service>): Node<Service> {
  return {
    ...node,
    step(before, input) {
      const [state, effects] = node.step(before, input);
      const watches = { ...state.tree.watches, ...before.tree.watches };
      const tree = { ...state.tree, watches };
      return [{ ...state, tree }, effects];
    },
  };
}
// #endregion watch-for-ever
