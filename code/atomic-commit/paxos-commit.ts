/**
 * Paxos Commit: one instance of Paxos for the vote of each participant,
 * so that no single node has to come back for a decision. J. Gray,
 * L. Lamport, "Consensus on Transaction Commit", TODS 31(1), 2006,
 * section 4. A participant is an RM there. With one acceptor it is
 * two-phase commit (section 5).
 */
import type { Body, Node, NodeId, Step } from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";
import {
  type Decision,
  force,
  isDecided,
  markStart,
  type Phase,
  phaseAfter,
  send,
  sendAll,
  timer,
} from "./phases.ts";

// #region options
export type PaxosCommitOptions = {
  readonly participants: readonly NodeId[];
  /** 2F + 1 of them. */
  readonly acceptors: readonly NodeId[];
  /** The first begins; all may take over. */
  readonly leaders: readonly NodeId[];
  /** Acceptors tell the participants too: "Faster Paxos Commit". */
  readonly isFaster: boolean;
  readonly roundMs: number;
  readonly askMsMin: number;
  readonly askMsMax: number;
};

export function majorityOf({ acceptors }: PaxosCommitOptions): number {
  return Math.floor(acceptors.length / 2) + 1;
}
// #endregion options

// #region instances
/** What is accepted in one instance; a ballot of 0 is the RM's own. */
export type Accepted = {
  readonly ballot: number;
  readonly vote: "prepared" | "aborted";
};
/** One instance for each participant. */
export type Instances = { readonly [rm: NodeId]: Accepted };
// #endregion instances

// #region participant
export type Participant = {
  readonly id: NodeId;
  readonly phase: Phase;
  readonly asked: number;
  readonly reports: Reports;
};

/** Its vote is a proposal in ballot 0, to F + 1 acceptors. */
function onPrepare(
  state: Participant,
  canCommit: boolean,
  options: PaxosCommitOptions,
  dice: number,
): Step<Participant> {
  if (isDecided(state.phase)) return [state, []];
  if (state.phase === "prepared") return [state, []];
  const isYes = state.phase === "working" && canCommit;
  const vote = isYes ? "prepared" : "aborted";
  const quorum = options.acceptors.slice(0, majorityOf(options));
  const rm = state.id;
  const told = sendAll(quorum, { type: "vote", rm, vote });
  const ask = timer("in-doubt", askMs(options, dice));
  return isYes
    ? [{ ...state, phase: vote }, [force(vote), ...told, ask]]
    : [{ ...state, phase: vote }, told];
}

/** In doubt: any leader will do. Nobody has to be waited for. */
function onInDoubt(
  state: Participant,
  options: PaxosCommitOptions,
  dice: number,
): Step<Participant> {
  if (state.phase !== "prepared") return [state, []];
  const { leaders } = options;
  const leader = leaders[state.asked % leaders.length] ?? "";
  const next = { ...state, asked: state.asked + 1 };
  const again = timer("in-doubt", askMs(options, dice));
  return [next, [send(leader, { type: "ask" }), again]];
}
// #endregion participant

function askMs(options: PaxosCommitOptions, dice: number): number {
  return intBetween(dice, options.askMsMin, options.askMsMax);
}

// #region participant-node
export function participant(
  options: PaxosCommitOptions,
  canCommit: boolean,
): Node<Participant> {
  return {
    init: ({ id, disk, dice }) => {
      const phase = phaseAfter(disk);
      const started = { id, phase, asked: 0, reports: {} };
      const [state, effects] = onInDoubt(started, options, dice);
      return [state, [...markStart(disk), ...effects]];
    },
    step: (state, { event, dice }) => {
      if (event.kind === "timer")
        return onInDoubt(state, options, dice);
      const { src, body } = event.message;
      switch (body.type) {
        case "work":
          return state.phase === "idle"
            ? [{ ...state, phase: "working" }, []]
            : [state, []];
        case "prepare":
          return onPrepare(state, canCommit, options, dice);
        case "committed":
        case "aborted":
          return onDecision(state, body.type);
        case "accepted": {
          const reports = withReport(state.reports, src, body);
          const decision = decisionIn(reports, options);
          const heard = { ...state, reports };
          return decision ? onDecision(heard, decision) : [heard, []];
        }
        default:
          return [state, []];
      }
    },
  };
}

