/**
 * A new server first learns the log without a vote, so that no majority
 * has to wait for it (thesis §4.2.1). Only the leader knows of it: if the
 * leader changes, whoever asked has to ask again.
 */
// unprinted: for the chapter on consensus
import type { NodeId, Step } from "../kernel/node.ts";
import type { Moment } from "./follower.ts";
import { changeMembers } from "./membership.ts";
import { replicateToAll } from "./replication.ts";
import {
  type Joining,
  lastIndex,
  membersOf,
  type State,
} from "./state.ts";

// #region add-server
/** Begin to send it the log; it counts towards no majority yet. */
export function addServer(
  state: State,
  id: NodeId,
  { nowMs: startedMs }: Moment,
): Step<State> {
  const { leading } = state;
  const isMember = membersOf(state).includes(id);
  if (leading === null || leading.joining || isMember)
    return [state, []];
  const targetIndex = lastIndex(state);
  const joining = { id, round: 1, targetIndex, startedMs };
  const next = { ...state, leading: { ...leading, joining } };
  return [next, replicateToAll(next)];
}
// #endregion add-server

/** "A fixed number of rounds, such as 10" (thesis §4.2.1). */
export const roundsMax = 10;

// #region catch-up
/**
 * A round brings the learner all that the leader had at its beginning.
 * It gets a vote when nothing is left, or if the last round was shorter
 * than an election timeout; else it is too slow (thesis §4.2.1).
 */
export function catchUp(
  state: State,
  from: NodeId,
  { nowMs }: Moment,
): Step<State> {
  const joining = state.leading?.joining;
  if (joining?.id !== from) return [state, []];
  const stored = state.leading?.matchIndex[from] ?? 0;
  if (stored < joining.targetIndex) return [state, []];
  const lastedMs = nowMs - joining.startedMs;
  const isShort = lastedMs < state.options.electionTimeoutMsMin;
  const isLast = joining.round === roundsMax;
  if (stored === lastIndex(state) || (isLast && isShort)) {
    return admit(state, from);
  }
  if (isLast) return [withJoining(state, null), []];
  const round = joining.round + 1;
  const targetIndex = lastIndex(state);
  const next = { ...joining, round, targetIndex, startedMs: nowMs };
  return [withJoining(state, next), []];
}
// #endregion catch-up

// #region admit
/** From now on it votes; if another change is open, with a later answer. */
function admit(state: State, id: NodeId): Step<State> {
  const members = [...membersOf(state), id];
  const [next, effects] = changeMembers(state, members);
  if (next === state) return [state, []];
  return [withJoining(next, null), effects];
}
// #endregion admit

// #region give-up-joining
/** Nor does a server join that does not answer (thesis §4.2.1). */
export function giveUpJoining(state: State, { nowMs }: Moment): State {
  const joining = state.leading?.joining;
  if (!joining) return state;
  const { id, startedMs } = joining;
  const answeredMs = state.leading?.answeredMs[id] ?? startedMs;
  const heardMs = Math.max(answeredMs, startedMs);
  const silentMs = nowMs - heardMs;
  if (silentMs < state.options.electionTimeoutMsMax) return state;
  return withJoining(state, null);
}
// #endregion give-up-joining

function withJoining(state: State, joining: Joining | null): State {
  if (state.leading === null) return state;
  return { ...state, leading: { ...state.leading, joining } };
}
