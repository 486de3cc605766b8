/**
 * What Raft servers say to each other: the calls of Figure 2 and Figure
 * 13 of the paper, and the question before a vote (thesis §9.6).
 */
import type { Entry, Snapshot } from "./state.ts";

// #region messages
// #region vote-messages
export type RequestVote = {
  readonly type: "pre_vote" | "request_vote";
  readonly term: number;
  readonly lastLogIndex: number;
  readonly lastLogTerm: number;
  /** The leader asked for this election (thesis §3.10, §4.2.3). */
  readonly isTransfer?: true;
};

export type Vote = {
  readonly type: "pre_vote_reply" | "request_vote_reply";
  /** The term that was asked for, and the voter's own. */
  readonly askedTerm: number;
  readonly term: number;
  readonly voteGranted: boolean;
};
// #endregion vote-messages

// #region append-messages
export type AppendEntries = {
  readonly type: "append_entries";
  readonly term: number;
  readonly prevLogIndex: number;
  readonly prevLogTerm: number;
  readonly entries: readonly Entry[];
  readonly leaderCommit: number;
  readonly round: number;
};

export type AppendReply = {
  readonly type: "append_entries_reply";
  readonly term: number;
  readonly success: boolean;
  /** On success: the log agrees with the leader's up to here. */
  readonly matchIndex: number;
  /** On refusal: where the leader should try next. */
  readonly nextIndex: number;
  readonly round: number;
};
// #endregion append-messages

export type InstallSnapshot = {
  readonly type: "install_snapshot";
  readonly term: number;
  readonly snapshot: Snapshot;
  readonly round: number;
};
// #endregion messages

// #region timeout-now-message
/** "Stand at once, as if your time were up" (thesis §3.10). */
export type TimeoutNow = {
  readonly type: "timeout_now";
  readonly term: number;
};
// #endregion timeout-now-message

export type RaftBody =
  | RequestVote
  | Vote
  | AppendEntries
  | AppendReply
  | InstallSnapshot
  | TimeoutNow;
