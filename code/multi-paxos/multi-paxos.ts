/**
 * Multi-Paxos: a log of which each slot is one instance of Paxos (Lamport
 * 2001, §3). A leader runs phase 1 once, for all slots to come; from then
 * on a command costs phase 2 alone. What the paper leaves open is done as
 * in van Renesse and Altinbuken, "Paxos Made Moderately Complex", 2015.
 */
// unprinted: for the chapter on consensus
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
import { intBetween } from "../kernel/random.ts";
import { nextBallot, type Quorums } from "../paxos/paxos.ts";
import {
  type Acceptor,
  type Entry,
  lastSlot,
  type Options,
  type Slots,
  type State,
  slotsOf,
  type Vote,
} from "./state.ts";

// #region mp-rules
/** Where a broken variant may differ; `paperRules` are the right ones. */
export type Rules = {
  /** What to ask for in a slot, given what acceptors reported there. */
  readonly choose: (reports: readonly Vote[]) => Entry;
  /** Whether slots that nobody reported are filled with no-ops. */
  readonly fillsGaps: boolean;
  /** Whether a new leader asks before it proposes. */
  readonly prepares: boolean;
};

/** The entry of the highest ballot, if any was reported (§2.2, P2c). */
export function adoptHighest(reports: readonly Vote[]): Entry {
  const highest = reports.toSorted((a, b) => b.ballot - a.ballot)[0];
  return highest?.entry ?? { kind: "no-op" };
}

export const paperRules: Rules = {
  choose: adoptHighest,
  fillsGaps: true,
  prepares: true,
};
// #endregion mp-rules

// #region flexible-quorums
/**
 * Each phase-1 quorum must meet each phase-2 quorum; two of phase 2 need
 * not meet (Howard, Malkhi, Spiegelman, "Flexible Paxos", 2016).
 */
export function quorumsMeet(quorums: Quorums, n: number): boolean {
  const { prepare, accept } = quorums;
  const arePossible = Math.max(prepare, accept) <= n;
  return arePossible && prepare + accept > n;
}

/** A replica as in the paper. Throws if its quorums may miss each other. */
export function multiPaxos(options: Options): Node<State> {
  const { quorums, members } = options;
  if (!quorumsMeet(quorums, members.length)) {
    throw new Error(
      `Quorums of ${quorums.prepare} and ${quorums.accept} ` +
        `of ${members.length} need not meet`,
    );
  }
  return replica(options, paperRules);
}
// #endregion flexible-quorums

/** A replica that plays by these rules; nothing is checked. */
export function replica(options: Options, rules: Rules): Node<State> {
  return {
    init: (setup) => init(setup, options),
    step: (state, input) =>
      storeFirst(state, react(state, input, rules)),
  };
}

// #region mp-init
/** With what it had promised and accepted; it learns the rest anew. */
export function init(setup: Setup, options: Options): Step<State> {
  const blank: Acceptor = { promised: 0, accepted: {} };
  const stored = (setup.disk.acceptor ?? blank) as Acceptor;
  const state: State = {
    ...stored,
    id: setup.id,
    options,
    role: "follower",
    ballot: 0,
    seen: stored.promised,
    promises: {},
    proposals: {},
    acceptedBy: {},
    nextSlot: 1,
    chosen: {},
    chosenTo: 0,
  };
  return [state, [awaitLeader(state, setup.dice)]];
}

/** Promises and acceptances are on disk before an answer leaves (§2.5). */
export function storeFirst(
  before: State,
  [state, effects]: Step<State>,
): Step<State> {
  const { promised, accepted } = state;
  const isStored =
    before.promised === promised && before.accepted === accepted;
  if (isStored) return [state, effects];
  const value = { promised, accepted };
  const store: Effect = { kind: "persist", key: "acceptor", value };
  return [state, [store, ...effects]];
}
// #endregion mp-init

