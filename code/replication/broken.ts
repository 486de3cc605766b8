/** Servers that break one rule, for the tests and the chapter. */
import type { Node } from "../kernel/node.ts";
import type { Ship } from "./messages.ts";
import { leads, type State, tokenAt } from "./state.ts";

// #region ignore-epochs
/** A leader that never hears of later epochs: nothing deposes it. */
export function ignoreEpochs(node: Node<State>): Node<State> {
  return {
    ...node,
    step(state, input) {
      const { event } = input;
      if (event.kind === "timer") return node.step(state, input);
      const { epoch } = event.message.body;
      const isLater = typeof epoch === "number" && epoch > state.epoch;
      if (leads(state) && isLater) return [state, []];
      return node.step(state, input);
    },
  };
}
// #endregion ignore-epochs

// #region trust-position
/** A follower that goes on at its position, whatever stands before. */
export function trustPosition(node: Node<State>): Node<State> {
  return {
    ...node,
    step(state, input) {
      const { event } = input;
      if (event.kind === "timer") return node.step(state, input);
      const { message } = event;
      if (message.body.type !== "ship") return node.step(state, input);
      const ship = message.body as Ship;
      const have = state.log.length - ship.after.position;
      const isGap = have < 0 || ship.epoch < state.epoch;
      if (isGap) return node.step(state, input);
      // As if the leader had shipped from just where our log ends.
      const body = {
        ...ship,
        after: tokenAt(state, state.log.length),
        entries: ship.entries.slice(have),
      };
      const trusting = { ...event, message: { ...message, body } };
      return node.step(state, { ...input, event: trusting });
    },
  };
}
// #endregion trust-position
