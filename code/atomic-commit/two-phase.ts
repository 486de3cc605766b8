/**
 * Two-phase commit of one transaction, with log records and recovery as
 * in R*: Mohan, Lindsay, Obermarck, "Transaction Management in the R*
 * Distributed Database Management System", TODS 11(4), 1986. Both its
 * forms: the basic one, which presumes nothing, and presumed abort.
 */
import type { Body, Node, NodeId, Step } from "../kernel/node.ts";
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
  type Vote,
  wasUp,
} from "./phases.ts";

// #region options
export type TwoPhaseOptions = {
  readonly coordinator: NodeId;
  readonly participants: readonly NodeId[];
  /** What to do about aborts: write and acknowledge them, or not. */
  readonly presume: "nothing" | "abort";
  /** Who is in doubt asks the other participants too. */
  readonly isCooperative: boolean;
  /** The coordinator waits so long for votes, then aborts. */
  readonly voteMsMax: number;
  /** Until a decision is sent again, or asked for again. */
  readonly retryMs: number;
};
// #endregion options

// #region coordinator-state
export type Coordinator = {
  /** `idle` before the transaction, and after it is forgotten. */
  readonly phase: "idle" | "voting" | Decision;
  readonly yes: readonly NodeId[];
  readonly no: readonly NodeId[];
  readonly acked: readonly NodeId[];
  /** Back from a crash: what it may have begun is not begun again. */
  readonly isBack: boolean;
};

const nobody = { yes: [], no: [], acked: [] };
// #endregion coordinator-state

// #region prepare
/** Phase one: ask everybody, and do not wait for ever. */
function begin(
  state: Coordinator,
  options: TwoPhaseOptions,
): Step<Coordinator> {
  if (state.phase !== "idle" || state.isBack) return [state, []];
  return [
    { ...state, phase: "voting" },
    [
      ...sendAll(options.participants, { type: "prepare" }),
      timer("votes", options.voteMsMax),
    ],
  ];
}
// #endregion prepare

// #region on-vote
function onVote(
  state: Coordinator,
  from: NodeId,
  vote: Vote,
  options: TwoPhaseOptions,
): Step<Coordinator> {
  if (state.phase === "idle") return answer(state, from);
  if (state.phase !== "voting") return [state, []];
  if (vote === "no") {
    return decide({ ...state, no: [from] }, "aborted", options);
  }
  const yes = [...state.yes.filter((id) => id !== from), from];
  const heard = { ...state, yes };
  return yes.length === options.participants.length
    ? decide(heard, "committed", options)
    : [heard, []];
}
// #endregion on-vote

// #region decide
/** Phase two: a commit is on disk before anybody hears of it. */
function decide(
  state: Coordinator,
  decision: Decision,
  options: TwoPhaseOptions,
): Step<Coordinator> {
  const isPresumed =
    decision === "aborted" && options.presume === "abort";
  const next = { ...state, phase: decision };
  const told = sendAll(waitingFor(next, options), { type: decision });
  return isPresumed
    ? [next, told]
    : [
        next,
        [force(decision), ...told, timer("acks", options.retryMs)],
      ];
}

/** Who voted no has aborted already; who acknowledged needs no more. */
function waitingFor(
  state: Coordinator,
  { participants }: TwoPhaseOptions,
): readonly NodeId[] {
  return participants.filter(
    (id) => !state.no.includes(id) && !state.acked.includes(id),
  );
}
// #endregion decide

// #region acknowledged
/** When all have acknowledged, nobody will ask: it may be forgotten. */
function onAck(state: Coordinator, from: NodeId): Step<Coordinator> {
  const acked = [...state.acked.filter((id) => id !== from), from];
  return [{ ...state, acked }, []];
}

function onNoAcks(
  state: Coordinator,
  options: TwoPhaseOptions,
): Step<Coordinator> {
  const left = waitingFor(state, options);
  if (left.length === 0) return [state, []];
  const told = sendAll(left, { type: state.phase });
  return [state, [...told, timer("acks", options.retryMs)]];
}
// #endregion acknowledged

// #region answer
/** No record of it: then it cannot have been committed. */
function answer(state: Coordinator, to: NodeId): Step<Coordinator> {
  if (state.phase === "voting") return [state, []];
  const decision = state.phase === "idle" ? "aborted" : state.phase;
  return [state, [send(to, { type: decision })]];
}
// #endregion answer

