/**
 * Any machine on Raft: all servers carry out the same requests in the
 * same order (Schneider 1990). As ../raft-kv, but the machine is given,
 * reads go through the log too, and whoever was asked asks on until the
 * request is done: once, however often it gets into the log.
 */
// unprinted: for the chapter on testing
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
import { init as initRaft, react, storeFirst } from "../raft/raft.ts";
import { propose } from "../raft/replication.ts";
import { compact } from "../raft/snapshot.ts";
import {
  type Entry,
  entriesAfter,
  entryAt,
  type Options,
  type State as RaftState,
} from "../raft/state.ts";
import { failed } from "./errors.ts";

// #region machine
/** A sequential program: no network, no clock, no chance. */
export type Machine<Data extends Json> = {
  readonly start: Data;
  /** The data after a request, and the answer to it. */
  execute(data: Data, request: Body): readonly [Data, Body];
  /** May this server answer from what it has, be it old? */
  isLocal(request: Body): boolean;
};
// #endregion machine

// #region replicated-state
export type Ask = { readonly client: NodeId; readonly request: Body };

export type Replicated<Data extends Json> = {
  readonly raft: RaftState;
  readonly applied: number;
  readonly data: Data;
  /** The last few commands of each client, and the answers to them. */
  readonly sessions: Sessions;
  /** What this server was asked and has not answered yet. */
  readonly waiting: readonly Waiting[];
};

type Sessions = { readonly [client: NodeId]: readonly Done[] };
type Done = { readonly msgId: number; readonly reply: Body };
type Waiting = Ask & { readonly sinceMs: number };
// #endregion replicated-state

/** So many commands of one client may overtake each other. */
const sessionLength = 8;
const retryMs = 100;
/**
 * Less than the 5 s after which Maelstrom's clients are gone: it stops
 * listening to a server that answers somebody who is not there.
 */
const patienceMs = 4000;
const entriesKept = 40;

// #region replicated
export function replicated<Data extends Json>(
  machine: Machine<Data>,
  optionsFor: (members: readonly NodeId[]) => Options,
): Node<Replicated<Data>> {
  return {
    init: (setup) => init(machine, setup, optionsFor),
    step: (state, input) => step(machine, state, input),
  };
}

function init<Data extends Json>(
  machine: Machine<Data>,
  setup: Setup,
  optionsFor: (members: readonly NodeId[]) => Options,
): Step<Replicated<Data>> {
  const members = [setup.id, ...setup.peers].sort(byName);
  const [raft, effects] = initRaft(setup, optionsFor(members));
  const empty = {
    raft,
    applied: 0,
    data: machine.start,
    sessions: {},
    waiting: [],
  };
  return [restore(empty), [...effects, nextRetry]];
}
// #endregion replicated

function byName(one: string, other: string): number {
  return one < other ? -1 : 1;
}

const nextRetry: Effect = {
  kind: "set-timer",
  name: "retry",
  afterMs: retryMs,
};

// #region replicated-step
function step<Data extends Json>(
  machine: Machine<Data>,
  state: Replicated<Data>,
  input: Input,
): Step<Replicated<Data>> {
  const [heard, sends] = hear(machine, state, input);
  const [restored, old] = answerDone(restore(heard));
  const [applied, answers] = applyCommitted(machine, restored);
  const next = keepShort(applied);
  const all = [...sends, ...old, ...answers];
  const [, effects] = storeFirst(state.raft, [next.raft, all]);
  return [next, effects];
}

function hear<Data extends Json>(
  machine: Machine<Data>,
  state: Replicated<Data>,
  input: Input,
): Step<Replicated<Data>> {
  const { event } = input;
  if (event.kind === "timer") {
    if (event.name === "retry") return retry(state, input.nowMs);
  } else {
    const { src, body } = event.message;
    if (body.type === "forward") return enter(state, askOf(body));
    if (typeof body.msg_id === "number") {
      const ask = { client: src, request: body };
      return onRequest(machine, state, ask, input.nowMs);
    }
  }
  const [raft, effects] = react(state.raft, input);
  return [{ ...state, raft }, effects];
}
// #endregion replicated-step

function askOf(body: Body): Ask {
  const { client, request } = body as Body & Ask;
  return { client, request };
}

// #region on-request
/** Remember who asked, then see that it gets into the log. */
function onRequest<Data extends Json>(
  machine: Machine<Data>,
  state: Replicated<Data>,
  ask: Ask,
  nowMs: number,
): Step<Replicated<Data>> {
  if (machine.isLocal(ask.request)) {
    const [, found] = machine.execute(state.data, ask.request);
    return [state, [answer(ask, found)]];
  }
  if (state.waiting.some((other) => isSame(other, ask))) {
    return [state, []];
  }
  const waiting = [...state.waiting, { ...ask, sinceMs: nowMs }];
  return pass({ ...state, waiting }, ask);
}

/** To the leader, who may be this server, or nobody for now. */
function pass<Data extends Json>(
  state: Replicated<Data>,
  ask: Ask,
): Step<Replicated<Data>> {
  const { id, leader, leading } = state.raft;
  if (leading !== null) return enter(state, ask);
  if (leader === null || leader === id) return [state, []];
  const { client, request } = ask;
  const body = { type: "forward", client, request };
  return [state, [{ kind: "send", dest: leader, body }]];
}

