/** A set to add to and never to take from (Maelstrom's g-set). */
// unprinted: for the chapter on testing
import type { Message, Node, Step } from "../kernel/node.ts";
import {
  type Gossip,
  initGossip,
  learn,
  onGossip,
  onTick,
  valuesOf,
} from "./gossip.ts";
import { reply } from "./protocol.ts";

// #region g-set
export const gSet: Node<Gossip> = {
  init: (setup) => initGossip(setup, false),
  step: (state, { event, nowMs }) =>
    event.kind === "timer"
      ? onTick(state, nowMs)
      : hear(state, event.message, nowMs),
};

function hear(
  state: Gossip,
  message: Message,
  nowMs: number,
): Step<Gossip> {
  const { body } = message;
  switch (body.type) {
    case "add": {
      const added = [body.element ?? null];
      const [next, kept] = learn(state, state.id, added);
      return [next, [...kept, reply(message, { type: "add_ok" })]];
    }
    case "read": {
      const found = { type: "read_ok", value: valuesOf(state) };
      return [state, [reply(message, found)]];
    }
    default:
      return onGossip(state, message, nowMs);
  }
}
// #endregion g-set
