/** The nodes of Percolator: timestamp oracle, shards, clients. */
import type { Body, Json, Node, NodeId, Step } from "../kernel/node.ts";
import {
  commit,
  commitOf,
  get,
  type Lock,
  prewrite,
  type Row,
  rollBack,
  rowOf,
} from "./percolator.ts";
import { send, timer } from "./phases.ts";

// #region oracle
/** Timestamps that only grow; a range of them is on disk. */
export type Oracle = { readonly next: number; readonly limit: number };

const rangeSize = 10;

export const oracle: Node<Oracle> = {
  init: ({ disk }) => {
    const limit = (disk.limit as number | undefined) ?? 1;
    return [{ next: limit, limit }, []];
  },
  step: (state, { event }) => {
    if (event.kind === "timer") return [state, []];
    const { src, body } = event.message;
    const isSpent = state.next >= state.limit;
    const limit = isSpent ? state.limit + rangeSize : state.limit;
    const told = { type: "answer", id: body.id ?? 0, ts: state.next };
    const save = {
      kind: "persist",
      key: "limit",
      value: limit,
    } as const;
    return [
      { next: state.next + 1, limit },
      [...(isSpent ? [save] : []), send(src, told)],
    ];
  },
};
// #endregion oracle

export type Shard = { readonly rows: { readonly [key: string]: Row } };

// #region shard
/** Each request is one transaction on one row, and may be repeated. */
export function shard(
  start: { readonly [key: string]: number },
  lockMsMax: number,
): Node<Shard> {
  const fresh = Object.entries(start).map(([key, value]) => [
    key,
    rowOf(value),
  ]);
  return {
    init: ({ disk }) => [
      {
        rows: (disk.rows as Shard["rows"]) ?? Object.fromEntries(fresh),
      },
      [],
    ],
    step: (state, { event, nowMs }) => {
      if (event.kind === "timer") return [state, []];
      const { src, body } = event.message;
      const key = body.key as string;
      const row = state.rows[key] ?? rowOf(0);
      const [next, told] = serve(row, body, nowMs, lockMsMax);
      const answer = { ...told, type: "answer", id: body.id ?? 0 };
      if (next === row) return [state, [send(src, answer)]];
      const rows = { ...state.rows, [key]: next };
      const save = {
        kind: "persist",
        key: "rows",
        value: rows,
      } as const;
      return [{ rows }, [save, send(src, answer)]];
    },
  };
}
// #endregion shard

// #region serve
type Told = { readonly [field: string]: Json };

function serve(
  row: Row,
  body: Body,
  nowMs: number,
  lockMsMax: number,
): readonly [Row, Told] {
  const startTs = body.startTs as number;
  switch (body.type) {
    case "get": {
      const found = get(row, startTs);
      return typeof found === "number"
        ? [row, { value: found }]
        : [row, { lock: found }];
    }
    case "prewrite": {
      const primary = body.primary as string;
      const lock = { startTs, primary, setMs: nowMs };
      const next = prewrite(row, body.value as number, lock);
      return [next ?? row, { done: next !== null }];
    }
    case "commit": {
      const next = commit(row, startTs, body.commitTs as number);
      return [next ?? row, { done: next !== null }];
    }
    case "roll-back":
      return [rollBack(row, startTs), { done: true }];
    default:
      return check(row, startTs, nowMs, lockMsMax);
  }
}
// #endregion serve

// #region check-primary
/** The primary tells the fate; one too old is rolled back first. */
function check(
  row: Row,
  startTs: number,
  nowMs: number,
  lockMsMax: number,
): readonly [Row, Told] {
  const commitTs = commitOf(row, startTs);
  if (commitTs !== null) return [row, { fate: "committed", commitTs }];
  const isLocked = row.lock?.startTs === startTs;
  const ageMs = nowMs - (row.lock?.setMs ?? nowMs);
  return isLocked && ageMs < lockMsMax
    ? [row, { fate: "unknown" }]
    : [rollBack(row, startTs), { fate: "rolled back" }];
}
// #endregion check-primary

// #region plan
/** Move an amount from the first key to the second, or only look. */
export type Plan = {
  readonly keys: readonly string[];
  readonly amount: number;
};

export type Client = {
  readonly phase: Phase;
  /** Which of the keys is being read, prewritten or committed. */
  readonly at: number;
  readonly startTs: number;
  readonly commitTs: number;
  readonly values: readonly number[];
  /** A lock that is in the way, and what became of its owner. */
  readonly lock: Lock | null;
  readonly fate: Fate;
  /** The number of the request that is open. */
  readonly id: number;
};
type Phase =
  | ("start" | "read" | "prewrite" | "stamp" | "commit")
  | ("done" | "aborted");
