/**
 * Single-decree Paxos: agreement on one value that never changes, true
 * to L. Lamport, "Paxos Made Simple" (2001), section 2. A `§` below is a
 * section of that paper.
 *
 * Three kinds of node. A proposer tries to get a value chosen, acceptors
 * are the memory of the system, a learner finds out what was chosen. Real
 * systems put all three into each process; here they are apart, so that
 * a figure shows who does what.
 *
 * Built for: nodes that stop and start again, and messages that are lost,
 * delayed, duplicated, reordered. A disk that forgets is not among them.
 */

import type {
  Body,
  Effect,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";

// #region proposal
/** A ballot number with a value: what an acceptor accepts (§2.2). */
export type Proposal = {
  readonly ballot: number;
  readonly value: string;
};

/** How many acceptors make a quorum in phase 1 and in phase 2. */
export type Quorums = {
  readonly prepare: number;
  readonly accept: number;
};
// #endregion proposal

// #region majority
/** More than half: any two majorities of `n` share a member (§2.2). */
export function majority(n: number): number {
  return Math.floor(n / 2) + 1;
}
// #endregion majority

/** Majorities in both phases, as the paper has it. */
export function majorities(acceptors: readonly NodeId[]): Quorums {
  const size = majority(acceptors.length);
  return { prepare: size, accept: size };
}

// #region acceptor-state
/** All that an acceptor must remember, even across a crash (§2.2). */
export type AcceptorState = {
  /** Highest ballot promised; 0 before the first promise. */
  readonly promised: number;
  /** The highest-numbered proposal accepted. */
  readonly accepted: Proposal | null;
};
// #endregion acceptor-state

// #region on-prepare
/** Phase 1b: from now on, accept nothing below `ballot` (§2.2). */
function onPrepare(
  state: AcceptorState,
  from: NodeId,
  ballot: number,
): Step<AcceptorState> {
  if (ballot <= state.promised) {
    return [state, [send(from, reject(ballot, state.promised))]];
  }
  const next = { ...state, promised: ballot };
  const promise = { type: "promise", ballot, accepted: state.accepted };
  return [next, [save(next), send(from, promise)]];
}
// #endregion on-prepare

// #region on-accept
/** Phase 2b: accept, unless a higher ballot was promised (§2.2, P1a). */
function onAccept(
  state: AcceptorState,
  from: NodeId,
  { ballot, value }: Proposal,
  learners: readonly NodeId[],
): Step<AcceptorState> {
  if (ballot < state.promised) {
    return [state, [send(from, reject(ballot, state.promised))]];
  }
  const next = { promised: ballot, accepted: { ballot, value } };
  const told = [from, ...learners].map((id) =>
    send(id, { type: "accepted", ballot, value }),
  );
  return [next, [save(next), ...told]];
}
// #endregion on-accept

/** The proposer may as well give up a ballot that cannot win (§2.2). */
function reject(ballot: number, promised: number): Body {
  return { type: "reject", ballot, promised };
}

/** The answer is on disk before it leaves (§2.5). */
function save(state: AcceptorState): Effect {
  return { kind: "persist", key: "acceptor", value: state };
}

function send(dest: NodeId, body: Body): Effect {
  return { kind: "send", dest, body };
}

/**
 * An acceptor: one voter of the electorate. `learners` hear of each
 * acceptance, besides the proposer that asked.
 */
export function acceptor(options: {
  readonly learners: readonly NodeId[];
}): Node<AcceptorState> {
  return {
    init: ({ disk }) => [
      (disk.acceptor as AcceptorState | undefined) ?? {
        promised: 0,
        accepted: null,
      },
      [],
    ],
    step: (state, { event }) => {
      if (event.kind !== "message") return [state, []];
      const { src, body } = event.message;
      if (body.type === "prepare") {
        return onPrepare(state, src, body.ballot as number);
      }
      if (body.type === "accept") {
        return onAccept(state, src, proposalIn(body), options.learners);
      }
      return [state, []];
    },
  };
}

// #region proposer-state
export type ProposerState = {
  /** The number of its present ballot; 0 before the first. */
  readonly ballot: number;
  /** The highest ballot that it has heard of, or used before a crash. */
  readonly seen: number;
  /** What acceptors answered in phase 1 of this ballot, by acceptor. */
  readonly promises: { readonly [from: NodeId]: Proposal | null };
  /** What it asked for in phase 2 of this ballot. */
  readonly proposed: string | null;
  /** Acceptors that accepted it. */
  readonly acceptedBy: readonly NodeId[];
  /** True once it knows that its proposal is chosen. */
  readonly done: boolean;
};
// #endregion proposer-state

/** What a proposer may do with the promises it holds. */
export type ChooseValue = (
  promises: readonly (Proposal | null)[],
  own: string,
) => string;

export type ProposerOptions = {
  /** The value this proposer would like to see chosen. */
  readonly value: string;
  /** Its place among all proposers, from 0, and how many there are. */
  readonly index: number;
  readonly proposers: number;
  readonly acceptors: readonly NodeId[];
  readonly quorums: Quorums;
  readonly startAfterMs: number;
  /** A ballot that is not done by then is followed by the next one. */
  readonly retryMsMin: number;
  readonly retryMsMax: number;
  readonly choose: ChooseValue;
};

// #region next-ballot
/**
 * A number above `seen` that belongs to proposer `index` of `count`:
 * proposers draw from disjoint sets (§2.5).
 */
export function nextBallot(seen: number, index: number, count: number) {
  const round = Math.floor(seen / count) + 1;
  return round * count + index;
}
// #endregion next-ballot

// #region prepare
/** Phase 1a: a new ballot, its number on disk before its use (§2.5). */
function prepare(
  state: ProposerState,
  dice: number,
  options: ProposerOptions,
): Step<ProposerState> {
  const { index, proposers, acceptors, retryMsMin, retryMsMax } =
    options;
  const seen = Math.max(state.seen, state.ballot);
  const ballot = nextBallot(seen, index, proposers);
  const afterMs = intBetween(dice, retryMsMin, retryMsMax);
  return [
    { ...idle, ballot, seen },
    [
      { kind: "persist", key: "ballot", value: ballot },
      ...acceptors.map((id) => send(id, { type: "prepare", ballot })),
      { kind: "set-timer", name: "retry", afterMs },
    ],
  ];
}
// #endregion prepare

const idle: ProposerState = {
  ballot: 0,
  seen: 0,
  promises: {},
  proposed: null,
  acceptedBy: [],
  done: false,
};

// #region adopt
/**
 * The value for phase 2a: that of the highest-numbered proposal among
 * the promises; its own only where none was reported (§2.2, P2c).
 */
export const adoptHighest: ChooseValue = (promises, own) => {
  const reported = promises
    .filter((proposal) => proposal !== null)
    .sort((a, b) => b.ballot - a.ballot);
  return reported[0]?.value ?? own;
};
// #endregion adopt

// #region on-promise
/** Phase 2a: a quorum has promised, so ask for a value (§2.2). */
function onPromise(
  state: ProposerState,
  from: NodeId,
  body: Body,
  options: ProposerOptions,
): Step<ProposerState> {
  if (body.ballot !== state.ballot || state.proposed !== null) {
    return [state, []];
  }
  const accepted = body.accepted as Proposal | null;
  const promises = { ...state.promises, [from]: accepted };
  const heard = { ...state, promises };
  if (Object.keys(promises).length < options.quorums.prepare) {
    return [heard, []];
  }
  const proposed = options.choose(
    Object.values(promises),
    options.value,
  );
  const request = {
    type: "accept",
    ballot: state.ballot,
    value: proposed,
  };
  return [
    { ...heard, proposed },
    options.acceptors.map((id) => send(id, request)),
  ];
}
// #endregion on-promise

/** Its proposal is chosen when a quorum has accepted it (§2.2). */
function onAccepted(
  state: ProposerState,
  from: NodeId,
  body: Body,
  quorum: number,
): Step<ProposerState> {
  if (body.ballot !== state.ballot) return [state, []];
  const others = state.acceptedBy.filter((id) => id !== from);
  const acceptedBy = [...others, from];
  const done = acceptedBy.length >= quorum;
  return [{ ...state, acceptedBy, done }, []];
}

/** Another ballot is ahead: the next one has to be above it (§2.2). */
function onReject(
  state: ProposerState,
  body: Body,
): Step<ProposerState> {
  const seen = Math.max(state.seen, body.promised as number);
  return [{ ...state, seen }, []];
}

/** A proposer starts a ballot after a while; again until it is done. */
export function proposer(
  options: ProposerOptions,
): Node<ProposerState> {
  return {
    // What it asked in its last ballot is forgotten: that one is over.
    init: ({ disk }) => [
      { ...idle, seen: (disk.ballot as number | undefined) ?? 0 },
      [
        {
          kind: "set-timer",
          name: "retry",
          afterMs: options.startAfterMs,
        },
      ],
    ],
    step: (state, { event, dice }) => {
      if (state.done) return [state, []];
      if (event.kind === "timer") return prepare(state, dice, options);
      const { src, body } = event.message;
      switch (body.type) {
        case "promise":
          return onPromise(state, src, body, options);
        case "accepted":
          return onAccepted(state, src, body, options.quorums.accept);
        case "reject":
          return onReject(state, body);
        default:
          return [state, []];
      }
    },
  };
}

// #region learner
export type LearnerState = {
  /** Who accepted what, as far as this learner has heard. */
  readonly votes: { readonly [ballot: string]: readonly NodeId[] };
  /** Each proposal found to be chosen; all must have one value. */
  readonly chosen: readonly Proposal[];
};

/** A proposal is chosen once a quorum has accepted it (§2.3). */
export function learner(quorum: number): Node<LearnerState> {
  return {
    init: () => [{ votes: {}, chosen: [] }, []],
    step: (state, { event }) => {
      if (event.kind !== "message") return [state, []];
      const { src, body } = event.message;
      if (body.type !== "accepted") return [state, []];
      const proposal = proposalIn(body);
      const before = state.votes[proposal.ballot] ?? [];
      if (before.includes(src)) return [state, []];
      const voters = [...before, src];
      const votes = { ...state.votes, [proposal.ballot]: voters };
      const chosen =
        voters.length === quorum
          ? [...state.chosen, proposal]
          : state.chosen;
      return [{ votes, chosen }, []];
    },
  };
}
// #endregion learner

function proposalIn(body: Body): Proposal {
  return { ballot: body.ballot as number, value: body.value as string };
}
