/** Coordination services that break one rule each, for the tests. */
import type { Effect, Node } from "../kernel/node.ts";
import type { Service } from "./coordination.ts";
import { applyCommand } from "./tree.ts";

/** When the last entry of each session was carried out here. */
type Seen = {
  readonly [session: string]: {
    readonly lastMsgId: number;
    readonly atMs: number;
  };
};

type OwnClock = Service & { readonly seen?: Seen };

// #region own-clock
/** Each server ends a session by its own clock, and tells nobody. */
export function endByOwnClock(node: Node<Service>): Node<Service> {
  return {
    ...node,
    step(before: OwnClock, { nowMs, ...input }) {
      const [state, effects] = node.step(before, { nowMs, ...input });
      const { sessions } = state.tree;
      const seen: Seen = Object.fromEntries(
        Object.entries(sessions).map(([name, { lastMsgId }]) => {
          const known = before.seen?.[name];
          const isNew = known?.lastMsgId !== lastMsgId;
          return [name, isNew ? { lastMsgId, atMs: nowMs } : known];
        }),
      );
      const late = Object.entries(sessions).filter(
        ([name, { timeoutMs }]) =>
          nowMs - (seen[name]?.atMs ?? nowMs) >= timeoutMs,
      );
      const tree = late.reduce((now, [session]) => {
        const end = { type: "expire", session } as const;
        return applyCommand(now, state.applied, end)[0];
      }, state.tree);
      return [{ ...state, tree, seen } as OwnClock, effects];
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