function onDecision(
  state: Participant,
  decision: Decision,
): Step<Participant> {
  if (isDecided(state.phase)) return [state, []];
  return [{ ...state, phase: decision }, [force(decision)]];
}
// #endregion participant-node

// #region acceptor
export type Acceptor = {
  readonly promised: number;
  readonly accepted: Instances;
};

/** All instances in one record, and in one message. */
function onVote(
  state: Acceptor,
  body: Body,
  options: PaxosCommitOptions,
): Step<Acceptor> {
  const rm = body.rm as NodeId;
  const isLate = state.promised > 0 || state.accepted[rm] !== undefined;
  if (isLate) return [state, []];
  const own = { ballot: 0, vote: body.vote as Accepted["vote"] };
  const accepted = { ...state.accepted, [rm]: own };
  const next = { ...state, accepted };
  const isWhole =
    Object.keys(accepted).length === options.participants.length;
  // A part of the votes need not last: a leader asks again for it.
  if (!isWhole) return [next, []];
  const learners = options.isFaster
    ? options.participants
    : options.leaders.slice(0, 1);
  return [next, [save(next), ...sendAll(learners, report(next, 0))]];
}

function report({ accepted }: Acceptor, ballot: number): Body {
  return { type: "accepted", ballot, accepted };
}

function save(state: Acceptor) {
  return { kind: "persist", key: "acceptor", value: state } as const;
}
// #endregion acceptor

// #region higher-ballots
/** A leader's ballot: phase 1b, then phase 2b, as in Paxos. */
function onPhase1(state: Acceptor, from: NodeId, ballot: number) {
  if (ballot <= state.promised) return [state, []] as const;
  const next = { ...state, promised: ballot };
  const { accepted } = state;
  const body = { type: "promise", ballot, accepted };
  return [next, [save(next), send(from, body)]] as const;
}

function onPhase2(
  state: Acceptor,
  from: NodeId,
  body: Body,
): Step<Acceptor> {
  const ballot = body.ballot as number;
  if (ballot < state.promised) return [state, []];
  const accepted = body.votes as Instances;
  const next = { promised: ballot, accepted };
  return [next, [save(next), send(from, report(next, ballot))]];
}

export function acceptor(options: PaxosCommitOptions): Node<Acceptor> {
  return {
    init: ({ disk }) => {
      const stored = disk.acceptor as Acceptor | undefined;
      return [stored ?? { promised: 0, accepted: {} }, []];
    },
    step: (state, { event }) => {
      if (event.kind === "timer") return [state, []];
      const { src, body } = event.message;
      if (body.type === "vote") return onVote(state, body, options);
      if (body.type === "phase1")
        return onPhase1(state, src, body.ballot as number);
      return body.type === "phase2"
        ? onPhase2(state, src, body)
        : [state, []];
    },
  };
}
// #endregion higher-ballots

// #region decision
/** Ballot and acceptor: what it has accepted there, whole. */
export type Reports = {
  readonly [ballot: number]: { readonly [id: NodeId]: Instances };
};

function withReport(
  reports: Reports,
  from: NodeId,
  body: Body,
): Reports {
  const ballot = body.ballot as number;
  const same = {
    ...reports[ballot],
    [from]: body.accepted as Instances,
  };
  return { ...reports, [ballot]: same };
}

/** Commit if every instance has chosen "prepared", else abort. */
export function decisionIn(
  reports: Reports,
  options: PaxosCommitOptions,
): Decision | null {
  const chosen = Object.values(reports)
    .map((same) => Object.values(same))
    .find((same) => same.length >= majorityOf(options));
  const votes = chosen?.[0];
  if (votes === undefined) return null;
  return options.participants.every(
    (rm) => votes[rm]?.vote === "prepared",
  )
    ? "committed"
    : "aborted";
}
// #endregion decision

// #region leader
export type Leader = {
  readonly id: NodeId;
  readonly decision: Decision | null;
  /** Its timer runs, and will begin a ballot if there is need. */
  readonly isAtWork: boolean;
  /** Its present ballot; 0 before the first since it started. */
  readonly ballot: number;
  /** The last one on its disk: no later one may be as low. */
  readonly used: number;
  readonly promises: { readonly [id: NodeId]: Instances };
  readonly reports: Reports;
};

