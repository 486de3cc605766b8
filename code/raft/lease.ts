/**
 * Reads without a message, while nobody else can be elected (thesis
 * §6.4.1). It rests on clocks: `clockDriftBound` is believed, not checked.
 */
// unprinted: for the chapter on consensus
import type { Json, Step } from "../kernel/node.ts";
import type { Moment } from "./follower.ts";
import { isMajority, type State } from "./state.ts";

// #region begin-round
/** With a lease each heartbeat is a round of its own, with its time. */
export function beginRound(state: State, nowMs: number): State {
  const { leading, options } = state;
  if (!options.clockDriftBound || leading === null) return state;
  const round = leading.round + 1;
  const open = [...leading.lease.open, { round, startedMs: nowMs }];
  const lease = { ...leading.lease, open };
  return { ...state, leading: { ...leading, round, lease } };
}
// #endregion begin-round

// #region extend-lease
/**
 * A majority has answered a round: none of them elects another for an
 * election timeout from its beginning on. That is the followers' time; a
 * slow clock here makes of it less by the bound (thesis §6.4.1).
 */
export function extendLease(state: State): State {
  const { leading, options } = state;
  if (!options.clockDriftBound || leading === null) return state;
  const { lease, answeredRound } = leading;
  const answered = lease.open.findLast(({ round }) => {
    const loyal = Object.keys(answeredRound).filter(
      (id) => (answeredRound[id] ?? 0) >= round,
    );
    return isMajority(state, [state.id, ...loyal]);
  });
  if (answered === undefined) return state;
  const open = lease.open.filter(({ round }) => round > answered.round);
  const lastsMs =
    options.electionTimeoutMsMin / options.clockDriftBound;
  const untilMs = answered.startedMs + lastsMs;
  const longer = { ...lease, open, untilMs };
  return { ...state, leading: { ...leading, lease: longer } };
}
// #endregion extend-lease

// #region has-lease
/** May this leader answer alone? Only if voters are loyal (§4.2.3). */
export function hasLease(state: State, nowMs: number): boolean {
  const { leading, options, commitIndex } = state;
  if (leading === null || !options.checkQuorum) return false;
  const { untilMs, isGivenUp } = leading.lease;
  const knowsCommitted = commitIndex >= leading.termStartIndex;
  const isRunning = untilMs !== null && nowMs < untilMs;
  return knowsCommitted && !isGivenUp && isRunning;
}
// #endregion has-lease

// #region read-by-lease
/**
 * Take a question that may be answered now, without asking anybody.
 * Null without a lease: then `askToRead` is the way.
 */
export function readByLease(
  state: State,
  question: Json,
  { nowMs }: Pick<Moment, "nowMs">,
): Step<State> | null {
  const { leading, commitIndex: readIndex } = state;
  if (leading === null || !hasLease(state, nowMs)) return null;
  const read = { question, readIndex, round: 0 };
  const reads = [...leading.reads, read];
  return [{ ...state, leading: { ...leading, reads } }, []];
}
// #endregion read-by-lease