// #region coordinator
export function coordinator(
  options: TwoPhaseOptions,
): Node<Coordinator> {
  return {
    init: ({ disk }) => {
      const logged = disk.log as Decision | undefined;
      const state = { ...nobody, isBack: wasUp(disk) };
      return logged === undefined
        ? [{ ...state, phase: "idle" }, markStart(disk)]
        : onNoAcks({ ...state, phase: logged }, options);
    },
    step: (state, { event }) => {
      if (event.kind === "timer" && event.name === "acks")
        return onNoAcks(state, options);
      if (event.kind === "timer")
        return state.phase === "voting"
          ? decide(state, "aborted", options)
          : [state, []];
      const { src, body } = event.message;
      switch (body.type) {
        case "begin":
          return begin(state, options);
        case "vote":
          return onVote(state, src, body.vote as Vote, options);
        case "ack":
          return onAck(state, src);
        case "ask":
          return answer(state, src);
        default:
          return [state, []];
      }
    },
  };
}
// #endregion coordinator

export type Participant = {
  readonly id: NodeId;
  readonly phase: Phase;
};

// #region vote
/** Who has lost its part of the work, or never had it, votes no. */
function onPrepare(
  state: Participant,
  vote: Vote,
  options: TwoPhaseOptions,
): Step<Participant> {
  const ballot = (said: Vote) =>
    send(options.coordinator, { type: "vote", vote: said });
  if (state.phase === "prepared") return [state, [ballot("yes")]];
  if (state.phase === "committed") return [state, []];
  if (state.phase === "working" && vote === "yes") {
    const prepared: Participant = { ...state, phase: "prepared" };
    const ask = timer("in-doubt", options.retryMs);
    return [prepared, [force("prepared"), ballot("yes"), ask]];
  }
  return [{ ...state, phase: "aborted" }, [ballot("no")]];
}
// #endregion vote

// #region on-decision
/** A commit is always acknowledged; an abort if nothing is presumed. */
function onDecision(
  state: Participant,
  decision: Decision,
  options: TwoPhaseOptions,
): Step<Participant> {
  const isLogged =
    decision === "committed" || options.presume === "nothing";
  const ack = isLogged
    ? [send(options.coordinator, { type: "ack" })]
    : [];
  const hasNothing = state.phase === "idle";
  if (hasNothing || isDecided(state.phase)) return [state, ack];
  const next: Participant = { ...state, phase: decision };
  const isWritten = isLogged && state.phase === "prepared";
  return [next, isWritten ? [force(decision), ...ack] : ack];
}
// #endregion on-decision

// #region termination
/** In doubt: ask, and hold the locks until somebody knows. */
function onInDoubt(
  state: Participant,
  options: TwoPhaseOptions,
): Step<Participant> {
  if (state.phase !== "prepared") return [state, []];
  const { coordinator: chief, isCooperative, retryMs } = options;
  const others = options.participants.filter((id) => id !== state.id);
  const asked = isCooperative ? [chief, ...others] : [chief];
  const again = timer("in-doubt", retryMs);
  return [state, [...sendAll(asked, { type: "ask" }), again]];
}

/** Asked by another: who has not voted can abort, for both of them. */
function onAsked(state: Participant, from: NodeId): Step<Participant> {
  if (state.phase === "prepared") return [state, []];
  const decision = isDecided(state.phase) ? state.phase : "aborted";
  const next: Participant = { ...state, phase: decision };
  return [next, [send(from, { type: decision })]];
}
// #endregion termination

// #region participant
export function participant(
  options: TwoPhaseOptions,
  vote: Vote,
): Node<Participant> {
  return {
    init: ({ id, disk }) => {
      const started = { id, phase: phaseAfter(disk) };
      const [state, effects] = onInDoubt(started, options);
      return [state, [...markStart(disk), ...effects]];
    },
    step: (state, { event }) => {
      if (event.kind === "timer") return onInDoubt(state, options);
      const { src, body } = event.message;
      return onMessage(state, src, body, vote, options);
    },
  };
}

function onMessage(
  state: Participant,
  from: NodeId,
  body: Body,
  vote: Vote,
  options: TwoPhaseOptions,
): Step<Participant> {
  switch (body.type) {
    case "work":
      return state.phase === "idle"
        ? [{ ...state, phase: "working" }, []]
        : [state, []];
    case "prepare":
      return onPrepare(state, vote, options);
    case "committed":
    case "aborted":
      return onDecision(state, body.type, options);
    case "ask":
      return onAsked(state, from);
    default:
      return [state, []];
  }
}
// #endregion participant

/** The nodes of one transaction, each with its vote. */
export function twoPhase(
  options: TwoPhaseOptions,
  votes: { readonly [id: NodeId]: Vote },
): { readonly [id: NodeId]: Node<unknown> } {
  const nodes = options.participants.map((id) => [
    id,
    participant(options, votes[id] ?? "yes"),
  ]);
  return {
    [options.coordinator]: coordinator(options),
    ...Object.fromEntries(nodes),
  };
}