/** A ballot above ballot 0, to finish what others have begun. */
function newBallot(
  state: Leader,
  options: PaxosCommitOptions,
): Step<Leader> {
  if (state.decision !== null) return [state, []];
  const { leaders, acceptors, roundMs } = options;
  const round = Math.floor(state.used / leaders.length) + 1;
  const ballot = round * leaders.length + leaders.indexOf(state.id);
  return [
    { ...state, isAtWork: true, ballot, used: ballot, promises: {} },
    [
      { kind: "persist", key: "ballot", value: ballot },
      ...sendAll(acceptors, { type: "phase1", ballot }),
      timer("round", roundMs),
    ],
  ];
}
// #endregion leader

// #region adopt
/** The vote of the highest ballot; where there is none, aborted. */
function onPromise(
  state: Leader,
  from: NodeId,
  body: Body,
  options: PaxosCommitOptions,
): Step<Leader> {
  const { ballot } = state;
  const heard = Object.keys(state.promises).length;
  if (body.ballot !== ballot || heard >= majorityOf(options))
    return [state, []];
  const accepted = body.accepted as Instances;
  const promises = { ...state.promises, [from]: accepted };
  const next = { ...state, promises };
  if (Object.keys(promises).length < majorityOf(options))
    return [next, []];
  const votes = options.participants.map((rm) => {
    const told = Object.values(promises)
      .flatMap((instances) => instances[rm] ?? [])
      .sort((one, other) => other.ballot - one.ballot);
    return [rm, { ballot, vote: told[0]?.vote ?? "aborted" }] as const;
  });
  const ask = {
    type: "phase2",
    ballot,
    votes: Object.fromEntries(votes),
  };
  return [next, sendAll(options.acceptors, ask)];
}
// #endregion adopt

// #region learn
/** A decision needs no disk: it can be found out again. */
function onAccepted(
  state: Leader,
  from: NodeId,
  body: Body,
  options: PaxosCommitOptions,
): Step<Leader> {
  if (state.decision !== null) return [state, []];
  const reports = withReport(state.reports, from, body);
  const decision = decisionIn(reports, options);
  const next = { ...state, reports, decision };
  return decision === null
    ? [next, []]
    : [next, sendAll(options.participants, { type: decision })];
}
// #endregion learn

// #region leader-node
export function leader(options: PaxosCommitOptions): Node<Leader> {
  return {
    init: ({ id, disk }) => {
      // The ballot of before a crash is over: its votes are forgotten.
      const used = (disk.ballot as number | undefined) ?? 0;
      const empty = { promises: {}, reports: {} };
      const fresh = { decision: null, isAtWork: false, ...empty };
      return [{ id, ballot: 0, used, ...fresh }, []];
    },
    step: (state, { event }) => {
      if (event.kind === "timer") return newBallot(state, options);
      const { src, body } = event.message;
      switch (body.type) {
        case "begin":
          return onBegin(state, options);
        case "promise":
          return onPromise(state, src, body, options);
        case "accepted":
          return onAccepted(state, src, body, options);
        case "ask":
          return onAsk(state, src, options);
        default:
          return [state, []];
      }
    },
  };
}
// #endregion leader-node

// #region begin
function onBegin(
  state: Leader,
  options: PaxosCommitOptions,
): Step<Leader> {
  const asks = sendAll(options.participants, { type: "prepare" });
  // If the acceptors tell the participants, no leader needs to wait.
  if (options.isFaster) return [state, asks];
  const wait = timer("round", options.roundMs);
  return [{ ...state, isAtWork: true }, [...asks, wait]];
}

function onAsk(
  state: Leader,
  from: NodeId,
  options: PaxosCommitOptions,
): Step<Leader> {
  if (state.decision !== null)
    return [state, [send(from, { type: state.decision })]];
  return state.isAtWork ? [state, []] : newBallot(state, options);
}
// #endregion begin

export function paxosCommit(
  options: PaxosCommitOptions,
  votedNo: readonly NodeId[],
): { readonly [id: NodeId]: Node<unknown> } {
  const { participants, acceptors, leaders } = options;
  return Object.fromEntries<Node<unknown>>([
    ...participants.map(
      (id) =>
        [id, participant(options, !votedNo.includes(id))] as const,
    ),
    ...acceptors.map((id) => [id, acceptor(options)] as const),
    ...leaders.map((id) => [id, leader(options)] as const),
  ]);
}
