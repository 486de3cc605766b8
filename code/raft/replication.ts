/** How the leader's log gets to the others and is committed (§5.3). */
import type { Effect, Json, NodeId, Step } from "../kernel/node.ts";
import { follow, type Moment, stepDown } from "./follower.ts";
import { beginRound, extendLease } from "./lease.ts";
import type {
  AppendEntries,
  AppendReply,
  InstallSnapshot,
} from "./messages.ts";
import {
  type Entry,
  entriesAfter,
  isMajority,
  isOutside,
  type Leading,
  lastIndex,
  listsOf,
  membersOf,
  othersOf,
  type State,
  termAt,
} from "./state.ts";

// #region propose
/**
 * Append a client's command, if this server leads (§5.3) and is not
 * about to hand over (thesis §3.10).
 */
export function propose(state: State, command: Json): Step<State> {
  if (state.leading?.transfer) return [state, []];
  const term = state.currentTerm;
  return appendOwn(state, { kind: "command", term, command });
}

/** A leader only ever appends to its own log (§5.3). */
export function appendOwn(state: State, entry: Entry): Step<State> {
  if (state.leading === null) return [state, []];
  const longer: State = { ...state, log: [...state.log, entry] };
  const next = advanceJointly(longer);
  return [next, replicateToAll(next)];
}
// #endregion propose

// #region replicate
/** Tell every follower what it lacks; tell nothing new as heartbeat. */
export function replicateToAll(state: State): readonly Effect[] {
  const joining = state.leading?.joining?.id ?? [];
  const all = new Set(othersOf(state).concat(joining));
  return [...all].map((id) => replicateTo(state, id));
}

/** The entries from nextIndex on, and what stands before them (§5.3). */
function replicateTo(state: State, follower: NodeId): Effect {
  const { leading, currentTerm: term } = state;
  const round = leading?.round ?? 0;
  const next = leading?.nextIndex[follower] ?? lastIndex(state) + 1;
  const prevLogIndex = next - 1;
  const prevLogTerm = termAt(state, prevLogIndex);
  if (prevLogTerm === null) return sendSnapshot(state, follower, round);
  const missing = entriesAfter(state, prevLogIndex);
  const body: AppendEntries = {
    type: "append_entries",
    term,
    prevLogIndex,
    prevLogTerm,
    entries: missing.slice(0, state.options.entriesMax),
    leaderCommit: state.commitIndex,
    round,
  };
  return { kind: "send", dest: follower, body };
}
// #endregion replicate

// #region send-snapshot
/** The entry before nextIndex is compacted away: send all (§7). */
function sendSnapshot(
  state: State,
  dest: NodeId,
  round: number,
): Effect {
  const { currentTerm: term, snapshot } = state;
  const type = "install_snapshot";
  const body: InstallSnapshot = { type, term, snapshot, round };
  return { kind: "send", dest, body };
}
// #endregion send-snapshot

// #region append-entries
/**
 * Whoever speaks for this term leads it; an older one is told so. Rounds
 * begin anew with each term: were the old one named, a leader that has
 * won again would take it for an answer to its own (thesis §6.4).
 */
export function onAppendEntries(
  state: State,
  from: NodeId,
  ask: AppendEntries,
  moment: Moment,
): Step<State> {
  if (ask.term < state.currentTerm) {
    return [state, [refuse(state, from, noRound, 0)]];
  }
  const [following, timer] = follow(state, from, moment);
  const [next, answer] = takeEntries(following, from, ask);
  return [next, [...timer, answer]];
}
// #endregion append-entries

// #region consistency-check
/** Take entries only if the logs agree on what precedes them (§5.3). */
function takeEntries(
  state: State,
  from: NodeId,
  ask: AppendEntries,
): readonly [State, Effect] {
  const { prevLogIndex, prevLogTerm, entries, round } = ask;
  const compacted = state.snapshot.lastIndex;
  if (prevLogIndex < compacted) {
    return [state, accept(state, from, round, compacted)];
  }
  if (termAt(state, prevLogIndex) !== prevLogTerm) {
    const retry = firstToRetry(state, prevLogIndex);
    return [state, refuse(state, from, round, retry)];
  }
  const matchIndex = prevLogIndex + entries.length;
  const known = Math.min(ask.leaderCommit, matchIndex);
  const next: State = {
    ...state,
    log: merge(state, prevLogIndex, entries),
    commitIndex: Math.max(state.commitIndex, known),
  };
  return [next, accept(next, from, round, matchIndex)];
}
// #endregion consistency-check

// #region merge
/** From the first entry that is missing or differs, all is replaced. */
function merge(
  state: State,
  prevLogIndex: number,
  entries: readonly Entry[],
): readonly Entry[] {
  const first = entries.findIndex(
    (entry, i) => termAt(state, prevLogIndex + 1 + i) !== entry.term,
  );
  if (first === -1) return state.log;
  const kept = prevLogIndex + first - state.snapshot.lastIndex;
  return [...state.log.slice(0, kept), ...entries.slice(first)];
}
// #endregion merge

// #region back-off
/** Skip the whole term that differs, not one entry a time (§5.3). */
function firstToRetry(state: State, prevLogIndex: number): number {
  const term = termAt(state, prevLogIndex);
  if (term === null) return lastIndex(state) + 1;
  const first = state.log.findIndex((entry) => entry.term === term);
  return state.snapshot.lastIndex + 1 + first;
}
// #endregion back-off

/** Before the first round of any leader: confirms no read. */
export const noRound = 0;