/** One input without storing, for a program that steps it itself. */
export function react(
  state: State,
  { event, dice }: Input,
  rules: Rules,
): Step<State> {
  if (event.kind === "timer") {
    return event.name === "election"
      ? onSilence(state, dice, rules)
      : onBeat(state);
  }
  const { src, body } = event.message;
  const said = body as Said;
  switch (said.type) {
    case "propose":
      return propose(state, said.command);
    case "prepare":
      return onPrepare(state, src, said, dice);
    case "promise":
      return onPromise(state, src, said, rules);
    case "accept":
      return onAccept(state, src, said, dice);
    case "accepted":
      return onAccepted(state, src, said);
    case "heartbeat":
      return onHeartbeat(state, src, said, dice);
    case "reject":
      return onReject(state, said, dice);
    case "learn":
      return onLearn(state, src, said);
    case "chosen":
      return onChosen(state, said);
    default:
      return [state, []];
  }
}

// #region mp-messages
type Said =
  | { readonly type: "propose"; readonly command: Json }
  | Prepare
  | Promised
  | Accept
  | Accepted
  | Heartbeat
  | Reject
  | { readonly type: "learn"; readonly firstSlot: number }
  | Chosen;

/** For all slots from firstSlot on. */
type Prepare = {
  readonly type: "prepare";
  readonly ballot: number;
  readonly firstSlot: number;
};
type Promised = {
  readonly type: "promise";
  readonly ballot: number;
  readonly accepted: Slots<Vote>;
};
type Accept = {
  readonly type: "accept";
  readonly ballot: number;
  readonly slot: number;
  readonly entry: Entry;
  /** All slots up to here are chosen. */
  readonly chosenTo: number;
};
type Accepted = {
  readonly type: "accepted";
  readonly ballot: number;
  readonly slot: number;
};
type Heartbeat = {
  readonly type: "heartbeat";
  readonly ballot: number;
  readonly chosenTo: number;
};
type Reject = {
  readonly type: "reject";
  readonly ballot: number;
  readonly promised: number;
};
type Chosen = {
  readonly type: "chosen";
  readonly entries: Slots<Entry>;
};
// #endregion mp-messages

// #region mp-prepare
/** The leader is silent: a new ballot, for all that is not chosen. */
function onSilence(
  state: State,
  dice: number,
  rules: Rules,
): Step<State> {
  if (state.role === "leading") return [state, []];
  const { members } = state.options;
  const seen = Math.max(state.seen, state.promised);
  const at = members.indexOf(state.id);
  const ballot = nextBallot(seen, at, members.length);
  const firstSlot = state.chosenTo + 1;
  const own = acceptedFrom(state, firstSlot);
  const next: State = {
    ...state,
    role: "preparing",
    ballot,
    seen: ballot,
    promised: ballot,
    promises: { [state.id]: own },
  };
  const timer = awaitLeader(next, dice);
  const [last, effects] = leadIfPromised(next, rules);
  const body = { type: "prepare", ballot, firstSlot };
  return [last, [timer, ...sendToOthers(state, body), ...effects]];
}
// #endregion mp-prepare

// #region mp-promise
/** Phase 1b, once for all slots: promise, and tell what was accepted. */
function onPrepare(
  state: State,
  from: NodeId,
  { ballot, firstSlot }: Prepare,
  dice: number,
): Step<State> {
  if (ballot <= state.promised)
    return [state, [reject(state, from, ballot)]];
  const [next, timer] = follow(state, ballot, dice);
  const accepted = acceptedFrom(state, firstSlot);
  const body = { type: "promise", ballot, accepted };
  return [next, [...timer, { kind: "send", dest: from, body }]];
}

function acceptedFrom(state: State, firstSlot: number): Slots<Vote> {
  const reported = Object.entries(state.accepted).filter(
    ([slot]) => Number(slot) >= firstSlot,
  );
  return Object.fromEntries(reported);
}
// #endregion mp-promise

function onPromise(
  state: State,
  from: NodeId,
  { ballot, accepted }: Promised,
  rules: Rules,
): Step<State> {
  if (state.role !== "preparing" || ballot !== state.ballot) {
    return [state, []];
  }
  const promises = { ...state.promises, [from]: accepted };
  return leadIfPromised({ ...state, promises }, rules);
}

// #region mp-lead
/**
 * With a quorum of promises, finish what others began: in each slot the
 * entry of the highest ballot; in the gaps between them a no-op, for
 * nothing behind a gap could be carried out (§3).
 */
