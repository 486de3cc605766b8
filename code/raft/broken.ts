/**
 * Rafts that each break one rule. They wrap the right one, so that no
 * printed line has to know of them. The tests demand that the invariants
 * notice each; the chapters show what it costs.
 */
import type { Effect, Node, Step } from "../kernel/node.ts";
import type { AppendEntries } from "./messages.ts";
import { storeFirst } from "./raft.ts";
import { appendOwn, storedByMajority } from "./replication.ts";
import { type State, termAt } from "./state.ts";

// #region commit-by-counting
/** Commits whatever a majority stores, of any term (against §5.4.2). */
export function commitByCounting(node: Node<State>): Node<State> {
  return {
    ...node,
    step(state, input) {
      const [next, effects] = node.step(state, input);
      if (next.leading === null) return [next, effects];
      const stored = storedByMajority(next);
      const commitIndex = Math.max(next.commitIndex, stored);
      return [{ ...next, commitIndex }, effects];
    },
  };
}
// #endregion commit-by-counting

// #region forget-vote
/** Stores the term and the log, but not the vote (against §5.2). */
export function forgetVote(node: Node<State>): Node<State> {
  return {
    ...node,
    step(state, input) {
      const [next, effects] = node.step(state, input);
      return [next, effects.map(withoutVote)];
    },
  };
}

function withoutVote(effect: Effect): Effect {
  if (effect.kind !== "persist") return effect;
  const stored = effect.value as { readonly [key: string]: null };
  return { ...effect, value: { ...stored, votedFor: null } };
}
// #endregion forget-vote

// #region skip-check
/** Takes entries whatever term stands before them (against §5.3). */
export function skipCheck(node: Node<State>): Node<State> {
  return {
    ...node,
    step(state, input) {
      const { event } = input;
      if (event.kind !== "message") return node.step(state, input);
      const { body } = event.message;
      if (body.type !== "append_entries")
        return node.step(state, input);
      const asked = body as AppendEntries;
      const own = termAt(state, asked.prevLogIndex);
      const prevLogTerm = own ?? asked.prevLogTerm;
      const agreed = { ...body, prevLogTerm };
      const message = { ...event.message, body: agreed };
      return node.step(state, {
        ...input,
        event: { ...event, message },
      });
    },
  };
}
// #endregion skip-check

// #region hasty-change
/** Changes members before its term has committed anything (2015). */
export function hastyChange(node: Node<State>): Node<State> {
  return {
    ...node,
    step(state, input): Step<State> {
      const { event } = input;
      const body = event.kind === "message" ? event.message.body : null;
      if (body?.type !== "change_members")
        return node.step(state, input);
      const members = body.members as readonly string[];
      const term = state.currentTerm;
      const entry = { kind: "members", term, members } as const;
      return storeFirst(state, appendOwn(state, entry));
    },
  };
}
// #endregion hasty-change

// #region switch-at-once
/** Goes from one list to any other in one step (against §6). */
export function switchAtOnce(node: Node<State>): Node<State> {
  return {
    ...node,
    step(state, input): Step<State> {
      const { event } = input;
      const body = event.kind === "message" ? event.message.body : null;
      if (body?.type !== "change_jointly")
        return node.step(state, input);
      const members = body.members as readonly string[];
      const term = state.currentTerm;
      const entry = { kind: "members", term, members } as const;
      return storeFirst(state, appendOwn(state, entry));
    },
  };
}
// #endregion switch-at-once

// #region forget-leader
/** Votes at once after a restart, against a lease (thesis §6.4.1). */
export function forgetLeader(node: Node<State>): Node<State> {
  return {
    ...node,
    init(setup) {
      const [state, effects] = node.init(setup);
      return [{ ...state, leaderHeardMs: null }, effects];
    },
  };
}
// #endregion forget-leader
