/**
 * A store of keys and values on top of Raft: every server applies the same
 * commands in the same order, so that all hold the same data (Ongaro &
 * Ousterhout 2014, §8). It speaks Maelstrom's lin-kv: read, write, cas.
 */
import type {
  Body,
  Effect,
  Input,
  Message,
  Node,
  NodeId,
  Setup,
  Step,
} from "../kernel/node.ts";
import { readByLease } from "../raft/lease.ts";
import { init as initRaft, react, storeFirst } from "../raft/raft.ts";
import { askToRead, takeReads } from "../raft/read.ts";
import { propose } from "../raft/replication.ts";
import { compact } from "../raft/snapshot.ts";
import {
  type Entry,
  entryAt,
  type Options,
  type State as RaftState,
} from "../raft/state.ts";
import { type Data, execute, failure, isRequest } from "./store.ts";

// #region kv-state
/** A request, who asked, and which server was asked. */
export type Ask = {
  readonly client: NodeId;
  readonly via: NodeId;
  readonly request: Body;
};

/** What the entries up to `applied` have made of nothing. */
export type Kv = {
  readonly raft: RaftState;
  readonly applied: number;
  readonly data: Data;
  readonly sessions: Sessions;
};

/** The last command of each client, and the answer to it. */
type Sessions = {
  readonly [client: NodeId]: {
    readonly msgId: number;
    readonly reply: Body;
  };
};
// #endregion kv-state

// #region kv-init
/** A server of the store; `optionsFor` is told who the members are. */
export function raftKv(
  optionsFor: (members: readonly NodeId[]) => Options,
): Node<Kv> {
  return { init: (setup) => init(setup, optionsFor), step };
}

function init(
  setup: Setup,
  optionsFor: (members: readonly NodeId[]) => Options,
): Step<Kv> {
  const members = [setup.id, ...setup.peers].sort(byName);
  const [raft, effects] = initRaft(setup, optionsFor(members));
  const empty = { raft, applied: 0, data: {}, sessions: {} };
  return [restore(empty), effects];
}

function byName(one: string, other: string): number {
  return one < other ? -1 : 1;
}
// #endregion kv-init

// #region kv-step
/** Let Raft decide, apply what it has decided, answer who waits. */
function step(state: Kv, input: Input): Step<Kv> {
  const [heard, sends] = hear(state, input);
  const [applied, answers] = applyCommitted(restore(heard));
  const [read, values] = answerReads(applied);
  const next = keepShort(read);
  const all = [...sends, ...answers, ...values];
  const [, effects] = storeFirst(state.raft, [next.raft, all]);
  return [next, effects];
}

function hear(state: Kv, input: Input): Step<Kv> {
  const { event } = input;
  const message = event.kind === "message" ? event.message : null;
  if (message && isRequest(message.body)) {
    const { src, dest, body } = message;
    return onAsk(
      state,
      { client: src, via: dest, request: body },
      input,
    );
  }
  if (message?.body.type === "forward")
    return onForward(state, message, input);
  if (message?.body.type === "answer") return onAnswer(state, message);
  const [raft, effects] = react(state.raft, input);
  return [{ ...state, raft }, effects];
}
// #endregion kv-step

// #region on-ask
/** A leader has writes agreed on, and its reads confirmed. */
function onAsk(state: Kv, ask: Ask, input: Input): Step<Kv> {
  const { raft } = state;
  if (raft.leading === null) return passOn(state, ask);
  const [next, effects] =
    ask.request.type === "read"
      ? (readByLease(raft, ask, input) ?? askToRead(raft, ask))
      : propose(raft, ask);
  return [{ ...state, raft: next }, effects];
}

/**
 * Others hand it to the leader, once. Where none is known a read fails
 * for certain; of a write nothing can be said, for the network may have
 * brought a copy of it before, and that may yet be carried out.
 */
