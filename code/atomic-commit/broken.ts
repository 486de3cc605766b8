/**
 * Protocols that each break one rule, as wrappers of the right nodes.
 * The tests demand that a crash point gives each away, or a late copy.
 */
import type { Node } from "../kernel/node.ts";
import { force, type Phase } from "./phases.ts";
import type { Shard } from "./shards.ts";

// #region tell-before-writing
/** Tells the decision, and writes it down when all have been told. */
export function tellBeforeWriting<S>(node: Node<S>): Node<S> {
  return {
    ...node,
    step(state, input) {
      const [next, effects] = node.step(state, input);
      const writes = effects.filter(({ kind }) => kind === "persist");
      const others = effects.filter(({ kind }) => kind !== "persist");
      return [next, [...others, ...writes]];
    },
  };
}
// #endregion tell-before-writing

// #region vote-without-log
/** Votes yes and keeps its part of the work in memory only. */
export function voteWithoutLog<S>(node: Node<S>): Node<S> {
  return {
    ...node,
    step(state, input) {
      const [next, effects] = node.step(state, input);
      const kept = effects.filter(
        (effect) =>
          effect.kind !== "persist" || effect.value !== "prepared",
      );
      return [next, kept];
    },
  };
}
// #endregion vote-without-log

// #region impatient
/** A heuristic decision: in doubt for too long, it aborts by itself. */
export function impatient<S extends { readonly phase: Phase }>(
  node: Node<S>,
): Node<S> {
  return {
    ...node,
    step(state, input) {
      const isTired =
        input.event.kind === "timer" && state.phase === "prepared";
      return isTired
        ? [{ ...state, phase: "aborted" }, [force("aborted")]]
        : node.step(state, input);
    },
  };
}
// #endregion impatient

// #region deaf-leader
/** A leader that aborts whatever the acceptors have accepted before. */
export function deafLeader<S>(node: Node<S>): Node<S> {
  return {
    ...node,
    step(state, input) {
      const { event } = input;
      if (event.kind !== "message") return node.step(state, input);
      const { message } = event;
      if (message.body.type !== "promise")
        return node.step(state, input);
      const body = { ...message.body, accepted: {} };
      const heard = { ...event, message: { ...message, body } };
      return node.step(state, { ...input, event: heard });
    },
  };
}
// #endregion deaf-leader

// #region read-through-locks
/** A shard that shows the old value where there is a lock. */
export function readThroughLocks(node: Node<Shard>): Node<Shard> {
  return {
    ...node,
    step(state, input) {
      const { event } = input;
      const isGet =
        event.kind === "message" && event.message.body.type === "get";
      if (!isGet) return node.step(state, input);
      const rows = Object.entries(state.rows).map(([key, row]) => [
        key,
        { ...row, lock: null },
      ]);
      const open = { ...state, rows: Object.fromEntries(rows) };
      return [state, node.step(open, input)[1]];
    },
  };
}
// #endregion read-through-locks

// #region forget-roll-backs
/** A shard that takes locks away and keeps no record of it. */
export function forgetRollBacks(node: Node<Shard>): Node<Shard> {
  return {
    ...node,
    step(state, input) {
      const rows = Object.entries(state.rows).map(([key, row]) => [
        key,
        { ...row, rolledBack: [] },
      ]);
      return node.step({ rows: Object.fromEntries(rows) }, input);
    },
  };
}
// #endregion forget-roll-backs

// #region new-disk
/** Comes back from a crash with an empty disk, and does not know it. */
export function newDisk<S>(node: Node<S>): Node<S> {
  return {
    ...node,
    init: (setup) => node.init({ ...setup, disk: {} }),
  };
}
// #endregion new-disk
