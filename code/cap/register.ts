/**
 * Two replicas of a register, and a link between them. While the link
 * holds, both have an operation before it is answered, which makes the
 * register linearizable (Attiya, Bar-Noy, Dolev, JACM 1995, with two of
 * two as the quorum). When it is cut, a replica has to choose.
 */
import type {
  Body,
  Effect,
  Input,
  Json,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";

// #region options
export type Op = "read" | "write";
export type Choice = "answer" | "refuse";
export type Options = {
  /** How long a replica waits for the other one. */
  readonly waitMs: number;
  /** And what it does, alone, when that time is over. */
  readonly alone: { readonly [op in Op]: Choice };
};
// #endregion options

/** A value, and which write it is of: of two, the later count wins. */
export type Held = {
  readonly value: Json;
  readonly count: number;
  readonly by: NodeId;
};

type Waiting = {
  readonly name: string;
  readonly client: NodeId;
  readonly msgId: Json;
  readonly op: Op;
};

export type State = {
  readonly id: NodeId;
  readonly other: NodeId;
  readonly held: Held;
  readonly waiting: readonly Waiting[];
};

export function register(options: Options): Node<State> {
  return {
    init: ({ id, peers }) => {
      const held = { value: null, count: 0, by: id };
      return [{ id, other: peers[0] ?? "", held, waiting: [] }, []];
    },
    step: (state, input) => onInput(options, state, input),
  };
}

function onInput(
  options: Options,
  state: State,
  { event }: Input,
): Step<State> {
  if (event.kind === "timer") {
    const late = state.waiting.find(({ name }) => name === event.name);
    return late ? onAlone(options, state, late) : [state, []];
  }
  const { src, body } = event.message;
  switch (body.type) {
    case "read":
    case "write":
      return onRequest(options, state, src, body);
    case "copy":
      return onCopy(state, src, body as Copy);
    case "copied":
      return onCopied(state, body as Copy);
    default:
      return [state, []];
  }
}

type Copy = Body & { readonly name: string; readonly held: Held };

// #region on-request
/** Take the write, tell the other replica, and wait for it. */
function onRequest(
  options: Options,
  state: State,
  client: NodeId,
  body: Body,
): Step<State> {
  const { id, other, waiting } = state;
  const op = body.type === "write" ? "write" : "read";
  const count = state.held.count + 1;
  const written = { value: body.value ?? null, count, by: id };
  const held = op === "write" ? written : state.held;
  const name = `${client} ${body.msg_id}`;
  const one = { name, client, msgId: body.msg_id ?? null, op } as const;
  const next = { ...state, held, waiting: [...waiting, one] };
  const afterMs = options.waitMs;
  return [
    next,
    [
      send(other, { type: "copy", name, held }),
      { kind: "set-timer", name, afterMs },
    ],
  ];
}
// #endregion on-request

// #region on-copy
/** The other replica: keep the newer, and say what is held now. */
function onCopy(state: State, src: NodeId, copy: Copy): Step<State> {
  const held = newer(state.held, copy.held);
  const copied = { type: "copied", name: copy.name, held };
  return [{ ...state, held }, [send(src, copied)]];
}

/** Both replicas have it now: answer with what both have. */
function onCopied(state: State, copy: Copy): Step<State> {
  const held = newer(state.held, copy.held);
  const next = { ...state, held };
  const one = state.waiting.find(({ name }) => name === copy.name);
  if (one === undefined) return [next, []];
  return [without(next, one), [answer(one, copy.held)]];
}
// #endregion on-copy

// #region on-alone
/** No word from the other replica. Say yes, or say no? */
function onAlone(
  options: Options,
  state: State,
  one: Waiting,
): Step<State> {
  const isBold = options.alone[one.op] === "answer";
  const said = isBold ? answer(one, state.held) : refusal(one);
  return [without(state, one), [said]];
}
// #endregion on-alone

function newer(one: Held, other: Held): Held {
  if (one.count !== other.count)
    return one.count > other.count ? one : other;
  return one.by > other.by ? one : other;
}

function without(state: State, one: Waiting): State {
  const waiting = state.waiting.filter(({ name }) => name !== one.name);
  return { ...state, waiting };
}

function answer({ client, msgId, op }: Waiting, held: Held): Effect {
  const ok =
    op === "read"
      ? { type: "read_ok", value: held.value }
      : { type: "write_ok" };
  return send(client, { ...ok, in_reply_to: msgId });
}

// #region refusal
/**
 * A refused read was not done. A refused write may have been: the other
 * replica may have it, and only its answer be lost. Error 11 promises
 * that nothing was done; error 0, a timeout, promises nothing.
 */
function refusal({ client, msgId, op }: Waiting): Effect {
  const code = op === "read" ? 11 : 0;
  return send(client, { type: "error", code, in_reply_to: msgId });
}
// #endregion refusal

function send(dest: NodeId, body: Body): Effect {
  return { kind: "send", dest, body };
}
