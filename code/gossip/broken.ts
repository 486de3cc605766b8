/** SWIM and its kin, each without one of its rules. */
import type { Effect, Node } from "../kernel/node.ts";
import type { Update } from "./members.ts";
import { type Options, paperOptions } from "./options.ts";
import { addRumor, type Rumor } from "./piggyback.ts";
import type { State as TreeState } from "./plumtree.ts";
import type { State } from "./swim.ts";

// #region no-suspicion
/** The paper's first version: silence is death (against §4.2). */
export const noSuspicion: Options = {
  ...paperOptions,
  suspicionPeriods: 0,
};
// #endregion no-suspicion

// #region no-incarnation
/**
 * No numbers: whatever was said last is believed, so that old news of a
 * member and new news replace each other without end (against §4.2).
 */
export function noIncarnation(node: Node<State>): Node<State> {
  return {
    ...node,
    step(state, input) {
      const { event } = input;
      if (event.kind !== "message") return node.step(state, input);
      const { body } = event.message;
      const updates = (body.updates ?? []) as readonly Update[];
      const heard = updates.map((update) => {
        const known = state.members[update.member];
        if (known === undefined || known.status === update.status)
          return update;
        return { ...update, incarnation: known.incarnation + 1 };
      });
      const message = {
        ...event.message,
        body: { ...body, updates: heard },
      };
      const told: typeof event = { kind: "message", message };
      return node.step(state, { ...input, event: told });
    },
  };
}
// #endregion no-incarnation

// #region for-ever
/** News is passed on without end (against §4.1). */
export function forEver(node: Node<State>): Node<State> {
  return {
    ...node,
    step(state, input) {
      const [next, effects] = node.step(state, input);
      const kept = state.rumors.filter(
        ({ update }) =>
          !next.rumors.some(
            (rumor) => rumor.update.member === update.member,
          ),
      );
      const rumors = kept.reduce(
        (all: readonly Rumor[], { update }) => addRumor(all, update),
        next.rumors,
      );
      return [{ ...next, rumors }, effects];
    },
  };
}
// #endregion for-ever

// #region forgetful
/** Comes back as the one it was before the crash: nobody believes it. */
export function forgetful(node: Node<State>): Node<State> {
  return {
    init: (setup) => node.init({ ...setup, disk: {} }),
    step(state, input) {
      const [next, effects] = node.step(state, input);
      return [next, effects.filter(isNotPersist)];
    },
  };
}

function isNotPersist(effect: Effect): boolean {
  return effect.kind !== "persist";
}
// #endregion forgetful

// #region vouch
/** Helpers answer for the target themselves (against §3.1). */
export function vouch(node: Node<State>): Node<State> {
  return {
    ...node,
    step(state, input) {
      const { event } = input;
      if (event.kind !== "message") return node.step(state, input);
      const { src, body } = event.message;
      if (body.type !== "ping_req") return node.step(state, input);
      const { seq = 0, target: member = "" } = body;
      const ack = { type: "ack", seq, member, for: null, updates: [] };
      return [state, [{ kind: "send", dest: src, body: ack }]];
    },
  };
}
// #endregion vouch

// #region eager-only
/** Plumtree that announces nothing: a broken tree stays broken. */
export function eagerOnly(node: Node<TreeState>): Node<TreeState> {
  return {
    ...node,
    step(state, input) {
      const [next, effects] = node.step(state, input);
      return [
        next,
        effects.filter((effect) => !isAnnouncement(effect)),
      ];
    },
  };
}

function isAnnouncement(effect: Effect): boolean {
  return effect.kind === "send" && effect.body.type === "ihave";
}
// #endregion eager-only
