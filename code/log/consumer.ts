/**
 * A consumer of a group: it joins, reads what it is assigned, hands each
 * record to a sink (the effect in the world), and commits how far it is.
 * Which of the two comes first decides between loss and repetition.
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
import type { Isolation } from "./isolation.ts";
import type { LogRecord } from "./record.ts";

// #region consumer-options
export type ConsumerOptions = {
  readonly coordinator: NodeId;
  readonly brokers: readonly NodeId[];
  readonly sink: NodeId;
  readonly isCooperative: boolean;
  /** First commit: at most once. First process: at least once. */
  readonly first: "commit" | "process";
  readonly isolation: Isolation;
  readonly startMs: number;
  readonly pollEveryMs: number;
  readonly heartbeatEveryMs: number;
  readonly max: number;
};

export type ConsumerState = {
  readonly id: NodeId;
  readonly generation: number;
  readonly isJoining: boolean;
  /** Null until the committed offset is known. */
  readonly positions: { readonly [partition: string]: number | null };
  /** Sent, and not yet known to be committed. */
  readonly unconfirmed: { readonly [partition: string]: number };
  /** At most once: read, and not processed before the commit is. */
  readonly held: { readonly [partition: string]: Batch };
};
type Batch = {
  readonly records: readonly LogRecord[];
  readonly next: number;
};
// #endregion consumer-options

type Answer = Body & {
  readonly status: string;
  readonly generation: number;
  readonly assigned: readonly string[];
  readonly offsets: { readonly [partition: string]: number };
  readonly in_reply_to: readonly [string, string, number];
  readonly records: readonly LogRecord[];
  readonly next: number;
};

export function consumer(
  options: ConsumerOptions,
): Node<ConsumerState> {
  const { startMs } = options;
  return {
    init: ({ id }) => [
      {
        id,
        generation: -1,
        isJoining: true,
        positions: {},
        unconfirmed: {},
        held: {},
      },
      [timer("heartbeat", startMs), timer("poll", startMs)],
    ],
    step: (state, input) => step(options, state, input),
  };
}

function step(
  options: ConsumerOptions,
  state: ConsumerState,
  { event }: Input,
): Step<ConsumerState> {
  if (event.kind === "timer") {
    return event.name === "poll"
      ? poll(options, state)
      : heartbeat(options, state);
  }
  const answer = event.message.body as Answer;
  const [what] = answer.in_reply_to;
  if (answer.type === "poll_ok")
    return onPolled(options, state, answer);
  if (what === "join") return onJoined(options, state, answer);
  if (what === "heartbeat") return onHeartbeat(options, state, answer);
  if (what === "offsets") return onOffsets(state, answer);
  if (what === "commit") return onCommitted(options, state, answer);
  return [state, []];
}

// #region consumer-membership
function heartbeat(
  options: ConsumerOptions,
  state: ConsumerState,
): Step<ConsumerState> {
  const again = timer("heartbeat", options.heartbeatEveryMs);
  const { generation } = state;
  if (state.isJoining) return [state, [ask(options, state), again]];
  // A commit may be lost, as any message; until it is confirmed.
  const commits = Object.entries(state.unconfirmed).map(
    ([partition, next]) => commitOf(options, state, partition, next),
  );
  const missing = Object.values(state.positions).includes(null);
  const body = { type: "heartbeat", generation };
  return [
    state,
    [
      request(options, state, "heartbeat", body),
      ...(missing ? [askOffsets(options, state)] : []),
      ...commits,
      again,
    ],
  ];
}

// #endregion consumer-membership

// #region rebalance
function onHeartbeat(
  options: ConsumerOptions,
  state: ConsumerState,
  { status, in_reply_to }: Answer,
): Step<ConsumerState> {
  const isOld = in_reply_to[2] !== state.generation;
  if (isOld || state.isJoining || status === "ok") return [state, []];
  const isMember = status === "REBALANCE_IN_PROGRESS";
  // Eager: all stop. Cooperative: read on while the others join.
  return isMember && options.isCooperative
    ? rejoin(options, state)
    : rejoin(options, {
        ...state,
        positions: {},
        held: {},
        unconfirmed: {},
      });
}

function rejoin(
  options: ConsumerOptions,
  state: ConsumerState,
): Step<ConsumerState> {
  const joining = { ...state, isJoining: true };
  return [joining, [ask(options, joining)]];
}

function ask(options: ConsumerOptions, state: ConsumerState): Effect {
  const body = { type: "join", owned: Object.keys(state.positions) };
  return request(options, state, "join", body);
}
// #endregion rebalance

