/**
 * SWIM (Das, Gupta and Motivala, DSN 2002): who is a member of the group.
 * In each period a node pings one other; if that is silent, k others ping
 * it too; if it stays silent it is suspected, and then confirmed as failed
 * unless it answers the suspicion. News travels on those messages.
 */
import type {
  Body,
  Effect,
  Message,
  Node,
  NodeId,
  Setup,
  Step,
} from "../kernel/node.ts";
import { fraction, intBetween, stream } from "../kernel/random.ts";
import {
  type Members,
  overrides,
  presentIn,
  type Update,
} from "./members.ts";
import type { Options } from "./options.ts";
import {
  addRumor,
  type Rumor,
  sendsMax,
  takeRumors,
} from "./piggyback.ts";
import { inserted, nextTarget, shuffled } from "./probe-order.ts";

// #region state
export type State = {
  readonly id: NodeId;
  /** What we say of ourselves; raised to answer a suspicion. */
  readonly incarnation: number;
  /** All others that we ever heard of. */
  readonly members: Members;
  readonly order: readonly NodeId[];
  readonly rumors: readonly Rumor[];
  /** Own periods so far: the only clock that suspicion runs on. */
  readonly period: number;
  /** The ping of this period; isAcked also when it was none. */
  readonly probe: {
    readonly target: NodeId;
    readonly isAcked: boolean;
  };
  /** In which of our periods a member came under suspicion. */
  readonly suspectedIn: { readonly [member: NodeId]: number };
  /** Lifeguard's multiplier: 0 is healthy. */
  readonly health: number;
  /** Has one of the contacts told us who there is? */
  readonly hasJoined: boolean;
  readonly hasLeft: boolean;
};

export function membersOf(state: State): readonly NodeId[] {
  return presentIn(state.members);
}
// #endregion state

// #region messages
/** `for`: on whose behalf; null when it is the sender's own ping. */
export type Ping = {
  readonly type: "ping";
  readonly seq: number;
  readonly for: NodeId | null;
  readonly updates: readonly Update[];
};
/** That `member` has answered ping `seq`. */
export type Ack = {
  readonly type: "ack";
  readonly seq: number;
  readonly member: NodeId;
  readonly for: NodeId | null;
  readonly updates: readonly Update[];
};
export type PingReq = {
  readonly type: "ping_req";
  readonly seq: number;
  readonly target: NodeId;
  readonly updates: readonly Update[];
};
// #endregion messages

// #region swim
export function swim(options: Options): Node<State> {
  return {
    init: (setup) => start(setup, options),
    step: (state, { event, dice }) => {
      if (state.hasLeft) return [state, []];
      if (event.kind === "message")
        return onMessage(state, event.message, dice, options);
      if (event.name === "period")
        return onPeriod(state, dice, options);
      return onAckTimeout(state, dice, options);
    },
  };
}

function onMessage(
  state: State,
  { src, body }: Message,
  dice: number,
  options: Options,
): Step<State> {
  if (body.type === "leave") return leave(state, dice, options);
  const { updates } = body as Body & { updates: readonly Update[] };
  const [heard, effects] = learnAll(state, updates, dice, options);
  const [next, answers] = answer(heard, src, body, options);
  return [next, [...effects, ...answers]];
}
// #endregion swim

// #region start
/** A life after a crash is a new incarnation. */
function start(setup: Setup, options: Options): Step<State> {
  const { id, peers, disk, dice } = setup;
  const stored = disk.incarnation as number | undefined;
  const incarnation = stored === undefined ? 0 : stored + 1;
  const known = options.contacts === null ? peers : [];
  const members = known.map(
    (member) => [member, aliveAs(member, 0)] as const,
  );
  const state: State = {
    id,
    incarnation,
    members: Object.fromEntries(members),
    order: [],
    rumors: addRumor([], aliveAs(id, incarnation)),
    period: 0,
    probe: noProbe(id),
    suspectedIn: {},
    health: 0,
    hasJoined: false,
    hasLeft: false,
  };
  // Not all at the same moment.
  const firstMs = Math.ceil(fraction(dice) * options.periodMs);
  return [state, [keep(incarnation), timer("period", firstMs)]];
}

function noProbe(id: NodeId): State["probe"] {
  return { target: id, isAcked: true };
}

function aliveAs(member: NodeId, incarnation: number): Update {
  return { member, status: "alive", incarnation };
}

function keep(value: number): Effect {
  return { kind: "persist", key: "incarnation", value };
}

