/**
 * A replicated store whose every request says on which path it is
 * served: by a majority, by the leader, or here and now.
 */
import { abd } from "../abd/abd.ts";
import { paperOptions, type Work } from "../abd/state.ts";
import { initial, type Tagged } from "../abd/tag.ts";
import { covers, type VectorClock } from "../clocks/vector.ts";
import type {
  Body,
  Effect,
  Input,
  Json,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import {
  apply,
  gossip,
  lacking,
  nextHeld,
  onUpdates,
  originate,
} from "./spread.ts";
import {
  type Options,
  type Request,
  reply,
  type State,
  send,
  type Update,
  type Waiting,
} from "./state.ts";

const register = abd(paperOptions);

// #region dial
export function dial(options: Options): Node<State> {
  return {
    init: (setup) => {
      const [own, effects] = register.init(setup);
      const { id, peers, disk } = setup;
      const empty: State = {
        id,
        peers,
        register: own,
        updates: [],
        seen: {},
        cells: {},
        early: [],
        waiting: [],
      };
      const saved = (disk.updates ?? []) as readonly Update[];
      const state = saved.reduce(apply, empty);
      return [state, [...effects, again(options)]];
    },
    step: (state, input) => {
      const [next, effects] = onInput(options, state, input);
      const [served, more] = serveWaiting(next);
      return [served, [...effects, ...more]];
    },
  };
}

function again({ gossipMs }: Options): Effect {
  return { kind: "set-timer", name: "gossip", afterMs: gossipMs };
}
// #endregion dial

// #region on-input
function onInput(
  options: Options,
  state: State,
  input: Input,
): Step<State> {
  const { event, dice } = input;
  if (event.kind === "timer") {
    if (event.name === "gossip") {
      return [state, [...gossip(state, dice), again(options)]];
    }
    const late = state.waiting.find(({ name }) => name === event.name);
    return late ? giveUp(state, late) : byQuorum(state, input);
  }
  const { src, body } = event.message;
  switch (body.type) {
    case "read":
    case "write":
      return onRequest(options, state, requestOf(src, body), input);
    case "forward":
      return onForward(state, src, body as Forward);
    case "forwarded":
      return onForwarded(state, body as Forwarded);
    case "updates":
      return onUpdates(state, body.updates as readonly Update[]);
    case "seen": {
      const updates = lacking(state, body.seen as VectorClock);
      const news = { type: "updates", updates: updates as Json };
      return [state, updates.length === 0 ? [] : [send(src, news)]];
    }
    default:
      return byQuorum(state, input);
  }
}
// #endregion on-input

function requestOf(client: NodeId, body: Body): Request {
  return {
    client,
    msgId: Number(body.msg_id ?? 0),
    op: body.type === "read" ? "read" : "write",
    path: (body.path ?? "here") as Request["path"],
    key: JSON.stringify(body.key ?? null),
    value: body.value ?? null,
    atLeast: (body.atLeast ?? {}) as VectorClock,
  };
}

// #region on-request
/** Send each request on its path. */
function onRequest(
  options: Options,
  state: State,
  request: Request,
  input: Input,
): Step<State> {
  const { path, client, msgId } = request;
  if (path === "quorum") return byQuorum(state, input);
  const name = `${client} ${msgId}`;
  const isServed = state.waiting.some((one) => one.name === name);
  if (isServed || isKnown(state, request)) return [state, []];
  const waiting = [...state.waiting, { ...request, name }];
  const afterMs = options.waitMsMax;
  const timer = { kind: "set-timer", name, afterMs } as const;
  const forward = { type: "forward", request: { ...request, name } };
  return [
    { ...state, waiting },
    path === "leader"
      ? [timer, send(options.leader, forward)]
      : [timer],
  ];
}

/** A copy of a write that was done, or one given up since. */
function isKnown({ updates }: State, { client, msgId, op }: Request) {
  const isIt = (one: Update) =>
    one.client === client && one.msgId >= msgId;
  return op === "write" && updates.some(isIt);
}
// #endregion on-request

// #region serve-here
// #region serve-waiting
/** Requests for which this replica has seen enough by now. */
function serveWaiting(state: State): Step<State> {
  const isReady = ({ path, atLeast }: Waiting) =>
    path === "here" && covers(state.seen, atLeast);
  const ready = state.waiting.find(isReady);
  if (ready === undefined) return [state, []];
  const [served, effects] = serveHere(state, ready);
  const [next, more] = serveWaiting(without(served, ready));
  return [next, [...effects, ...more]];
}
// #endregion serve-waiting

function serveHere(state: State, request: Request): Step<State> {
  if (request.op === "read") {
    const { tag, value } = state.cells[request.key] ?? initial;
    const { seen } = state;
    const ok = { type: "read_ok", value, tag, seen };
    return [state, [reply(request, ok)]];
  }
  const held = nextHeld(state, request);
  const [next, effects] = originate(state, request, held);
  const ok = { type: "write_ok", ...proofOf(next, held) };
  return [next, [...effects, reply(request, ok)]];
}

/** What a session keeps of a write: its place among ours. */
function proofOf({ id, seen }: State, { tag }: Tagged) {
  return { tag, seen: { [id]: seen[id] ?? 0 } };
}
// #endregion serve-here

// #region leader
type Forward = Body & { readonly request: Waiting };
type Forwarded = Body & {
  readonly name: string;
  readonly answer: Body;
};

/** The leader: its own order of writes is everybody's. */
function onForward(
  state: State,
  from: NodeId,
  { request }: Forward,
): Step<State> {
  if (isKnown(state, request)) return [state, []];
  const held = nextHeld(state, request);
  const [next, effects] = originate(state, request, held);
  const answer = { type: "write_ok", ...proofOf(next, held) };
  const told = { type: "forwarded", name: request.name, answer };
  return [next, [...effects, send(from, told)]];
}

/** The replica that was asked passes the leader's answer on. */
function onForwarded(state: State, body: Forwarded): Step<State> {
  const asked = state.waiting.find(({ name }) => name === body.name);
  if (asked === undefined) return [state, []];
  return [without(state, asked), [reply(asked, body.answer)]];
}
// #endregion leader

// #region give-up
/** Too late: a write that went to the leader may yet be done. */
function giveUp(state: State, late: Waiting): Step<State> {
  const code = late.path === "leader" ? 0 : 11;
  const error = { type: "error", code, text: "not in time" };
  return [without(state, late), [reply(late, error)]];
}

function without(state: State, one: Waiting): State {
  const waiting = state.waiting.filter(({ name }) => name !== one.name);
  return { ...state, waiting };
}
// #endregion give-up

// #region by-quorum
/** The quorum path: ABD does it. What it wrote, the others learn. */
function byQuorum(state: State, input: Input): Step<State> {
  const { works } = state.register;
  const [own, effects] = register.step(state.register, input);
  const isOver = ({ name }: Work) =>
    !own.works.some((work) => work.name === name);
  const isDone = effects.some(
    (one) => one.kind === "send" && one.body.type === "write_ok",
  );
  const done = isDone ? works.find(isOver) : undefined;
  const stepped = { ...state, register: own };
  if (done === undefined) return [stepped, effects];
  const [next, more] = originate(stepped, done, done.chosen);
  return [next, [...more, ...effects]];
}
// #endregion by-quorum