// #region on-joined
/** What is not assigned any more is dropped; if so, join once more. */
function onJoined(
  options: ConsumerOptions,
  state: ConsumerState,
  { generation, assigned }: Answer,
): Step<ConsumerState> {
  if (generation <= state.generation) return [state, []];
  const isKept = (partition: string) => assigned.includes(partition);
  const owned = Object.keys(state.positions);
  const positions = Object.fromEntries(
    assigned.map((name) => [name, state.positions[name] ?? null]),
  );
  const held = Object.fromEntries(
    Object.entries(state.held).filter(([name]) => isKept(name)),
  );
  const unconfirmed = Object.fromEntries(
    Object.entries(state.unconfirmed).filter(([name]) => isKept(name)),
  );
  const own = { positions, held, unconfirmed };
  const next = { ...state, generation, isJoining: false, ...own };
  const asked = [askOffsets(options, next)];
  if (owned.every(isKept)) return [next, asked];
  const [joining, effects] = rejoin(options, next);
  return [joining, [...asked, ...effects]];
}
// #endregion on-joined

function askOffsets(
  options: ConsumerOptions,
  state: ConsumerState,
): Effect {
  return request(options, state, "offsets", { type: "fetch_offsets" });
}

function onOffsets(
  state: ConsumerState,
  { status, offsets }: Answer,
): Step<ConsumerState> {
  if (status !== "ok") return [state, []];
  const positions = Object.fromEntries(
    Object.entries(state.positions).map(([name, position]) => [
      name,
      position ?? offsets[name] ?? 0,
    ]),
  );
  return [{ ...state, positions }, []];
}

function poll(
  options: ConsumerOptions,
  state: ConsumerState,
): Step<ConsumerState> {
  const { brokers, isolation, max, pollEveryMs } = options;
  const questions = Object.entries(state.positions)
    .filter(([name]) => state.held[name] === undefined)
    .flatMap(([partition, offset]) => {
      if (offset === null) return [];
      const about = { partition, offset, isolation, max };
      const msg_id = ["poll", partition, offset];
      const body = { type: "poll", ...about, msg_id };
      // Only one of them leads; the others say so, and are not heard.
      return brokers.map(
        (dest): Effect => ({ kind: "send", dest, body }),
      );
    });
  return [state, [...questions, timer("poll", pollEveryMs)]];
}

// #region on-polled
/** Records have come, from the position at which it still is. */
function onPolled(
  options: ConsumerOptions,
  state: ConsumerState,
  { in_reply_to, records, next }: Answer,
): Step<ConsumerState> {
  const [, partition, from] = in_reply_to;
  const isStale =
    state.positions[partition] !== from ||
    state.held[partition] !== undefined;
  if (isStale || next === from) return [state, []];
  const commit = commitOf(options, state, partition, next);
  const unconfirmed = { ...state.unconfirmed, [partition]: next };
  const sent = { ...state, unconfirmed };
  if (options.first === "commit") {
    const held = { ...state.held, [partition]: { records, next } };
    return [{ ...sent, held }, [commit]];
  }
  const positions = { ...state.positions, [partition]: next };
  const done = process(options, state, partition, records);
  return [{ ...sent, positions }, [...done, commit]];
}

// #endregion on-polled

// #region on-committed
function commitOf(
  options: ConsumerOptions,
  state: ConsumerState,
  partition: string,
  next: number,
): Effect {
  const offsets = { [partition]: next };
  const { generation } = state;
  const body = { type: "commit", generation, offsets };
  return request(options, state, "commit", body);
}

/** At most once: only what is committed is processed. */
function onCommitted(
  options: ConsumerOptions,
  state: ConsumerState,
  { status, in_reply_to }: Answer,
): Step<ConsumerState> {
  // The heartbeat will tell what is wrong.
  if (status !== "ok") return [state, []];
  const [, partition, next] = in_reply_to;
  if (state.unconfirmed[partition] !== next) return [state, []];
  const { [partition]: _, ...unconfirmed } = state.unconfirmed;
  const { [partition]: batch, ...held } = state.held;
  const known = { ...state, unconfirmed };
  if (batch === undefined) return [known, []];
  const positions = { ...state.positions, [partition]: batch.next };
  const done = process(options, state, partition, batch.records);
  return [{ ...known, held, positions }, done];
}
// #endregion on-committed

function process(
  { sink }: ConsumerOptions,
  { id }: ConsumerState,
  partition: string,
  records: readonly LogRecord[],
): readonly Effect[] {
  return records.map(({ offset, value }) => {
    const body = { type: "process", partition, offset, value, by: id };
    return { kind: "send", dest: sink, body };
  });
}

/** The msg_id says what was asked, and tells answers apart. */
function request(
  { coordinator: dest }: ConsumerOptions,
  state: ConsumerState,
  what: string,
  body: Body,
): Effect {
  const offsets = body.offsets as {
    [partition: string]: number;
  } | null;
  const [partition, next] = Object.entries(offsets ?? {})[0] ?? [];
  const about: Json =
    partition === undefined
      ? [what, "", state.generation]
      : [what, partition, next ?? 0];
  return { kind: "send", dest, body: { ...body, msg_id: about } };
}

function timer(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs };
}

// #region sink
/** The world outside: it remembers everything that was done to it. */
export type SinkState = { readonly done: readonly Json[] };

export const sink: Node<SinkState> = {
  init: () => [{ done: [] }, []],
  step(state, { event }) {
    if (event.kind !== "message") return [state, []];
    const { value = null } = event.message.body;
    return [{ done: [...state.done, value] }, []];
  },
};
// #endregion sink
