/**
 * A coordination service on Raft: the tree of `tree.ts`, kept by every
 * server. Writes and watches go through the log, plain reads are confirmed
 * by a majority. When a session ends is decided in the log too, on the
 * word of the leader: no server acts on its own clock alone.
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
import {
  applyCommand,
  type Command,
  emptyTree,
  expired,
  look,
  type Tree,
} from "./tree.ts";

// #region service-state
export type Service = {
  readonly raft: RaftState;
  readonly applied: number;
  readonly tree: Tree;
  /** What only a leader knows, for the term that it leads. */
  readonly keeping: Keeping | null;
};

/** When each session was last heard, by the leader's clock. */
export type Keeping = {
  readonly term: number;
  readonly heardMs: { readonly [session: string]: number };
  /** Their end is proposed: they are told nothing good any more. */
  readonly ending: readonly string[];
};

type Ask = { readonly client: NodeId; readonly request: Body };
// #endregion service-state

/** A server; `optionsFor` is told who the members are. */
export function coordination(
  optionsFor: (members: readonly NodeId[]) => Options,
): Node<Service> {
  return { init: (setup) => init(setup, optionsFor), step };
}

function init(
  setup: Setup,
  optionsFor: (members: readonly NodeId[]) => Options,
): Step<Service> {
  const members = [setup.id, ...setup.peers].sort((a, b) =>
    a < b ? -1 : 1,
  );
  const [raft, effects] = initRaft(setup, optionsFor(members));
  const empty = { raft, applied: 0, tree: emptyTree, keeping: null };
  return [restore(empty), effects];
}

// #region service-step
/** Let Raft decide, carry out, answer; and see who has gone silent. */
function step(state: Service, input: Input): Step<Service> {
  const [heard, sends] = hear(state, input);
  const [applied, answers] = applyCommitted(restore(heard));
  const [read, values] = answerReads(applied);
  const kept = keepSessions(read, input.nowMs);
  const [watched, ends] =
    input.event.kind === "timer"
      ? endSilent(kept, input.nowMs)
      : [kept, []];
  const next = keepShort(watched);
  const all = [...sends, ...answers, ...values, ...ends];
  const [, effects] = storeFirst(state.raft, [next.raft, all]);
  return [next, effects];
}

function hear(state: Service, input: Input): Step<Service> {
  const { event } = input;
  const message = event.kind === "message" ? event.message : null;
  const isRequest = typeof message?.body.msg_id === "number";
  if (message && isRequest)
    return onRequest(state, message, input.nowMs);
  const [raft, effects] = react(state.raft, input);
  return [{ ...state, raft }, effects];
}
// #endregion service-step

// #region on-request
/**
 * Only the leader serves. The others name it: a client asks there again,
 * with the same msg_id, which its session knows.
 */
function onRequest(
  state: Service,
  { src: client, body: request }: Message,
  nowMs: number,
): Step<Service> {
  const { raft } = state;
  if (raft.leading === null) {
    const about = request.msg_id ?? 0;
    const body = { type: "redirect", leader: raft.leader, about };
    return [state, [{ kind: "send", dest: client, body }]];
  }
  const name = String(request.session);
  if (state.keeping?.ending.includes(name)) return [state, []];
  const next = noteHeard(state, name, nowMs);
  const ask: Ask = { client, request };
  const isRead = ["get", "children", "ping"].includes(request.type);
  const [after, effects] =
    isRead && !request.watch
      ? askToRead(raft, ask)
      : propose(raft, { type: "request", ...ask });
  return [{ ...next, raft: after }, effects];
}
// #endregion on-request

// #region answer
/**
 * Each answer brings the events that its client may not have heard: so
 * none reads a change before it is told of it.
 */
function answer(
  tree: Tree,
  { client, request }: Ask,
  reply: Body,
): Effect {
  const events = tree.sessions[String(request.session)]?.events ?? [];
  const in_reply_to = request.msg_id ?? 0;
  const body = { ...reply, events, in_reply_to };
  return { kind: "send", dest: client, body };
}
// #endregion answer

// #region service-apply
function applyCommitted(start: Service): Step<Service> {
  let state = start;
  const effects: Effect[] = [];
  while (state.applied < state.raft.commitIndex) {
    const index = state.applied + 1;
    const entry = entryAt(state.raft, index);
    const [tree, sends] = apply(state, index, entry);
    state = { ...state, tree, applied: index };
    effects.push(...sends);
  }
  return [state, effects];
}