function passOn(state: Kv, ask: Ask): Step<Kv> {
  const { id, leader } = state.raft;
  if (leader !== null && ask.via === id) {
    const body = { type: "forward", ...ask };
    return [state, [{ kind: "send", dest: leader, body }]];
  }
  if (ask.request.type !== "read") return [state, []];
  return [state, [answer(state, ask, failure(11, "no leader known"))]];
}
// #endregion on-ask

// #region relay
function onForward(
  state: Kv,
  { body }: Message,
  input: Input,
): Step<Kv> {
  const { client, via, request } = body as Body & Ask;
  return onAsk(state, { client, via, request }, input);
}

function onAnswer(state: Kv, { body }: Message): Step<Kv> {
  const { client, reply } = body as Body & Relayed;
  return [state, [{ kind: "send", dest: client, body: reply }]];
}

type Relayed = { readonly client: NodeId; readonly reply: Body };

/** The answer goes back the way the question came. */
function answer(state: Kv, ask: Ask, body: Body): Effect {
  const { client, via, request } = ask;
  const reply = { ...body, in_reply_to: request.msg_id ?? null };
  if (via === state.raft.id) {
    return { kind: "send", dest: client, body: reply };
  }
  const relayed = { type: "answer", client, reply };
  return { kind: "send", dest: via, body: relayed };
}
// #endregion relay

// #region apply
/** Apply what is committed, in the order of the log (§5.3). */
function applyCommitted(start: Kv): Step<Kv> {
  let state = start;
  const effects: Effect[] = [];
  while (state.applied < state.raft.commitIndex) {
    const entry = entryAt(state.raft, state.applied + 1);
    const [next, answers] = apply(state, entry);
    state = { ...next, applied: state.applied + 1 };
    effects.push(...answers);
  }
  return [state, effects];
}

/** Whoever took the command answers: the leader, in the same term. */
function apply(state: Kv, entry: Entry | null): Step<Kv> {
  if (entry?.kind !== "command") return [state, []];
  const ask = entry.command as Ask;
  const [next, reply] = executeOnce(state, ask);
  const { role, currentTerm } = state.raft;
  const isMine = role === "leader" && entry.term === currentTerm;
  if (!isMine || reply === null) return [next, []];
  return [next, [answer(next, ask, reply)]];
}
// #endregion apply

// #region sessions
/**
 * A request may be in the log twice: sent again, or doubled on its way.
 * The second time the old answer is given and nothing is done (§8).
 */
function executeOnce(
  state: Kv,
  { client, request }: Ask,
): readonly [Kv, Body | null] {
  const msgId = Number(request.msg_id);
  const last = state.sessions[client];
  if (last && msgId < last.msgId) return [state, null];
  if (last && msgId === last.msgId) return [state, last.reply];
  const [data, reply] = execute(state.data, request);
  const sessions = { ...state.sessions, [client]: { msgId, reply } };
  return [{ ...state, data, sessions }, reply];
}
// #endregion sessions

// #region answer-reads
/** What Raft has confirmed is answered from this server's own data. */
function answerReads(state: Kv): Step<Kv> {
  const [raft, reads] = takeReads(state.raft);
  const answers = reads.map(({ question }) => {
    const ask = question as Ask;
    const [, reply] = execute(state.data, ask.request);
    return answer(state, ask, reply);
  });
  return [{ ...state, raft }, answers];
}
// #endregion answer-reads

// #region kv-snapshot
const entriesKept = 40;

/** Past so many entries, the data take the place of the log (§7). */
function keepShort(state: Kv): Kv {
  const { raft, applied, data, sessions } = state;
  const isNew = applied > raft.snapshot.lastIndex;
  if (!isNew || raft.log.length <= entriesKept) return state;
  return { ...state, raft: compact(raft, applied, { data, sessions }) };
}

/** Raft has got, or had kept, a snapshot that is ahead of our data. */
function restore(state: Kv): Kv {
  const { lastIndex, data } = state.raft.snapshot;
  if (lastIndex <= state.applied) return state;
  const kept = data as Pick<Kv, "data" | "sessions">;
  return { ...state, ...kept, applied: lastIndex };
}
// #endregion kv-snapshot
