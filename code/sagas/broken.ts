/** Sagas that look right: each lacks one thing. */
import type { Node } from "../kernel/node.ts";
import type { Shop } from "./choreography.ts";
import type { Orchestrator } from "./orchestrator.ts";
import type { Participant } from "./participant.ts";
import { type Log, type Next, next, type Saga } from "./saga.ts";

// #region undo-again
/** Undoes as often as it is asked: the compensation is not idempotent. */
export function undoAgain(node: Node<Participant>): Node<Participant> {
  return {
    ...node,
    step(state, input) {
      const { event } = input;
      const isUndo =
        event.kind === "message" && event.message.body.type === "undo";
      if (!isUndo) return node.step(state, input);
      const order = String(event.message.body.order);
      const wasDone = state.book.some((entry) => entry.order === order);
      const { [order]: _, ...others } = state.known;
      const known = wasDone
        ? { ...others, [order]: "done" as const }
        : others;
      return node.step({ ...state, known }, input);
    },
  };
}
// #endregion undo-again

// #region do-after-undo
/** Forgets that it undid what had not come yet; then it comes. */
export function doAfterUndo(
  node: Node<Participant>,
): Node<Participant> {
  return {
    ...node,
    step(state, input) {
      const [next, effects] = node.step(state, input);
      const { event } = input;
      const isUndo =
        event.kind === "message" && event.message.body.type === "undo";
      const wasNothing = next.book.length === state.book.length;
      if (!isUndo || !wasNothing) return [next, effects];
      const sends = effects.filter(({ kind }) => kind === "send");
      return [state, sends];
    },
  };
}
// #endregion do-after-undo

// #region log-forgotten
/** An orchestrator with its log in memory. */
export function logForgotten(
  node: Node<Orchestrator>,
): Node<Orchestrator> {
  return {
    ...node,
    init: (setup) => node.init({ ...setup, disk: {} }),
  };
}
// #endregion log-forgotten

// #region undo-forwards
/** Undoes in the order in which it did: `find` for `findLast`. */
export function nextForwards(saga: Saga, log: Log): Next {
  const now = next(saga, log);
  if (now.kind !== "undo") return now;
  const has = (name: string, what: string) =>
    log.some((entry) => entry.step === name && entry.what === what);
  const step = saga.find(
    ({ name }) => has(name, "done") && !has(name, "undone"),
  );
  return step === undefined ? now : { kind: "undo", step };
}
// #endregion undo-forwards

// #region event-lost
/** Tells an event once: no outbox, no repetition. */
export function eventLost(node: Node<Shop>): Node<Shop> {
  return {
    ...node,
    step(state, input) {
      if (input.event.kind === "timer") return [state, []];
      const [next, effects] = node.step(state, input);
      return [{ ...next, outbox: [] }, effects];
    },
  };
}
// #endregion event-lost
