/** How servers join and leave, one at a time (thesis chapter 4). */
import type { NodeId, Step } from "../kernel/node.ts";
import { appendOwn } from "./replication.ts";
import { membersOf, type State, termAt } from "./state.ts";

// #region membership
/**
 * Add or remove one server: any majority of the old members then meets
 * any majority of the new (thesis §4.1). Does nothing if it may not.
 */
export function changeMembers(
  state: State,
  members: readonly NodeId[],
): Step<State> {
  if (state.leading === null || !mayChange(state)) return [state, []];
  if (countChanges(membersOf(state), members) !== 1) return [state, []];
  const term = state.currentTerm;
  return appendOwn(state, { kind: "members", term, members });
}

/**
 * One change at a time; and none before an entry of the leader's own term
 * is committed, a rule that the thesis lacks and that Ongaro added in
 * 2015: else two leaders may each commit a change the other never saw.
 */
function mayChange(state: State): boolean {
  if (termAt(state, state.commitIndex) !== state.currentTerm) {
    return false;
  }
  const committed = state.commitIndex - state.snapshot.lastIndex;
  const open = state.log.slice(committed);
  return open.every((entry) => entry.kind !== "members");
}
// #endregion membership

/**
 * How many servers are in one of the two lists only. A list that names
 * nobody has no majority, and one that names a server twice would let it
 * count as two: no number of changes leads there.
 */
function countChanges(
  before: readonly NodeId[],
  after: readonly NodeId[],
): number {
  const isList = new Set(after).size === after.length;
  if (!isList || after.length === 0) return Infinity;
  const gone = before.filter((id) => !after.includes(id));
  const come = after.filter((id) => !before.includes(id));
  return gone.length + come.length;
}
