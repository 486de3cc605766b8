/** How a server follows: the election timer, and how terms rise. */
import type { Effect, Input, NodeId, Step } from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";
import type { State } from "./state.ts";

/** When a step happens, and the chance that it was dealt. */
export type Moment = Pick<Input, "nowMs" | "dice">;

// #region election-timeout
/**
 * Wait for the leader, each time for a time drawn anew, so that seldom
 * two servers stand at once (§5.2).
 */
export function awaitLeader(state: State, moment: Moment): Effect {
  const { electionTimeoutMsMin, electionTimeoutMsMax } = state.options;
  const afterMs = intBetween(
    moment.dice,
    electionTimeoutMsMin,
    electionTimeoutMsMax,
  );
  return { kind: "set-timer", name: "election", afterMs };
}
// #endregion election-timeout

// #region step-down
/** A higher term ends whatever role a server played (§5.1). */
export function stepDown(
  state: State,
  term: number,
  moment: Moment,
): Step<State> {
  const isNewTerm = term > state.currentTerm;
  const next: State = {
    ...state,
    currentTerm: term,
    votedFor: isNewTerm ? null : state.votedFor,
    role: "follower",
    leader: null,
    votes: [],
    leading: null,
  };
  const waits = state.role === "leader";
  return [next, waits ? [awaitLeader(next, moment)] : []];
}
// #endregion step-down

// #region follow
/** The leader of this term has spoken: follow, and wait anew (§5.2). */
export function follow(
  state: State,
  leader: NodeId,
  moment: Moment,
): Step<State> {
  const next: State = {
    ...state,
    role: "follower",
    leader,
    leaderHeardMs: moment.nowMs,
    votes: [],
  };
  return [next, [awaitLeader(next, moment)]];
}
// #endregion follow

// #region hears-leader
/**
 * Has a leader been heard so lately that no other is wanted? A server
 * that was cut off, or removed, must not depose it (thesis §4.2.3).
 */
export function hearsLeader(state: State, moment: Moment): boolean {
  if (state.role === "leader") return true;
  if (state.leaderHeardMs === null) return false;
  const silentMs = moment.nowMs - state.leaderHeardMs;
  return silentMs < state.options.electionTimeoutMsMin;
}
// #endregion hears-leader