function timer(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs };
}
// #endregion start

// #region period
/** The end of one protocol period, and the beginning of the next (§3.1). */
function onPeriod(
  before: State,
  dice: number,
  options: Options,
): Step<State> {
  const judged = confirmOverdue(judge(before, options), options);
  const present = membersOf(judged);
  const [target, order] = nextTarget(judged.order, present, dice);
  const state: State = {
    ...judged,
    order,
    period: judged.period + 1,
    probe: target ? { target, isAcked: false } : noProbe(judged.id),
  };
  const slower = state.health + 1;
  const next = timer("period", options.periodMs * slower);
  const rest = [...sync(state, dice, options), next];
  if (target === null) return [state, rest];
  const ping = { type: "ping", seq: state.period, for: null };
  const [after, sent] = send(state, target, ping, options);
  const late = timer("ack-timeout", options.ackTimeoutMs * slower);
  return [after, [...sent, late, ...rest]];
}
// #endregion period

// #region judge
// #region suspect
/** Neither it nor the helpers have answered: suspect it (§4.2). */
function judge(state: State, options: Options): State {
  const { target, isAcked } = state.probe;
  if (isAcked) return feel(state, -1, options);
  const known = state.members[target];
  // It was gone before, and nothing is wrong with us.
  if (known === undefined || known.status === "confirm") return state;
  const sick = feel(state, 1, options);
  if (known.status === "suspect") return sick;
  const status = options.suspicionPeriods > 0 ? "suspect" : "confirm";
  return note(sick, { ...known, status });
}

/** Lifeguard: a ping that fails may be our own fault (section IV-A). */
function feel(state: State, by: number, { healthMax }: Options): State {
  const health = Math.min(healthMax, Math.max(0, state.health + by));
  return { ...state, health };
}
// #endregion suspect

/** Who did not answer the suspicion in time is taken for failed. */
function confirmOverdue(state: State, options: Options): State {
  const overdue = Object.entries(state.suspectedIn).filter(
    ([, since]) => state.period - since >= options.suspicionPeriods,
  );
  return overdue.reduce((now, [member]) => {
    const known = now.members[member];
    if (known === undefined) return now;
    return note(now, { ...known, status: "confirm" });
  }, state);
}
// #endregion judge

// #region ack-timeout
// #region second-opinion
/** No ack yet: ask k others to try, from where they are (§3.1). */
function onAckTimeout(
  state: State,
  dice: number,
  options: Options,
): Step<State> {
  const { target, isAcked } = state.probe;
  if (isAcked) return [state, []];
  const others = membersOf(state).filter((id) => id !== target);
  const helpers = shuffled(others, dice).slice(0, options.helpers);
  const request = { type: "ping_req", seq: state.period, target };
  return sendEach(state, helpers, request, options);
}
// #endregion second-opinion

function sendEach(
  before: State,
  to: readonly NodeId[],
  body: Body,
  options: Options,
): Step<State> {
  let state = before;
  const effects: Effect[] = [];
  for (const dest of to) {
    const [next, sent] = send(state, dest, body, options);
    state = next;
    effects.push(...sent);
  }
  return [state, effects];
}
// #endregion ack-timeout

// #region answer
/** A helper keeps nothing in mind: pings say for whom (§3.1). */
function answer(
  state: State,
  src: NodeId,
  body: Body,
  options: Options,
): Step<State> {
  switch (body.type) {
    case "ping": {
      const { seq, for: other } = body as Ping;
      const ack = { type: "ack", seq, member: state.id, for: other };
      return send(state, src, ack, options);
    }
    case "ping_req": {
      const { seq, target } = body as PingReq;
      const ping = { type: "ping", seq, for: src };
      return send(state, target, ping, options);
    }
    case "ack": {
      const { seq, member, for: other } = body as Ack;
      if (other === null || other === state.id)
        return [acked(state, member, seq), []];
      const ack = { type: "ack", seq, member, for: other };
      return send(state, other, ack, options);
    }
    case "sync":
      return [state, [sendAll(state, src, "sync_ok")]];
    case "sync_ok":
      return [{ ...state, hasJoined: true }, []];
  }
  return [state, []];
}

/** Only the answer to the ping of this period counts. */
function acked(state: State, member: NodeId, seq: number): State {
  const { target } = state.probe;
  if (member !== target || seq !== state.period) return state;
  return { ...state, probe: { target, isAcked: true } };
}
// #endregion answer

