/**
 * Consume, transform, produce: what is read from one partition is written
 * to another, doubled, and the offset up to which it was read is part of
 * the same transaction. Whatever goes wrong, it starts over; nothing of
 * what it began then counts.
 */
import type {
  Body,
  Effect,
  Json,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import type { Entry, LogRecord } from "./record.ts";
import { stamped } from "./sequences.ts";

// #region transformer-state
export type TransformerOptions = {
  readonly transactionalId: string;
  readonly coordinator: NodeId;
  readonly groupCoordinator: NodeId;
  readonly brokers: readonly NodeId[];
  readonly input: string;
  readonly output: string;
  readonly max: number;
  readonly everyMs: number;
  readonly timeoutMs: number;
};

export type TransformerState = {
  /** What it waits for. */
  readonly phase: Phase;
  /** Of this round; answers to earlier rounds are not heard. */
  readonly round: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly sequence: number;
  readonly position: number;
  readonly batch: readonly LogRecord[];
  readonly next: number;
  readonly committed: number;
};
type Phase =
  | "init"
  | "offsets"
  | "poll"
  | "add"
  | "produce"
  | "commit-later"
  | "end";
// #endregion transformer-state

type Answer = Body & {
  readonly in_reply_to: Json;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly status: string;
  readonly offsets: { readonly [partition: string]: number };
  readonly records: readonly LogRecord[];
  readonly next: number;
};

export function transformer(
  options: TransformerOptions,
): Node<TransformerState> {
  return {
    init({ dice }) {
      const state: TransformerState = {
        phase: "init",
        round: dice,
        producerId: -1,
        producerEpoch: -1,
        sequence: 0,
        position: 0,
        batch: [],
        next: 0,
        committed: 0,
      };
      return startOver(options, state);
    },
    step(state, { event, nowMs }) {
      const isPolling = state.phase === "poll";
      if (event.kind === "timer" && isPolling)
        return ask(options, state, "poll", nowMs);
      if (event.kind === "timer") return startOver(options, state);
      const answer = event.message.body as Answer;
      const isMine = answer.in_reply_to === state.round;
      return isMine
        ? onAnswer(options, state, answer, nowMs)
        : [state, []];
    },
  };
}

// #region start-over
/** A new epoch: it fences the past, one's own and that of others. */
function startOver(
  options: TransformerOptions,
  state: TransformerState,
): Step<TransformerState> {
  return ask(options, { ...state, sequence: 0 }, "init", 0);
}
// #endregion start-over

// #region transform
/** Each answer leads to the next question; an error to the start. */
function onAnswer(
  options: TransformerOptions,
  state: TransformerState,
  answer: Answer,
  nowMs: number,
): Step<TransformerState> {
  const go = (next: TransformerState, phase: Phase) =>
    ask(options, next, phase, nowMs);
  const isNotLeader =
    answer.code === 11 && answer.text === "NOT_LEADER_OR_FOLLOWER";
  if (isNotLeader) return [state, []];
  const isOk = answer.status === undefined || answer.status === "ok";
  // No hurry: the time-out starts it over.
  if (answer.type === "error" || !isOk) return [state, []];
  const { producerId, producerEpoch } = answer;
  switch (state.phase) {
    case "init":
      return go({ ...state, producerId, producerEpoch }, "offsets");
    case "offsets": {
      const position = answer.offsets[options.input] ?? 0;
      return go({ ...state, position }, "poll");
    }
    case "poll": {
      const { records: batch, next } = answer;
      if (next === state.position) return [state, []];
      return go({ ...state, batch, next }, "add");
    }
    case "add":
      return go(state, "produce");
    case "produce": {
      const sequence = state.sequence + state.batch.length;
      return go({ ...state, sequence }, "commit-later");
    }
    case "commit-later":
      return go(state, "end");
    case "end": {
      const isNew = producerEpoch !== state.producerEpoch;
      const sequence = isNew ? 0 : state.sequence;
      const position = state.next;
      const committed = state.committed + 1;
      const now = { ...state, producerEpoch, sequence, position };
      return go({ ...now, committed }, "poll");
    }
  }
}
// #endregion transform

// #region transaction-questions
function questionOf(
  options: TransformerOptions,
  state: TransformerState,
  phase: Phase,
  nowMs: number,
): Body {
  const { transactionalId, input, output, max } = options;
  const { producerId, producerEpoch, position, next } = state;
  const who = { transactionalId, producerId, producerEpoch };
  switch (phase) {
    case "init":
      return { type: "init_producer", transactionalId };
    case "offsets":
      return { type: "fetch_offsets" };
    case "poll": {
      const what = { partition: input, offset: position, max };
      return { type: "poll", ...what, isolation: "read_committed" };
    }
    case "add": {
      const partitions = [output, "group"];
      return { type: "add_partitions", ...who, partitions };
    }
    case "produce": {
      const entries = doubled(state, nowMs);
      return {
        type: "produce",
        partition: output,
        acks: "all",
        entries,
      };
    }
    case "commit-later":
      return {
        type: "commit_later",
        ...who,
        offsets: { [input]: next },
      };
    case "end":
      return { type: "end_transaction", ...who, outcome: "commit" };
  }
}

// #endregion transaction-questions

// #region doubled
/** The transformation: twice the number. */
function doubled(
  {
    batch,
    producerId: id,
    producerEpoch: epoch,
    sequence,
  }: TransformerState,
  timeMs: number,
): readonly Entry[] {
  const entries = batch.map(
    ({ key, value }): Entry => ({
      kind: "data",
      key,
      value: Number(value) * 2,
      timeMs,
      stamp: null,
    }),
  );
  return stamped(entries, {
    id,
    epoch,
    sequence,
    isTransactional: true,
  });
}
// #endregion doubled

function ask(
  options: TransformerOptions,
  state: TransformerState,
  phase: Phase,
  nowMs: number,
): Step<TransformerState> {
  const round = (state.round + 1) % 2 ** 32;
  const question = questionOf(options, state, phase, nowMs);
  const body = { ...question, msg_id: round };
  const { coordinator, groupCoordinator, brokers } = options;
  const isGroups = phase === "offsets" || phase === "commit-later";
  const isPartitions = phase === "poll" || phase === "produce";
  const dests = isPartitions
    ? brokers
    : [isGroups ? groupCoordinator : coordinator];
  // No answer in time: while it polls, ask again; else start over.
  const waitMs = phase === "poll" ? options.everyMs : options.timeoutMs;
  const wait = {
    kind: "set-timer",
    name: "wait",
    afterMs: waitMs,
  } as const;
  const sends = dests.map(
    (dest): Effect => ({ kind: "send", dest, body }),
  );
  return [{ ...state, round, phase }, [...sends, wait]];
}