function leadIfPromised(state: State, rules: Rules): Step<State> {
  const reports = Object.values(state.promises);
  const isPromised =
    !rules.prepares || reports.length >= state.options.quorums.prepare;
  if (!isPromised) return [state, []];
  const last = Math.max(state.chosenTo, ...reports.map(lastSlot));
  let next: State = {
    ...state,
    role: "leading",
    promises: {},
    proposals: {},
    acceptedBy: {},
    nextSlot: last + 1,
  };
  const effects: Effect[] = [];
  for (let slot = state.chosenTo + 1; slot <= last; slot++) {
    const votes = reports.flatMap((accepted) => accepted[slot] ?? []);
    if (votes.length === 0 && !rules.fillsGaps) continue;
    const [asked, sends] = ask(next, slot, rules.choose(votes));
    next = asked;
    effects.push(...sends);
  }
  return [next, [...effects, ...onBeat(next)[1]]];
}
// #endregion mp-lead

// #region mp-propose
/** A leader needs phase 2 alone: the next slot, one round trip (§3). */
export function propose(state: State, command: Json): Step<State> {
  if (state.role !== "leading") return [state, []];
  const next = { ...state, nextSlot: state.nextSlot + 1 };
  return ask(next, state.nextSlot, { kind: "command", command });
}

/** Phase 2a. It accepts its own proposal like any other acceptor. */
function ask(state: State, slot: number, entry: Entry): Step<State> {
  const { ballot, id } = state;
  const vote = { ballot, entry };
  const asked: State = {
    ...state,
    proposals: { ...state.proposals, [slot]: entry },
    accepted: { ...state.accepted, [slot]: vote },
    acceptedBy: { ...state.acceptedBy, [slot]: [id] },
  };
  const next = learnIfChosen(asked, slot);
  return [next, sendToOthers(next, accept(next, slot, entry))];
}

function accept(state: State, slot: number, entry: Entry): Body {
  const { ballot, chosenTo } = state;
  return { type: "accept", ballot, slot, entry, chosenTo };
}
// #endregion mp-propose

// #region mp-accept
/** Phase 2b: accept, unless a higher ballot was promised (§2.2). */
function onAccept(
  state: State,
  from: NodeId,
  { ballot, slot, entry, chosenTo }: Accept,
  dice: number,
): Step<State> {
  if (ballot < state.promised)
    return [state, [reject(state, from, ballot)]];
  const [following, timer] = follow(state, ballot, dice);
  const accepted = { ...following.accepted, [slot]: { ballot, entry } };
  const next = learnTo({ ...following, accepted }, ballot, chosenTo);
  const body = { type: "accepted", ballot, slot };
  return [next, [...timer, { kind: "send", dest: from, body }]];
}
// #endregion mp-accept

// #region mp-chosen
/** Count each acceptor once; with a quorum of them it is chosen. */
function onAccepted(
  state: State,
  from: NodeId,
  { ballot, slot }: Accepted,
): Step<State> {
  const voters = state.acceptedBy[slot];
  const isMine = state.role === "leading" && ballot === state.ballot;
  if (!isMine || voters === undefined) return [state, []];
  const all = [...new Set([...voters, from])];
  const acceptedBy = { ...state.acceptedBy, [slot]: all };
  return [learnIfChosen({ ...state, acceptedBy }, slot), []];
}

function learnIfChosen(state: State, slot: number): State {
  const voters = state.acceptedBy[slot] ?? [];
  const entry = state.proposals[slot];
  const isChosen = voters.length >= state.options.quorums.accept;
  if (!isChosen || entry === undefined) return state;
  const { [slot]: _asked, ...proposals } = state.proposals;
  const { [slot]: _voters, ...acceptedBy } = state.acceptedBy;
  return learn({ ...state, proposals, acceptedBy }, { [slot]: entry });
}
// #endregion mp-chosen

// #region mp-learn
/** What is chosen stays chosen; how far is there no gap? */
function learn(state: State, entries: Slots<Entry>): State {
  const chosen = { ...entries, ...state.chosen };
  let chosenTo = state.chosenTo;
  while (chosen[chosenTo + 1] !== undefined) chosenTo += 1;
  return { ...state, chosen, chosenTo };
}

/**
 * The leader of this ballot has chosen up to there. Whatever was accepted
 * in the same ballot is what it has chosen: it asks for one entry a slot.
 */
function learnTo(
  state: State,
  ballot: number,
  chosenTo: number,
): State {
  const entries: { [slot: number]: Entry } = {};
  for (let slot = state.chosenTo + 1; slot <= chosenTo; slot++) {
    const vote = state.accepted[slot];
    if (vote?.ballot === ballot) entries[slot] = vote.entry;
  }
  return learn(state, entries);
}
// #endregion mp-learn

