/**
 * A store of keys on Multi-Paxos, in the words of Maelstrom's lin-kv. The
 * leader puts each request into the log, reads too; all carry it out.
 */
// unprinted: for the chapter on consensus
import type {
  Body,
  Effect,
  Input,
  Node,
  NodeId,
  Setup,
  Step,
} from "../kernel/node.ts";
import {
  type Data,
  execute,
  failure,
  isRequest,
} from "../raft-kv/store.ts";
import {
  init as initPaxos,
  paperRules,
  propose,
  react,
  storeFirst,
} from "./multi-paxos.ts";
import type { Entry, Options, State } from "./state.ts";

// #region mp-kv-state
/** Who asked what, and through which leader's ballot it went. */
type Ask = {
  readonly client: NodeId;
  readonly request: Body;
  readonly via: NodeId;
};

export type Kv = {
  readonly paxos: State;
  readonly applied: number;
  readonly data: Data;
  /** The last request of each client, and the answer to it. */
  readonly sessions: {
    readonly [client: NodeId]: {
      readonly msgId: number;
      readonly reply: Body;
    };
  };
};
// #endregion mp-kv-state

/** A server of the store; `optionsFor` is told who the members are. */
export function paxosKv(
  optionsFor: (members: readonly NodeId[]) => Options,
): Node<Kv> {
  return { init: (setup) => init(setup, optionsFor), step };
}

function init(
  setup: Setup,
  optionsFor: (members: readonly NodeId[]) => Options,
): Step<Kv> {
  const members = [setup.id, ...setup.peers].sort((a, b) =>
    a < b ? -1 : 1,
  );
  const [paxos, effects] = initPaxos(setup, optionsFor(members));
  return [{ paxos, applied: 0, data: {}, sessions: {} }, effects];
}

// #region mp-kv-step
/** Agree, then carry out in order what was agreed on (§3). */
function step(state: Kv, input: Input): Step<Kv> {
  const { event } = input;
  const message = event.kind === "message" ? event.message : null;
  const [heard, sends] =
    message && isRequest(message.body)
      ? onRequest(state, message.src, message.body)
      : agree(state, react(state.paxos, input, paperRules));
  const [next, answers] = applyChosen(heard);
  const all = [...sends, ...answers];
  const [, effects] = storeFirst(state.paxos, [next.paxos, all]);
  return [next, effects];
}

function agree(state: Kv, [paxos, sends]: Step<State>): Step<Kv> {
  return [{ ...state, paxos }, sends];
}

/** Of a write that meets no leader nothing can be said: be silent. */
function onRequest(state: Kv, client: NodeId, request: Body): Step<Kv> {
  const { id, role } = state.paxos;
  if (role === "leading") {
    const ask = { client, request, via: id };
    return agree(state, propose(state.paxos, ask));
  }
  if (request.type !== "read") return [state, []];
  const body = {
    ...failure(11, "not the leader"),
    in_reply_to: request.msg_id ?? null,
  };
  return [state, [{ kind: "send", dest: client, body }]];
}
// #endregion mp-kv-step

// #region mp-kv-apply
/** A request twice in the log is done once; whoever took it answers. */
function applyChosen(start: Kv): Step<Kv> {
  let state = start;
  const effects: Effect[] = [];
  while (state.applied < state.paxos.chosenTo) {
    const applied = state.applied + 1;
    const [next, answers] = apply(state, state.paxos.chosen[applied]);
    state = { ...next, applied };
    effects.push(...answers);
  }
  return [state, effects];
}

function apply(state: Kv, entry: Entry | undefined): Step<Kv> {
  if (entry?.kind !== "command") return [state, []];
  const { client, request, via } = entry.command as Ask;
  const msgId = Number(request.msg_id);
  const last = state.sessions[client];
  if (last && msgId < last.msgId) return [state, []];
  const [data, reply] =
    last && msgId === last.msgId
      ? [state.data, last.reply]
      : execute(state.data, request);
  const sessions = { ...state.sessions, [client]: { msgId, reply } };
  const next = { ...state, data, sessions };
  if (via !== state.paxos.id) return [next, []];
  const body = { ...reply, in_reply_to: msgId };
  return [next, [{ kind: "send", dest: client, body }]];
}
// #endregion mp-kv-apply
