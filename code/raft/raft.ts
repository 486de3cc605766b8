/**
 * Raft: a few servers agree on one log while a minority of them may crash
 * and any message may be lost, doubled or late (Ongaro & Ousterhout 2014).
 * This file takes each input to its rule; the rules are in the files
 * beside it. What the commands mean is not Raft's business.
 */
import type {
  Body,
  Effect,
  Input,
  Json,
  Node,
  NodeId,
  Setup,
  Step,
} from "../kernel/node.ts";
import {
  onElectionTimeout,
  onPreVote,
  onRequestVote,
  onTimeoutNow,
  onVote,
} from "./election.ts";
import {
  awaitLeader,
  hearsLeader,
  type Moment,
  stepDown,
} from "./follower.ts";
import { addServer, catchUp, giveUpJoining } from "./learner.ts";
import { changeMembers } from "./membership.ts";
import type { AppendReply, RaftBody } from "./messages.ts";
import {
  onAppendEntries,
  onAppendReply,
  onHeartbeat,
  propose,
} from "./replication.ts";
import { onInstallSnapshot } from "./snapshot.ts";
import type { Options, Persistent, State } from "./state.ts";
import { giveUpTransfer, handOver, transferTo } from "./transfer.ts";

// #region init
/** A server starts as a follower of nobody, with what it had stored. */
export function init(setup: Setup, options: Options): Step<State> {
  const stored = (setup.disk.raft ?? newcomer(options)) as Persistent;
  const state: State = {
    ...stored,
    id: setup.id,
    options,
    role: "follower",
    leader: null,
    // A lease may rest on what it promised before the crash.
    leaderHeardMs: options.clockDriftBound ? setup.nowMs : null,
    commitIndex: stored.snapshot.lastIndex,
    votes: [],
    leading: null,
  };
  return [state, [awaitLeader(state, setup)]];
}

function newcomer({ members }: Options): Persistent {
  const snapshot = { lastIndex: 0, lastTerm: 0, members, data: null };
  return { currentTerm: 0, votedFor: null, log: [], snapshot };
}
// #endregion init

// #region step
/** Answer one input; the state that must survive is stored first. */
export function step(state: State, input: Input): Step<State> {
  return storeFirst(state, react(state, input));
}

/** The same without storing, for a program that steps Raft itself. */
export function react(state: State, input: Input): Step<State> {
  const { event } = input;
  if (event.kind === "message") {
    const { src, body } = event.message;
    return onMessage(state, src, body, input);
  }
  if (event.name === "election") return onElectionTimeout(state, input);
  const patient = giveUpTransfer(giveUpJoining(state, input), input);
  return onHeartbeat(patient, input);
}
// #endregion step

// #region persist
/**
 * The term, the vote and the log reach the disk before any message does
 * that rests on them (Figure 2). They are stored whole and together, so
 * that a crash leaves the old or the new, never half of each.
 */
export function storeFirst(
  before: State,
  [state, effects]: Step<State>,
): Step<State> {
  const { currentTerm, votedFor, log, snapshot } = state;
  const isStored =
    before.currentTerm === currentTerm &&
    before.votedFor === votedFor &&
    before.log === log &&
    before.snapshot === snapshot;
  if (isStored) return [state, effects];
  const value = { currentTerm, votedFor, log, snapshot };
  const store: Effect = { kind: "persist", key: "raft", value };
  return [state, [store, ...effects]];
}
// #endregion persist

// #region on-message
/** First the terms, which hold for every message (§5.1). */
function onMessage(
  state: State,
  from: NodeId,
  message: Body,
  moment: Moment,
): Step<State> {
  const body = message as RaftBody | Order;
  if (!("term" in body)) return onOrder(state, body, moment);
  const isIgnored =
    body.type === "request_vote" &&
    body.isTransfer !== true &&
    state.options.checkQuorum &&
    hearsLeader(state, moment);
  if (isIgnored) return [state, []];
  // A pre-vote names a term that nobody has begun.
  const isNews =
    body.type !== "pre_vote" && body.term > state.currentTerm;
  if (!isNews) return dispatch(state, from, body, moment);
  const [next, timer] = stepDown(state, body.term, moment);
  const [last, effects] = dispatch(next, from, body, moment);
  return [last, [...timer, ...effects]];
}
// #endregion on-message

// #region dispatch
function dispatch(
  state: State,
  from: NodeId,
  body: RaftBody,
  moment: Moment,
): Step<State> {
  switch (body.type) {
    case "pre_vote":
      return onPreVote(state, from, body, moment);
    case "request_vote":
      return onRequestVote(state, from, body, moment);
    case "pre_vote_reply":
    case "request_vote_reply":
      return onVote(state, from, body, moment);
    case "append_entries":
      return onAppendEntries(state, from, body, moment);
    case "append_entries_reply":
      return onReply(state, from, body, moment);
    case "install_snapshot":
      return onInstallSnapshot(state, from, body, moment);
    case "timeout_now":
      return onTimeoutNow(state, body, moment);
  }
}

/** What waits until a follower has caught up may go on after it. */
function onReply(
  state: State,
  from: NodeId,
  reply: AppendReply,
  moment: Moment,
): Step<State> {
  const [heard, sends] = onAppendReply(state, from, reply, moment);
  const [next, adds] = catchUp(heard, from, moment);
  return [next, [...sends, ...adds, ...handOver(next, from)]];
}
// #endregion dispatch

// #region node
/** What comes from outside: a command, or a change of who does what. */
type Order =
  | { readonly type: "propose"; readonly command: Json }
  | {
      readonly type: "change_members";
      readonly members: readonly NodeId[];
    }
  | { readonly type: "add_server"; readonly server: NodeId }
  | { readonly type: "transfer_leadership"; readonly to: NodeId };

function onOrder(
  state: State,
  order: Order,
  moment: Moment,
): Step<State> {
  switch (order.type) {
    case "propose":
      return propose(state, order.command);
    case "change_members":
      return changeMembers(state, order.members);
    case "add_server":
      return addServer(state, order.server, moment);
    case "transfer_leadership":
      return transferTo(state, order.to, moment);
    default:
      return [state, []];
  }
}

/** Raft alone, for tests and pictures; programs step it themselves. */
export function raft(options: Options): Node<State> {
  return { init: (setup) => init(setup, options), step };
}
// #endregion node