type Fate = "unknown" | "committed" | "rolled back";

export type ClientOptions = {
  readonly plan: Plan;
  readonly shardOf: { readonly [key: string]: NodeId };
  readonly oracle: NodeId;
  readonly startAfterMs: number;
  readonly retryMs: number;
};
// #endregion plan

// #region request
/** The one request that is open in this state. */
function requestOf(state: Client, options: ClientOptions) {
  const { phase, startTs, commitTs, lock, fate } = state;
  const { plan, shardOf } = options;
  const key = plan.keys[state.at] ?? "";
  const to = (name: string, body: Body) =>
    send(shardOf[name] ?? "", { ...body, key: name, id: state.id });
  if (phase === "start" || phase === "stamp")
    return send(options.oracle, { type: "ts", id: state.id });
  if (lock !== null) {
    const owner = lock.startTs;
    if (fate === "unknown")
      return to(lock.primary, { type: "check", startTs: owner });
    return fate === "committed"
      ? to(key, { type: "commit", startTs: owner, commitTs })
      : to(key, { type: "roll-back", startTs: owner });
  }
  if (phase === "read") return to(key, { type: "get", startTs });
  if (phase === "commit")
    return to(key, { type: "commit", startTs, commitTs });
  const change = state.at === 0 ? -plan.amount : plan.amount;
  const value = (state.values[state.at] ?? 0) + change;
  const primary = plan.keys[0] ?? "";
  return to(key, { type: "prewrite", startTs, value, primary });
}
// #endregion request

// #region client-turns
/** What an answer makes of the client. */
function onAnswer(
  state: Client,
  body: Body,
  { plan }: ClientOptions,
): Client {
  const isLast = state.at === plan.keys.length - 1;
  const next = { ...state, at: isLast ? 0 : state.at + 1 };
  switch (state.phase) {
    case "start":
      return { ...state, phase: "read", startTs: body.ts as number };
    case "read":
      if (state.lock !== null) return onResolved(state, body);
      if (body.lock) return { ...state, lock: body.lock as Lock };
      return {
        ...next,
        values: [...state.values, body.value as number],
        phase: afterReads(isLast, plan),
      };
    case "prewrite":
      if (body.done !== true) return { ...state, phase: "aborted" };
      return { ...next, phase: isLast ? "stamp" : "prewrite" };
    case "stamp":
      return { ...state, phase: "commit", commitTs: body.ts as number };
    default:
      // Only the primary can fail; after it the rest is a formality.
      if (body.done !== true) return { ...state, phase: "aborted" };
      return { ...next, phase: isLast ? "done" : "commit" };
  }
}

function afterReads(isLast: boolean, plan: Plan): Phase {
  if (!isLast) return "read";
  return plan.amount === 0 ? "done" : "prewrite";
}
// #endregion client-turns

// #region resolve
/** Roll forward or back, as the primary was; then read once more. */
function onResolved(state: Client, body: Body): Client {
  if (state.fate !== "unknown")
    return { ...state, lock: null, fate: "unknown", commitTs: 0 };
  const fate = body.fate as Fate;
  const commitTs = (body.commitTs as number | undefined) ?? 0;
  return fate === "unknown"
    ? { ...state, lock: null }
    : { ...state, fate, commitTs };
}
// #endregion resolve

// #region client
export function client(options: ClientOptions): Node<Client> {
  const ask = (state: Client, afterMs: number): Step<Client> => {
    if (state.phase === "done" || state.phase === "aborted")
      return [state, []];
    const again = timer("retry", options.retryMs);
    const request = requestOf(state, options);
    return [state, afterMs > 0 ? [again] : [request, again]];
  };
  return {
    init: () => [idle, [timer("retry", options.startAfterMs)]],
    step: (state, { event }) => {
      if (event.kind === "timer") return ask(state, 0);
      const { body } = event.message;
      if (body.id !== state.id) return [state, []];
      const next = onAnswer(state, body, options);
      // Its owner may be alive: give it time before the next look.
      const waitMs = body.fate === "unknown" ? options.retryMs : 0;
      return ask({ ...next, id: state.id + 1 }, waitMs);
    },
  };
}

const idle: Client = {
  phase: "start",
  at: 0,
  startTs: 0,
  commitTs: 0,
  values: [],
  lock: null,
  fate: "unknown",
  id: 1,
};
// #endregion client