// #region send
/** Every message takes some news along (§4.1). */
function send(
  state: State,
  dest: NodeId,
  body: Body,
  options: Options,
): Step<State> {
  const members = membersOf(state).length + 1;
  const [updates, rumors] = takeRumors(state.rumors, {
    perMessage: options.updatesPerMessage,
    sends: sendsMax(options.lambda, members),
  });
  const about = state.members[dest];
  const isWarned = about !== undefined && about.status !== "alive";
  const warning = options.tellsSuspect && isWarned ? [about] : [];
  const full = { ...body, updates: [...warning, ...updates] };
  return [{ ...state, rumors }, [{ kind: "send", dest, body: full }]];
}
// #endregion send

// #region learn
function learnAll(
  before: State,
  updates: readonly Update[],
  dice: number,
  options: Options,
): Step<State> {
  let state = before;
  const effects: Effect[] = [];
  updates.forEach((update, at) => {
    const luck = stream(dice, at);
    const [next, kept] = learn(state, update, luck, options);
    state = next;
    effects.push(...kept);
  });
  return [state, effects];
}

/** News of a member: ours to answer, new to us, or old. */
export function learn(
  state: State,
  update: Update,
  dice: number,
  options: Options,
): Step<State> {
  if (update.member === state.id) return refute(state, update, options);
  const known = state.members[update.member];
  if (known && !overrides(update, known, options.confirmIsFinal))
    return [state, []];
  const isPresent = known !== undefined && known.status !== "confirm";
  const order = isPresent
    ? state.order
    : inserted(state.order, update.member, dice);
  return [note({ ...state, order }, update), []];
}

/** Keep it, pass it on, and count the periods of a suspicion. */
function note(state: State, update: Update): State {
  const { member, status } = update;
  const { [member]: _since, ...others } = state.suspectedIn;
  return {
    ...state,
    members: { ...state.members, [member]: update },
    rumors: addRumor(state.rumors, update),
    suspectedIn:
      status === "suspect"
        ? { ...others, [member]: state.period }
        : others,
  };
}
// #endregion learn

// #region refute
/**
 * I am alive: a higher incarnation says so to all (§4.2). To an old
 * suspicion the same answer is given again: it did not get there. (That
 * is ours; the paper's news can die out before all have heard it.)
 */
function refute(
  state: State,
  { status, incarnation: rumored }: Update,
  options: Options,
): Step<State> {
  if (status === "alive") return [state, []];
  const incarnation = Math.max(state.incarnation, rumored + 1);
  const alive = aliveAs(state.id, incarnation);
  const rumors = addRumor(state.rumors, alive);
  const next = { ...state, incarnation, rumors };
  if (incarnation === state.incarnation) return [next, []];
  return [feel(next, 1, options), [keep(incarnation)]];
}
// #endregion refute

// #region sync
/**
 * Anti-entropy: send all we know, and get the same back. It brings a
 * newcomer in, and repairs what the limited gossip has missed.
 */
function sync(
  state: State,
  dice: number,
  options: Options,
): readonly Effect[] {
  const partners = syncPartners(state, options);
  const luck = stream(dice, 0);
  const dest = partners[intBetween(luck, 0, partners.length - 1)];
  return dest === undefined ? [] : [sendAll(state, dest, "sync")];
}

/** A contact, until one answered; now and then anybody, also the gone. */
function syncPartners(
  { id, hasJoined, members, period }: State,
  { contacts, syncPeriods }: Options,
): readonly NodeId[] {
  if (contacts !== null && !hasJoined)
    return contacts.filter((contact) => contact !== id);
  const isTime = syncPeriods > 0 && period % syncPeriods === 0;
  return isTime ? Object.keys(members) : [];
}

function sendAll(state: State, dest: NodeId, type: string): Effect {
  const { id, incarnation, members } = state;
  const updates = [...Object.values(members), aliveAs(id, incarnation)];
  return { kind: "send", dest, body: { type, updates } };
}
// #endregion sync

// #region leave
/** To leave is to confirm oneself: to k others, and then silence. */
function leave(
  state: State,
  dice: number,
  options: Options,
): Step<State> {
  const { id: member, incarnation } = state;
  const gone: Update = { member, status: "confirm", incarnation };
  const to = shuffled(membersOf(state), dice).slice(0, options.helpers);
  const body = { type: "news", updates: [gone] };
  const effects = to.map(
    (dest): Effect => ({ kind: "send", dest, body }),
  );
  return [{ ...state, hasLeft: true }, effects];
}
// #endregion leave