// #region mp-heartbeat
/** The leader speaks, and asks again where answers are missing. */
function onBeat(state: State): Step<State> {
  if (state.role !== "leading") return [state, []];
  const { ballot, chosenTo, options, proposals } = state;
  const again = slotsOf(proposals).flatMap(
    (slot): readonly Effect[] => {
      const entry = proposals[slot];
      if (entry === undefined) return [];
      const body = accept(state, slot, entry);
      const missing = othersOf(state).filter(
        (id) => !state.acceptedBy[slot]?.includes(id),
      );
      return missing.map((dest) => ({ kind: "send", dest, body }));
    },
  );
  const afterMs = options.heartbeatMs;
  const beat = { type: "heartbeat", ballot, chosenTo };
  return [
    state,
    [
      { kind: "set-timer", name: "heartbeat", afterMs },
      ...sendToOthers(state, beat),
      ...again,
    ],
  ];
}

/** Follow whoever leads the highest ballot; ask for what is missing. */
function onHeartbeat(
  state: State,
  from: NodeId,
  { ballot, chosenTo }: Heartbeat,
  dice: number,
): Step<State> {
  if (ballot < state.promised)
    return [state, [reject(state, from, ballot)]];
  const [following, timer] = follow(state, ballot, dice);
  const next = learnTo(following, ballot, chosenTo);
  if (next.chosenTo >= chosenTo) return [next, timer];
  const body = { type: "learn", firstSlot: next.chosenTo + 1 };
  return [next, [...timer, { kind: "send", dest: from, body }]];
}
// #endregion mp-heartbeat

const entriesMax = 50;

// #region mp-catch-up
/** A replica that missed something is told what was chosen (§2.3). */
function onLearn(
  state: State,
  from: NodeId,
  { firstSlot }: { readonly firstSlot: number },
): Step<State> {
  const last = Math.min(state.chosenTo, firstSlot + entriesMax - 1);
  const entries: { [slot: number]: Entry } = {};
  for (let slot = firstSlot; slot <= last; slot++) {
    const entry = state.chosen[slot];
    if (entry !== undefined) entries[slot] = entry;
  }
  const body = { type: "chosen", entries };
  return [state, [{ kind: "send", dest: from, body }]];
}

function onChosen(state: State, { entries }: Chosen): Step<State> {
  return [learn(state, entries), []];
}
// #endregion mp-catch-up

// #region mp-follow
/** A ballot at least as high as any promised: keep to it, and wait. */
function follow(
  state: State,
  ballot: number,
  dice: number,
): Step<State> {
  const next: State = {
    ...state,
    role: "follower",
    promised: ballot,
    seen: Math.max(state.seen, ballot),
    promises: {},
    proposals: {},
    acceptedBy: {},
  };
  return [next, [awaitLeader(next, dice)]];
}

/** A higher ballot is about: give up, and wait like the others. */
function onReject(
  state: State,
  { ballot, promised }: Reject,
  dice: number,
): Step<State> {
  const seen = Math.max(state.seen, promised);
  const isMine = state.role !== "follower" && ballot === state.ballot;
  if (!isMine) return [{ ...state, seen }, []];
  const next: State = {
    ...state,
    seen,
    role: "follower",
    promises: {},
    proposals: {},
    acceptedBy: {},
  };
  return [next, [awaitLeader(next, dice)]];
}
// #endregion mp-follow

function awaitLeader({ options }: State, dice: number): Effect {
  const { electionTimeoutMsMin, electionTimeoutMsMax } = options;
  const afterMs = intBetween(
    dice,
    electionTimeoutMsMin,
    electionTimeoutMsMax,
  );
  return { kind: "set-timer", name: "election", afterMs };
}

function reject(state: State, dest: NodeId, ballot: number): Effect {
  const body = { type: "reject", ballot, promised: state.promised };
  return { kind: "send", dest, body };
}

function othersOf(state: State): readonly NodeId[] {
  return state.options.members.filter((id) => id !== state.id);
}

function sendToOthers(state: State, body: Body): readonly Effect[] {
  return othersOf(state).map((dest) => ({ kind: "send", dest, body }));
}