// #region append-answers
/** "My log agrees with yours up to matchIndex." */
export function accept(
  state: State,
  leader: NodeId,
  round: number,
  matchIndex: number,
): Effect {
  const nextIndex = matchIndex + 1;
  const { currentTerm: term } = state;
  const type = "append_entries_reply";
  const success = true;
  return {
    kind: "send",
    dest: leader,
    body: { type, term, success, matchIndex, nextIndex, round },
  };
}

/** "It does not; try from nextIndex", or "your term is over". */
export function refuse(
  state: State,
  leader: NodeId,
  round: number,
  nextIndex: number,
): Effect {
  const { currentTerm: term } = state;
  const type = "append_entries_reply";
  const success = false;
  return {
    kind: "send",
    dest: leader,
    body: { type, term, success, matchIndex: 0, nextIndex, round },
  };
}
// #endregion append-answers

// #region append-reply
/** Learn what a follower stores; commit; send it what it still lacks. */
export function onAppendReply(
  state: State,
  from: NodeId,
  reply: AppendReply,
  moment: Moment,
): Step<State> {
  const { leading } = state;
  if (leading === null || reply.term !== state.currentTerm) {
    return [state, []];
  }
  const learnt = learn(leading, from, reply, moment.nowMs);
  const heard = extendLease({ ...state, leading: learnt });
  const next = advanceJointly(heard);
  if (isOutside(next)) return stepDown(next, next.currentTerm, moment);
  const hasMoved = learnt.matchIndex[from] !== leading.matchIndex[from];
  const isNews = hasMoved || !reply.success;
  const lacksSome = (learnt.nextIndex[from] ?? 0) <= lastIndex(next);
  return [next, isNews && lacksSome ? [replicateTo(next, from)] : []];
}
// #endregion append-reply

// #region learn
/** matchIndex only grows; nextIndex backs off after a refusal (§5.3). */
function learn(
  leading: Leading,
  from: NodeId,
  reply: AppendReply,
  nowMs: number,
): Leading {
  const known = leading.matchIndex[from] ?? 0;
  const matchIndex = Math.max(known, reply.matchIndex);
  const nextIndex = Math.max(matchIndex + 1, reply.nextIndex);
  const round = leading.answeredRound[from] ?? 0;
  const answeredRound = Math.max(round, reply.round);
  return {
    ...leading,
    matchIndex: { ...leading.matchIndex, [from]: matchIndex },
    nextIndex: { ...leading.nextIndex, [from]: nextIndex },
    answeredMs: { ...leading.answeredMs, [from]: nowMs },
    answeredRound: { ...leading.answeredRound, [from]: answeredRound },
  };
}
// #endregion learn

// #region advance-commit
/**
 * Commit what a majority stores, if it is of this leader's own term; what
 * stands before it is then committed too. An older entry may stand on a
 * majority and still be overwritten (§5.4.2, Figure 8).
 */
export function advanceCommit(state: State): State {
  const stored = storedByMajority(state);
  if (stored <= state.commitIndex) return state;
  if (termAt(state, stored) !== state.currentTerm) return state;
  return { ...state, commitIndex: stored };
}

/** The highest index that more than half of the members store. */
export function storedByMajority(state: State): number {
  const stored = membersOf(state).map((id) =>
    id === state.id
      ? lastIndex(state)
      : (state.leading?.matchIndex[id] ?? 0),
  );
  const highestFirst = stored.toSorted((a, b) => b - a);
  return highestFirst[Math.floor(stored.length / 2)] ?? 0;
}
// #endregion advance-commit

// #region advance-jointly
/** While two lists are in force, commit what both would commit (§6). */
export function advanceJointly(state: State): State {
  const lists = listsOf(state);
  if (lists.length === 1) return advanceCommit(state);
  const commits = lists.map((members) => {
    const inForce = state.log.map((entry) =>
      entry.kind === "members"
        ? { kind: entry.kind, term: entry.term, members }
        : entry,
    );
    return advanceCommit({ ...state, log: inForce }).commitIndex;
  });
  return { ...state, commitIndex: Math.min(...commits) };
}
// #endregion advance-jointly

// #region heartbeat
/** Speak before anybody's patience ends (§5.2). */
export function awaitHeartbeat(state: State): Effect {
  const afterMs = state.options.heartbeatMs;
  return { kind: "set-timer", name: "heartbeat", afterMs };
}

export function onHeartbeat(
  before: State,
  moment: Moment,
): Step<State> {
  if (before.leading === null) return [before, []];
  const known = welcome(before, before.leading, moment.nowMs);
  const state = beginRound(known, moment.nowMs);
  if (
    state.options.checkQuorum &&
    !hearsMajority(state, moment.nowMs)
  ) {
    return stepDown(state, state.currentTerm, moment);
  }
  return [state, [awaitHeartbeat(state), ...replicateToAll(state)]];
}

/** From its first heartbeat on a new member has time to answer. */
function welcome(state: State, leading: Leading, nowMs: number): State {
  const others = othersOf(state).map((id) => [id, nowMs] as const);
  const answeredMs = {
    ...Object.fromEntries(others),
    ...leading.answeredMs,
  };
  return { ...state, leading: { ...leading, answeredMs } };
}
// #endregion heartbeat

// #region check-quorum
/** A leader that no majority answers is none (thesis §6.2). */
function hearsMajority(state: State, nowMs: number): boolean {
  const answeredMs = state.leading?.answeredMs ?? {};
  const present = membersOf(state).filter((id) => {
    if (id === state.id) return true;
    const silentMs = nowMs - (answeredMs[id] ?? nowMs);
    return silentMs < state.options.electionTimeoutMsMax;
  });
  return isMajority(state, present);
}
// #endregion check-quorum
