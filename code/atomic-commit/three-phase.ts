/**
 * Three-phase commit: nobody commits before all know that all voted yes.
 * D. Skeen, "Nonblocking Commit Protocols", SIGMOD 1981; the termination
 * rule as in Bernstein, Hadzilacos, Goodman, "Concurrency Control and
 * Recovery in Database Systems", 1987, chapter 7. It takes a time-out
 * for a crash: right while messages have a bound, wrong when cut off.
 */
import type { Body, Node, NodeId, Step } from "../kernel/node.ts";
import {
  type Decision,
  force,
  isDecided,
  isInDoubt,
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
export type ThreePhaseOptions = {
  readonly coordinator: NodeId;
  /** In the order in which they would take over. */
  readonly participants: readonly NodeId[];
  /** Longer than there and back: who has not answered has crashed. */
  readonly roundMs: number;
  /** Silence after which the first participant takes over. */
  readonly silenceMs: number;
};
// #endregion options

// #region coordinator
export type Coordinator = {
  readonly phase: "idle" | "voting" | "precommitted" | Decision;
  readonly yes: readonly NodeId[];
  /** Back from a crash: it leaves it to the participants to end it. */
  readonly isBack: boolean;
};

export function coordinator(
  options: ThreePhaseOptions,
): Node<Coordinator> {
  const { participants, roundMs } = options;
  const end = (state: Coordinator, phase: Decision) =>
    [
      { ...state, phase },
      [force(phase), ...sendAll(participants, { type: phase })],
    ] as const;
  return {
    init: ({ disk }) => [
      { phase: "idle", yes: [], isBack: wasUp(disk) },
      markStart(disk),
    ],
    step: (state, { event }) => {
      if (event.kind === "timer") {
        if (state.phase === "voting") return end(state, "aborted");
        return state.phase === "precommitted"
          ? end(state, "committed")
          : [state, []];
      }
      const { src, body } = event.message;
      const isFirst = state.phase === "idle" && !state.isBack;
      if (body.type === "begin" && isFirst) {
        const asks = sendAll(participants, { type: "prepare" });
        const next = { ...state, phase: "voting" } as const;
        return [next, [...asks, timer("round", roundMs)]];
      }
      if (body.type !== "vote" || state.phase !== "voting")
        return [state, []];
      if (body.vote === "no") return end(state, "aborted");
      const yes = [...state.yes.filter((id) => id !== src), src];
      if (yes.length < participants.length)
        return [{ ...state, yes }, []];
      const told = sendAll(participants, { type: "precommit" });
      const next = { ...state, phase: "precommitted", yes } as const;
      return [next, [...told, timer("round", roundMs)]];
    },
  };
}
// #endregion coordinator

// #region participant-state
export type Participant = {
  readonly id: NodeId;
  readonly phase: Phase;
  /** What the others said when this one took over; else null. */
  readonly heard: { readonly [id: NodeId]: Phase } | null;
  /** It came back from a crash: it asks, and does not take over. */
  readonly isRecovering: boolean;
};
// #endregion participant-state

// #region take-over
/** Silence: ask all others where they stand; or only how it ended. */
function takeOver(
  state: Participant,
  options: ThreePhaseOptions,
): Step<Participant> {
  if (!isInDoubt(state.phase)) return [state, []];
  const others = options.participants.filter((id) => id !== state.id);
  const ask = (type: string) => sendAll(others, { type });
  if (state.isRecovering) {
    const again = timer("silence", options.silenceMs);
    return [state, [...ask("outcome?"), again]];
  }
  const next = { ...state, heard: { [state.id]: state.phase } };
  return [next, [...ask("state?"), timer("round", options.roundMs)]];
}
// #endregion take-over

// #region termination-rule
/** Whoever has not answered by now is taken to have crashed. */
function terminate(
  state: Participant,
  options: ThreePhaseOptions,
): Step<Participant> {
  if (state.heard === null || !isInDoubt(state.phase))
    return [state, []];
  const phases = Object.values(state.heard);
  if (phases.includes("committed"))
    return end(state, "committed", options);
  if (phases.includes("aborted") || !phases.includes("precommitted"))
    return end(state, "aborted", options);
  if (phases.every((phase) => phase === "precommitted"))
    return end(state, "committed", options);
  // Nobody may commit while one that lives is still uncertain.
  const heard = Object.fromEntries(
    Object.keys(state.heard).map((id) => [id, "precommitted" as const]),
  );
  const others = Object.keys(heard).filter((id) => id !== state.id);
  const next = { ...state, heard, phase: "precommitted" as const };
  return [
    next,
    [
      force("precommitted"),
      ...sendAll(others, { type: "precommit" }),
      timer("round", options.roundMs),
    ],
  ];
}
// #endregion termination-rule

// #region end
function end(
  state: Participant,
  decision: Decision,
  options: ThreePhaseOptions,
): Step<Participant> {
  const others = options.participants.filter((id) => id !== state.id);
  return [
    { ...state, phase: decision, heard: null },
    [force(decision), ...sendAll(others, { type: decision })],
  ];
}
// #endregion end

// #region participant
export function participant(
  options: ThreePhaseOptions,
  vote: Vote,
): Node<Participant> {
  return {
    init: ({ id, disk }) => {
      const isRecovering = wasUp(disk);
      const phase = phaseAfter(disk);
      const started = { id, phase, heard: null, isRecovering };
      const [state, effects] = takeOver(started, options);
      return [state, [...markStart(disk), ...effects]];
    },
    step: (state, { event }) => {
      if (event.kind === "timer")
        return event.name === "silence"
          ? takeOver(state, options)
          : terminate(state, options);
      const { src, body } = event.message;
      return onMessage(state, src, body, vote, options);
    },
  };
}

/** The first in the list is the first to lose patience. */
function awaitNews(state: Participant, options: ThreePhaseOptions) {
  const rank = options.participants.indexOf(state.id);
  const afterMs = options.silenceMs + rank * 3 * options.roundMs;
  return timer("silence", afterMs);
}
// #endregion participant

// #region messages
function onMessage(
  state: Participant,
  from: NodeId,
  body: Body,
  vote: Vote,
  options: ThreePhaseOptions,
): Step<Participant> {
  switch (body.type) {
    case "work":
      return state.phase === "idle"
        ? [{ ...state, phase: "working" }, []]
        : [state, []];
    case "prepare":
      return onPrepare(state, from, vote, options);
    case "precommit": {
      if (state.phase !== "prepared") return [state, []];
      const next = { ...state, phase: "precommitted" as const };
      const wait = awaitNews(state, options);
      return [next, [force("precommitted"), wait]];
    }
    case "committed":
    case "aborted": {
      if (isDecided(state.phase)) return [state, []];
      const next = { ...state, phase: body.type, heard: null };
      return [next, [force(body.type)]];
    }
    case "state?":
    case "outcome?":
      return onAsked(state, from, body.type === "state?", options);
    case "state": {
      const phase = body.phase as Phase;
      if (isDecided(phase) && isInDoubt(state.phase))
        return end(state, phase, options);
      if (state.heard === null) return [state, []];
      const heard = { ...state.heard, [from]: phase };
      return [{ ...state, heard }, []];
    }
    default:
      return [state, []];
  }
}
// #endregion messages

// #region vote
function onPrepare(
  state: Participant,
  from: NodeId,
  vote: Vote,
  options: ThreePhaseOptions,
): Step<Participant> {
  // A copy: it has voted, and keeps to what it said.
  if (isInDoubt(state.phase) || state.phase === "committed")
    return [state, []];
  if (state.phase !== "working" || vote === "no") {
    const next = { ...state, phase: "aborted" as const };
    return [next, [send(from, { type: "vote", vote: "no" })]];
  }
  const next = { ...state, phase: "prepared" as const };
  const said = send(from, { type: "vote", vote: "yes" });
  return [next, [force("prepared"), said, awaitNews(state, options)]];
}

/** Who has not voted yet aborts, and says so. */
function onAsked(
  state: Participant,
  from: NodeId,
  isTakingOver: boolean,
  options: ThreePhaseOptions,
): Step<Participant> {
  const isEarly = state.phase === "working" || state.phase === "idle";
  const phase: Phase = isEarly ? "aborted" : state.phase;
  // One that has been away does not count among those who decide.
  if (state.isRecovering && isInDoubt(phase)) return [state, []];
  // Patience with one that takes over; one that is back ends nothing.
  const isPatient = isTakingOver && isInDoubt(phase);
  const wait = isPatient ? [awaitNews(state, options)] : [];
  const said = send(from, { type: "state", phase });
  return [{ ...state, phase }, [said, ...wait]];
}
// #endregion vote

export function threePhase(
  options: ThreePhaseOptions,
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