/** The leader answers, and tells those whose watches have fired. */
function apply(
  { raft, tree }: Service,
  index: number,
  entry: Entry | null,
): Step<Tree> {
  if (entry?.kind !== "command") return [tree, []];
  const command = entry.command as Command;
  const [next, reply] = applyCommand(tree, index, command);
  if (raft.role !== "leader") return [next, []];
  const told = pushEvents(tree, next);
  const isMine = entry.term === raft.currentTerm;
  if (command.type === "expire" || reply === null || !isMine) {
    return [next, told];
  }
  return [next, [...told, answer(next, command, reply)]];
}
// #endregion service-apply

// #region push-events
/** Events that this command has fired, to the clients they are for. */
function pushEvents(before: Tree, after: Tree): readonly Effect[] {
  return Object.keys(after.sessions).flatMap(
    (name): readonly Effect[] => {
      const session = after.sessions[name];
      const fired = before.sessions[name]?.eventsFired ?? 0;
      const isNews =
        session !== undefined && session.eventsFired > fired;
      if (!isNews) return [];
      const { client: dest, events } = session;
      const body = { type: "events", session: name, events };
      return [{ kind: "send", dest, body }];
    },
  );
}
// #endregion push-events

// #region answer-confirmed
/** Reads that a majority has confirmed; pings are among them. */
function answerReads(state: Service): Step<Service> {
  const [raft, reads] = takeReads(state.raft);
  const answers = reads.map(({ question }) => {
    const ask = question as Ask;
    const name = String(ask.request.session);
    const isOpen = state.tree.sessions[name] !== undefined;
    if (!isOpen) return answer(state.tree, ask, expired);
    const isPing = ask.request.type === "ping";
    const reply = isPing
      ? { type: "ping_ok" }
      : look(state.tree, ask.request);
    return answer(state.tree, ask, reply);
  });
  return [{ ...state, raft }, answers];
}
// #endregion answer-confirmed

// #region keep-sessions
/** Who is new to this leader has a whole time-out from now on. */
function keepSessions(state: Service, nowMs: number): Service {
  const { leading, currentTerm: term } = state.raft;
  if (leading === null) return { ...state, keeping: null };
  const isNew = state.keeping?.term !== term;
  const before = isNew ? { heardMs: {}, ending: [] } : state.keeping;
  const heard: Keeping["heardMs"] = before.heardMs;
  const names = Object.keys(state.tree.sessions);
  const heardMs = Object.fromEntries(
    names.map((name) => [name, heard[name] ?? nowMs]),
  );
  const ending = before.ending.filter((name) => names.includes(name));
  return { ...state, keeping: { term, heardMs, ending } };
}

function noteHeard(
  state: Service,
  name: string,
  nowMs: number,
): Service {
  const { keeping } = state;
  if (keeping === null) return state;
  const heardMs = { ...keeping.heardMs, [name]: nowMs };
  return { ...state, keeping: { ...keeping, heardMs } };
}
// #endregion keep-sessions

// #region end-silent
/**
 * Propose the end of sessions that were silent for too long. From then on
 * they get no answer: one told "you live" now might die a moment later.
 */
function endSilent(state: Service, nowMs: number): Step<Service> {
  const { keeping, tree, raft } = state;
  const isHandingOver = raft.leading?.transfer != null;
  if (keeping === null || isHandingOver) return [state, []];
  const silent = Object.keys(tree.sessions).filter((name) => {
    const heardMs = keeping.heardMs[name] ?? nowMs;
    const timeoutMs = tree.sessions[name]?.timeoutMs ?? 0;
    const isEnding = keeping.ending.includes(name);
    return !isEnding && nowMs - heardMs >= timeoutMs;
  });
  const ending = [...keeping.ending, ...silent];
  let next: Service = { ...state, keeping: { ...keeping, ending } };
  const effects: Effect[] = [];
  for (const session of silent.toSorted((a, b) => (a < b ? -1 : 1))) {
    const expire = { type: "expire", session };
    const [longer, sends] = propose(next.raft, expire);
    next = { ...next, raft: longer };
    effects.push(...sends);
  }
  return [next, effects];
}
// #endregion end-silent

const entriesKept = 60;

// #region service-snapshot
function keepShort(state: Service): Service {
  const { raft, applied, tree } = state;
  const isNew = applied > raft.snapshot.lastIndex;
  if (!isNew || raft.log.length <= entriesKept) return state;
  return { ...state, raft: compact(raft, applied, tree) };
}

function restore(state: Service): Service {
  const { lastIndex, data } = state.raft.snapshot;
  if (lastIndex <= state.applied) return state;
  return { ...state, tree: data as Tree, applied: lastIndex };
}
// #endregion service-snapshot
