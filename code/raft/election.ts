/** How a leader is chosen (§5.2, §5.4.1; pre-vote: thesis §9.6). */
import type { Effect, NodeId, Step } from "../kernel/node.ts";
import { awaitLeader, hearsLeader, type Moment } from "./follower.ts";
import type { RequestVote, TimeoutNow, Vote } from "./messages.ts";
import {
  appendOwn,
  awaitHeartbeat,
  replicateToAll,
} from "./replication.ts";
import {
  isMajority,
  isOutside,
  lastIndex,
  othersOf,
  type Persistent,
  type State,
  sendToAll,
  termAt,
} from "./state.ts";

// #region on-election-timeout
/**
 * No leader was heard in time: try to become it (§5.2). So does a server
 * that the newest list leaves out, until that list is committed: nobody
 * else may have it (thesis §4.2.2, Figure 4.6).
 */
export function onElectionTimeout(
  state: State,
  moment: Moment,
): Step<State> {
  if (state.role === "leader") return [state, []];
  if (isOutside(state)) return [state, []];
  const alone: State = { ...state, leader: null, leaderHeardMs: null };
  return state.options.preVote
    ? askBeforeStanding(alone, moment)
    : stand(alone, moment);
}
// #endregion on-election-timeout

// #region stand
/** Begin a new term, vote for oneself, ask the others (§5.2). */
function stand(state: State, moment: Moment): Step<State> {
  const candidate: State = {
    ...state,
    currentTerm: state.currentTerm + 1,
    votedFor: state.id,
    role: "candidate",
    votes: [state.id],
  };
  return askForVotes(candidate, "request_vote", moment);
}
// #endregion stand

// #region timeout-now
/**
 * The leader wants this server in its place: stand without a wait, and
 * say so, for else voters would stay loyal (thesis §3.10, §4.2.3).
 */
export function onTimeoutNow(
  state: State,
  ask: TimeoutNow,
  moment: Moment,
): Step<State> {
  const isStale = ask.term !== state.currentTerm;
  if (isStale || state.role === "leader" || isOutside(state)) {
    return [state, []];
  }
  const [next, effects] = stand({ ...state, leader: null }, moment);
  return [next, effects.map(asTransfer)];
}

function asTransfer(effect: Effect): Effect {
  if (effect.kind !== "send") return effect;
  return { ...effect, body: { ...effect.body, isTransfer: true } };
}
// #endregion timeout-now

// #region pre-vote
/** Would I win? Ask first, with no term begun (thesis §9.6). */
function askBeforeStanding(state: State, moment: Moment): Step<State> {
  const asking: State = {
    ...state,
    role: "pre-candidate",
    votes: [state.id],
  };
  return askForVotes(asking, "pre_vote", moment);
}

/** Promise nothing: say whether a vote could be had, change nothing. */
export function onPreVote(
  state: State,
  from: NodeId,
  ask: RequestVote,
  moment: Moment,
): Step<State> {
  const voteGranted =
    ask.term > state.currentTerm &&
    !hearsLeader(state, moment) &&
    isUpToDate(ask, state);
  const body = vote("pre_vote_reply", state, ask, voteGranted);
  return [state, [{ kind: "send", dest: from, body }]];
}
// #endregion pre-vote

// #region ask-for-votes
/** Ask everybody, and ask anew if no leader comes of it. */
function askForVotes(
  state: State,
  type: RequestVote["type"],
  moment: Moment,
): Step<State> {
  if (isMajority(state, state.votes)) return onWon(state, moment);
  const last = lastIndex(state);
  const body: RequestVote = {
    type,
    term: soughtTerm(state),
    lastLogIndex: last,
    lastLogTerm: termAt(state, last) ?? 0,
  };
  const asks = sendToAll(othersOf(state), body);
  return [state, [awaitLeader(state, moment), ...asks]];
}

/** The term that this server wants to lead. */
function soughtTerm(state: State): number {
  const isAsking = state.role === "pre-candidate";
  return isAsking ? state.currentTerm + 1 : state.currentTerm;
}
// #endregion ask-for-votes

// #region vote
/** Grant at most one vote a term, first come, first served (§5.2). */
export function onRequestVote(
  state: State,
  from: NodeId,
  ask: RequestVote,
  moment: Moment,
): Step<State> {
  const voteGranted =
    ask.term === state.currentTerm &&
    (state.votedFor === null || state.votedFor === from) &&
    isUpToDate(ask, state);
  const body = vote("request_vote_reply", state, ask, voteGranted);
  const answer = { kind: "send", dest: from, body } as const;
  if (!voteGranted) return [state, [answer]];
  const next: State = { ...state, votedFor: from };
  return [next, [awaitLeader(next, moment), answer]];
}
// #endregion vote

// #region up-to-date
/** Whoever asks must have all that may be committed (§5.4.1). */
function isUpToDate(ask: RequestVote, own: Persistent): boolean {
  const last = lastIndex(own);
  const lastTerm = termAt(own, last) ?? 0;
  if (ask.lastLogTerm !== lastTerm) return ask.lastLogTerm > lastTerm;
  return ask.lastLogIndex >= last;
}
// #endregion up-to-date

function vote(
  type: Vote["type"],
  state: State,
  ask: RequestVote,
  voteGranted: boolean,
): Vote {
  const { currentTerm: term } = state;
  return { type, askedTerm: ask.term, term, voteGranted };
}

// #region count-votes
/** Count each voter once; a majority wins (§5.2). */
export function onVote(
  state: State,
  from: NodeId,
  reply: Vote,
  moment: Moment,
): Step<State> {
  const isAsking = reply.type === "pre_vote_reply";
  const role = isAsking ? "pre-candidate" : "candidate";
  if (state.role !== role) return [state, []];
  if (reply.askedTerm !== soughtTerm(state)) return [state, []];
  if (!reply.voteGranted) return [state, []];
  const votes = [...new Set([...state.votes, from])];
  const next: State = { ...state, votes };
  return isMajority(next, votes) ? onWon(next, moment) : [next, []];
}

function onWon(state: State, moment: Moment): Step<State> {
  return state.role === "candidate"
    ? becomeLeader(state, moment)
    : stand(state, moment);
}
// #endregion count-votes

// #region become-leader
/**
 * Greet the others with an empty AppendEntries, knowing nothing yet of
 * their logs; and begin the term with an entry of its own, for only that
 * can be committed by counting (§5.2, §5.3, §5.4.2, §8).
 */
function becomeLeader(state: State, moment: Moment): Step<State> {
  const others = othersOf(state);
  const leader: State = {
    ...state,
    role: "leader",
    leader: state.id,
    leading: {
      termStartIndex: lastIndex(state) + 1,
      nextIndex: forEach(others, lastIndex(state) + 1),
      matchIndex: {},
      answeredMs: forEach(others, moment.nowMs),
      answeredRound: {},
      round: 0,
      reads: [],
      lease: { open: [], untilMs: null, isGivenUp: false },
      joining: null,
      transfer: null,
    },
  };
  const noOp = { kind: "no-op", term: state.currentTerm } as const;
  const [started] = appendOwn(leader, noOp);
  return [
    started,
    [awaitHeartbeat(started), ...replicateToAll(leader)],
  ];
}
// #endregion become-leader

function forEach(ids: readonly NodeId[], value: number) {
  return Object.fromEntries(ids.map((id) => [id, value]));
}
