/**
 * What clients build on the tree: a lock, which is an election too. Each
 * contender makes an ephemeral, sequential node; the lowest number holds.
 */
import type {
  Body,
  Effect,
  Input,
  Json,
  NodeId,
} from "../kernel/node.ts";
import { type Client, type Plan, timer } from "./client.ts";

// #region lock-memo
export type LockMemo = {
  readonly phase: "enter" | "look" | "wait" | "hold" | "leave" | "done";
  /** Its own node, and the number that orders all holders ever. */
  readonly path: string;
  readonly token: number;
  /** How many events it had heard when it began to wait. */
  readonly heard: number;
};
// #endregion lock-memo

export type LockOptions = {
  readonly holdMs: number;
  /** What is protected; told `{type: "write", token}` while it holds. */
  readonly storage: NodeId;
  /** Watch all contenders, or only the one before. */
  readonly watchAll: boolean;
};

const outside: LockMemo = {
  phase: "enter",
  path: "",
  token: 0,
  heard: 0,
};

// #region lock-plan
/** Enter, look who is first, wait for the one before, hold, leave. */
export function lockPlan(options: LockOptions): Plan {
  return (state, input, answer) => {
    const memo = (state.memo as LockMemo | null) ?? outside;
    switch (memo.phase) {
      case "enter":
        return answer === null
          ? enter(memo)
          : entered(options, memo, answer);
      case "look":
        return looked(options, state, memo, answer);
      case "wait":
        return woken(options, state, memo, answer);
      case "hold":
        return held(memo, input);
      default:
        return then({ ...memo, phase: "done" }, null, []);
    }
  };
}

function enter(memo: LockMemo) {
  return then(
    memo,
    {
      type: "create",
      path: "/lock/n-",
      ephemeral: true,
      sequential: true,
    },
    [],
  );
}

/** The index that made the node grows from holder to holder. */
function entered(options: LockOptions, memo: LockMemo, answer: Body) {
  // Nobody has made /lock yet: a while later once more.
  if (answer.type === "error")
    return then(memo, null, [timer("think", options.holdMs)]);
  const path = String(answer.path);
  const token = Number(answer.created_index);
  return look(options, { ...memo, path, token });
}
// #endregion lock-plan

// #region lock-look
function look({ watchAll }: LockOptions, memo: LockMemo) {
  const ask = { type: "children", path: "/lock", watch: watchAll };
  return then({ ...memo, phase: "look" }, ask, []);
}

/** The lowest number holds; others watch the one before, or all. */
function looked(
  options: LockOptions,
  state: Client,
  memo: LockMemo,
  answer: Body | null,
) {
  const names = (answer?.children ?? []) as readonly string[];
  const own = names.indexOf(memo.path.slice("/lock/".length));
  if (own === 0) return use(options, memo);
  const heard = state.events.length;
  const waiting = { ...memo, phase: "wait", heard } as const;
  if (options.watchAll) return then(waiting, null, []);
  const path = `/lock/${names[own - 1]}`;
  return then(waiting, { type: "get", path, watch: true }, []);
}

/** Something happened, or the one before is gone already: look again. */
function woken(
  options: LockOptions,
  state: Client,
  memo: LockMemo,
  answer: Body | null,
) {
  const hasFired = state.events.length > memo.heard;
  const isGone = hasFired || answer?.code === 20;
  return isGone ? look(options, memo) : then(memo, null, []);
}
// #endregion lock-look

// #region lock-hold
/** Use it, and show the token with each use. */
export function use({ holdMs, storage }: LockOptions, memo: LockMemo) {
  const { token } = memo;
  const write: Effect = {
    kind: "send",
    dest: storage,
    body: { type: "write", token },
  };
  return then({ ...memo, phase: "hold" }, null, [
    write,
    timer("think", holdMs),
  ]);
}

function held(memo: LockMemo, { event }: Input) {
  const isOver = event.kind === "timer" && event.name === "think";
  if (!isOver) return then(memo, null, []);
  const ask = { type: "delete", path: memo.path };
  return then({ ...memo, phase: "leave" }, ask, []);
}
// #endregion lock-hold

function then(
  memo: LockMemo,
  ask: Body | null,
  effects: readonly Effect[],
) {
  return { memo: memo as Json, ask, effects };
}

// #region script-plan
/** Asks these things in this order; remembers the answers. */
export function scriptPlan(requests: readonly Body[]): Plan {
  return (state, _input, answer) => {
    const before = (state.memo as readonly Json[] | null) ?? [];
    const memo = answer === null ? before : [...before, answer];
    return { memo, ask: requests[memo.length] ?? null, effects: [] };
  };
}
// #endregion script-plan
