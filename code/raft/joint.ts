/**
 * Any number of servers changed at once, by joint consensus (§6). Between
 * the old list and the new one both are in force: to be elected and to
 * commit takes a majority of each (`isMajority`, `advanceJointly`).
 */
// unprinted: for the chapter on consensus
import type { Json, Node, NodeId, Step } from "../kernel/node.ts";
import { init, react, storeFirst } from "./raft.ts";
import { appendOwn } from "./replication.ts";
import { compact } from "./snapshot.ts";
import {
  entriesAfter,
  listsOf,
  membersOf,
  type Options,
  type State,
} from "./state.ts";

// #region joint-begin
/** Append C-old,new, in force as soon as it is stored (§6). */
export function changeJointly(
  state: State,
  members: readonly NodeId[],
): Step<State> {
  const isList = new Set(members).size === members.length;
  const isEmpty = members.length === 0;
  if (!isList || isEmpty || isChanging(state)) return [state, []];
  const term = state.currentTerm;
  const old = membersOf(state);
  return appendOwn(state, { kind: "members", term, members, old });
}

/** One change at a time: the one before must be committed. */
function isChanging(state: State): boolean {
  const open = entriesAfter(state, state.commitIndex);
  return open.some((entry) => entry.kind === "members");
}
// #endregion joint-begin

// #region joint-end
/** Once C-old,new is committed, C-new can follow it (§6). */
export function finishChange(state: State): Step<State> {
  const newest = state.log.findLastIndex((e) => e.kind === "members");
  const entry = state.log[newest];
  const index = state.snapshot.lastIndex + newest + 1;
  if (entry?.kind !== "members" || entry.old === undefined) {
    return [state, []];
  }
  if (index > state.commitIndex) return [state, []];
  const { members } = entry;
  const term = state.currentTerm;
  return appendOwn(state, { kind: "members", term, members });
}
// #endregion joint-end

// #region compact-settled
/** A snapshot names one list, so it must not end between the two. */
export function compactSettled(
  state: State,
  index: number,
  data: Json,
): State {
  const kept = entriesAfter(state, index).length;
  const log = state.log.slice(0, state.log.length - kept);
  const isBetween = listsOf({ ...state, log }).length > 1;
  return isBetween ? state : compact(state, index, data);
}
// #endregion compact-settled

// #region joint-node
/** Raft that also takes `change_jointly`, as a node. */
export function jointRaft(options: Options): Node<State> {
  return {
    init: (setup) => init(setup, options),
    step(state, input) {
      const { event } = input;
      const body = event.kind === "message" ? event.message.body : null;
      const [next, effects] =
        body?.type === "change_jointly"
          ? changeJointly(state, body.members as readonly NodeId[])
          : react(state, input);
      const [last, more] = finishChange(next);
      return storeFirst(state, [last, [...effects, ...more]]);
    },
  };
}
// #endregion joint-node