// #endregion on-request

// #region enter
/** Into the log, unless it is there already or has been carried out. */
function enter<Data extends Json>(
  state: Replicated<Data>,
  ask: Ask,
): Step<Replicated<Data>> {
  const ahead = entriesAfter(state.raft, state.applied);
  const isUnderWay = ahead.some(
    (entry) =>
      entry.kind === "command" && isSame(entry.command as Ask, ask),
  );
  if (isUnderWay || answerTo(state, ask)) return [state, []];
  const [raft, effects] = propose(state.raft, ask);
  return [{ ...state, raft }, effects];
}
// #endregion enter

function isSame(one: Ask, other: Ask): boolean {
  return (
    one.client === other.client &&
    one.request.msg_id === other.request.msg_id
  );
}

// #region retry
/** Ask on; after a while give up, without saying "not done". */
function retry<Data extends Json>(
  start: Replicated<Data>,
  nowMs: number,
): Step<Replicated<Data>> {
  const isOver = (ask: Waiting) => nowMs - ask.sinceMs >= patienceMs;
  const over = start.waiting.filter(isOver);
  const waiting = start.waiting.filter((ask) => !isOver(ask));
  let state: Replicated<Data> = { ...start, waiting };
  const effects: Effect[] = [
    nextRetry,
    ...over.map((ask) => answer(ask, failed("timeout", "no majority"))),
  ];
  for (const ask of waiting) {
    const [next, sends] = pass(state, ask);
    state = next;
    effects.push(...sends);
  }
  return [state, effects];
}
// #endregion retry

// #region apply-committed
/** Carry out what is committed, in the order of the log. */
function applyCommitted<Data extends Json>(
  machine: Machine<Data>,
  start: Replicated<Data>,
): Step<Replicated<Data>> {
  let state = start;
  const effects: Effect[] = [];
  while (state.applied < state.raft.commitIndex) {
    const entry = entryAt(state.raft, state.applied + 1);
    const done = executeOnce(machine, state, entry);
    const applied = state.applied + 1;
    const [next, answers] = answerDone({ ...done, applied });
    state = next;
    effects.push(...answers);
  }
  return [state, effects];
}

/** Twice in the log, once in the data. */
function executeOnce<Data extends Json>(
  machine: Machine<Data>,
  state: Replicated<Data>,
  entry: Entry | null,
): Replicated<Data> {
  if (entry?.kind !== "command") return state;
  const { client, request } = entry.command as Ask;
  const msgId = Number(request.msg_id);
  const session = sessionOf(state, client);
  if (session.some((done) => done.msgId === msgId)) return state;
  const [oldest] = session;
  const isFull = session.length === sessionLength;
  // So old that nobody knows any more whether it was done.
  if (isFull && oldest && msgId < oldest.msgId) return state;
  const [data, reply] = machine.execute(state.data, request);
  const longer = [...session, { msgId, reply }]
    .sort((one, other) => one.msgId - other.msgId)
    .slice(-sessionLength);
  const sessions = { ...state.sessions, [client]: longer };
  return { ...state, data, sessions };
}
// #endregion apply-committed

function sessionOf<Data extends Json>(
  { sessions }: Replicated<Data>,
  client: NodeId,
): readonly Done[] {
  return Object.hasOwn(sessions, client)
    ? (sessions[client] ?? [])
    : [];
}

// #region answer-done
/** Whoever was asked answers, once it has carried it out itself. */
function answerDone<Data extends Json>(
  state: Replicated<Data>,
): Step<Replicated<Data>> {
  const effects: Effect[] = [];
  const waiting = state.waiting.filter((ask) => {
    const reply = answerTo(state, ask);
    if (reply !== null) effects.push(answer(ask, reply));
    return reply === null;
  });
  if (effects.length === 0) return [state, effects];
  return [{ ...state, waiting }, effects];
}

function answerTo<Data extends Json>(
  state: Replicated<Data>,
  { client, request }: Ask,
): Body | null {
  const session = sessionOf(state, client);
  const done = session.find(({ msgId }) => msgId === request.msg_id);
  return done?.reply ?? null;
}

function answer({ client, request }: Ask, body: Body): Effect {
  const in_reply_to = request.msg_id ?? null;
  return { kind: "send", dest: client, body: { ...body, in_reply_to } };
}
// #endregion answer-done

// #region replicated-snapshot
/** Past so many entries, the data take the place of the log (§7). */
function keepShort<Data extends Json>(
  state: Replicated<Data>,
): Replicated<Data> {
  const { raft, applied, data, sessions } = state;
  const isNew = applied > raft.snapshot.lastIndex;
  if (!isNew || raft.log.length <= entriesKept) return state;
  return { ...state, raft: compact(raft, applied, { data, sessions }) };
}

/** Raft has got, or had kept, a snapshot that is ahead of our data. */
function restore<Data extends Json>(
  state: Replicated<Data>,
): Replicated<Data> {
  const { lastIndex, data } = state.raft.snapshot;
  if (lastIndex <= state.applied) return state;
  const kept = data as Pick<Replicated<Data>, "data" | "sessions">;
  return { ...state, ...kept, applied: lastIndex };
}
// #endregion replicated-snapshot
