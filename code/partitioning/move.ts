/**
 * A partition moves to another node while clients read and write it: copy
 * what there is, then what has changed since, then stop for as long as
 * the last few changes take. Only one of the two serves at any time.
 */
import type {
  Body,
  Effect,
  Json,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import {
  type Data,
  execute,
  failure,
  isRequest,
} from "../raft-kv/store.ts";

// #region move-state
type Item = { readonly key: string; readonly value: Json };
export type MoveState = {
  /** Only an owner and a mover serve; a frozen one and a guest wait. */
  readonly role: "owner" | "moving" | "frozen" | "guest" | "gone";
  readonly data: Data;
  readonly to: NodeId | null;
  /** For the other: what was there, then what changed since. */
  readonly items: readonly Item[];
  /** How many of them the other has, or this guest has taken. */
  readonly count: number;
};

export type MoveOptions = {
  /** Who has the partition at first. */
  readonly owner: NodeId;
  readonly data: Data;
  readonly batchMax: number;
  readonly resendMs: number;
};
// #endregion move-state

// #region mover
export function mover(options: MoveOptions): Node<MoveState> {
  return {
    init({ id, disk }) {
      const stored = disk.move as MoveState | undefined;
      const isOwner = id === options.owner;
      const state: MoveState = stored ?? {
        role: isOwner ? "owner" : "guest",
        data: isOwner ? options.data : {},
        to: null,
        items: [],
        count: 0,
      };
      return [state, [resend(options)]];
    },
    step(state, { event }): Step<MoveState> {
      if (event.kind === "timer")
        return [state, [...push(options, state), resend(options)]];
      const { src, body } = event.message;
      const [next, effects] = handle(options, state, src, body);
      if (next === state) return [state, effects];
      const kept = {
        kind: "persist",
        key: "move",
        value: next,
      } as const;
      return [next, [kept, ...effects]];
    },
  };
}

function handle(
  options: MoveOptions,
  state: MoveState,
  src: NodeId,
  body: Body,
): Step<MoveState> {
  switch (body.type) {
    case "move":
      return begin(options, state, String(body.to));
    case "items":
      return take(state, src, body);
    case "taken":
      return onTaken(options, state, body);
    default:
      return serve(state, src, body);
  }
}
// #endregion mover

// #region serve
/** An owner answers; a mover notes what it changes, for the other. */
function serve(
  state: MoveState,
  src: NodeId,
  body: Body,
): Step<MoveState> {
  if (!isRequest(body)) return [state, []];
  const reply = (answer: Body): Effect => ({
    kind: "send",
    dest: src,
    body: { ...answer, in_reply_to: body.msg_id ?? null },
  });
  if (state.role !== "owner" && state.role !== "moving")
    return [state, [reply(failure(11, "not here, or not now"))]];
  const [data, answer] = execute(state.data, body);
  const isChange = data !== state.data;
  const changed = Object.entries(data).filter(
    ([key, value]) => isChange && state.data[key] !== value,
  );
  const items =
    state.role === "moving"
      ? [
          ...state.items,
          ...changed.map(([key, value]) => ({ key, value })),
        ]
      : state.items;
  return [{ ...state, data, items }, [reply(answer)]];
}
// #endregion serve

// #region begin-move
/** All that is there goes into the queue; service goes on. */
function begin(
  options: MoveOptions,
  state: MoveState,
  to: NodeId,
): Step<MoveState> {
  if (state.role !== "owner") return [state, []];
  const items = Object.entries(state.data).map(([key, value]) => ({
    key,
    value,
  }));
  const next: MoveState = { ...state, role: "moving", to, items };
  return [next, push(options, next)];
}

/** The next few items that the other has not said to have. */
function push(options: MoveOptions, state: MoveState): Effect[] {
  const { role, to, items, count } = state;
  if (to === null || role === "gone") return [];
  const few = items.slice(count, count + options.batchMax);
  const isLast =
    role === "frozen" && count + few.length === items.length;
  const body = { type: "items", from: count, items: few, isLast };
  return [{ kind: "send", dest: to, body }];
}
// #endregion begin-move

// #region hand-over
// #region on-taken
/**
 * One batch from the end, stop serving: the queue can only shrink now.
 * Gone is a node only when the other says that it serves.
 */
function onTaken(
  options: MoveOptions,
  state: MoveState,
  body: Body,
): Step<MoveState> {
  const isUnderWay = state.role === "moving" || state.role === "frozen";
  const count = Number(body.count);
  if (!isUnderWay || count < state.count) return [state, []];
  if (body.isOwner === true)
    return [{ ...state, role: "gone", data: {}, items: [], count }, []];
  const isNear = state.items.length - count <= options.batchMax;
  const role = isNear ? "frozen" : state.role;
  const next: MoveState = { ...state, role, count };
  return [next, push(options, next)];
}
// #endregion on-taken

/** A guest takes what comes next in order; the last makes it owner. */
function take(
  state: MoveState,
  src: NodeId,
  body: Body,
): Step<MoveState> {
  const items = body.items as readonly Item[];
  const from = Number(body.from);
  const skip = state.count - from;
  const isNews =
    state.role === "guest" && skip >= 0 && skip <= items.length;
  const next = isNews ? store(state, items.slice(skip), body) : state;
  const isOwner = next.role === "owner";
  const taken = { type: "taken", count: next.count, isOwner };
  return [next, [{ kind: "send", dest: src, body: taken }]];
}

function store(
  state: MoveState,
  items: readonly Item[],
  body: Body,
): MoveState {
  const news = items.map(({ key, value }) => [key, value] as const);
  const data = { ...state.data, ...Object.fromEntries(news) };
  const role = body.isLast === true ? "owner" : "guest";
  return { ...state, role, data, count: state.count + items.length };
}
// #endregion hand-over

function resend({ resendMs }: MoveOptions): Effect {
  return { kind: "set-timer", name: "resend", afterMs: resendMs };
}
