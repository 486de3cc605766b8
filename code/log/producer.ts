/**
 * A producer: it sends values one after the other, one at a time, and
 * tries again while it hears nothing. With a producer id it is idempotent
 * (KIP-98): the broker knows a record that comes twice.
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
import type { Acks } from "./leader.ts";
import { data, type Entry } from "./record.ts";

// #region producer-options
export type ProducerOptions = {
  readonly brokers: readonly NodeId[];
  readonly partition: string;
  readonly acks: Acks;
  /** From the transaction coordinator; null: not idempotent. */
  readonly producerId: number | null;
  readonly values: readonly Json[];
  readonly startMs: number;
  /** Between two values. */
  readonly everyMs: number;
  /** How long an answer may take before the value is sent again. */
  readonly timeoutMs: number;
};

export type ProducerState = {
  /** How many values were begun. */
  readonly begun: number;
  /** Of the request that waits for an answer; null when none does. */
  readonly waitingFor: number | null;
  readonly lastMsgId: number;
  /** The broker that is believed to lead. */
  readonly target: NodeId;
  /** Values that the producer holds to be written. */
  readonly acked: readonly Json[];
  /** How often in a row a broker missed what was before. */
  readonly gaps: number;
  /** Why it gave up; null while it did not. */
  readonly failure: string | null;
};
// #endregion producer-options

// #region producer
export function producer(
  options: ProducerOptions,
): Node<ProducerState> {
  return {
    init: () => [
      {
        begun: 0,
        waitingFor: null,
        lastMsgId: 0,
        target: options.brokers[0] ?? "",
        acked: [],
        gaps: 0,
        failure: null,
      },
      [timer("next", options.startMs)],
    ],
    step(state, { event, nowMs }: Input): Step<ProducerState> {
      if (event.kind === "message")
        return onAnswer(options, state, event.message.body);
      if (event.name === "next") return begin(options, state, nowMs);
      if (event.name === "retry") return send(options, state, nowMs);
      if (state.waitingFor === null) return [state, []];
      const target = nextAfter(options.brokers, state.target);
      return send(options, { ...state, target }, nowMs);
    },
  };
}

function begin(
  options: ProducerOptions,
  state: ProducerState,
  nowMs: number,
): Step<ProducerState> {
  if (state.begun >= options.values.length) return [state, []];
  return send(options, { ...state, begun: state.begun + 1 }, nowMs);
}
// #endregion producer

// #region send
/** The latest value, for the first time or again. */
function send(
  options: ProducerOptions,
  state: ProducerState,
  nowMs: number,
): Step<ProducerState> {
  const { partition, acks, timeoutMs } = options;
  const msg_id = state.lastMsgId + 1;
  const entries = [entryOf(options, state.begun - 1, nowMs)];
  const body = { type: "produce", partition, acks, entries, msg_id };
  const sent = { ...state, lastMsgId: msg_id };
  const request: Effect = { kind: "send", dest: state.target, body };
  if (acks === 0) {
    const [done, effects] = finish(options, sent);
    return [done, [request, ...effects]];
  }
  const waiting = { ...sent, waitingFor: msg_id };
  return [waiting, [request, timer("timeout", timeoutMs)]];
}

/** Sent again, it has the same sequence number. */
function entryOf(
  { producerId, values }: ProducerOptions,
  sequence: number,
  nowMs: number,
): Entry {
  const entry = data(null, values[sequence] ?? null, nowMs);
  if (producerId === null) return entry;
  const stamp = { id: producerId, epoch: 0, sequence };
  return { ...entry, stamp: { ...stamp, isTransactional: false } };
}
// #endregion send

const gapsMax = 10;

// #region on-answer
function onAnswer(
  options: ProducerOptions,
  state: ProducerState,
  answer: Body,
): Step<ProducerState> {
  const hint = typeof answer.leader === "string" ? answer.leader : null;
  const told = { ...state, target: hint ?? state.target };
  const isAwaited = answer.in_reply_to === state.waitingFor;
  if (state.waitingFor === null || !isAwaited) return [told, []];
  if (answer.type === "produce_ok") return finish(options, told);
  const idle = { ...told, waitingFor: null };
  // A deposed leader may lack what others have; all of them may not.
  const gaps = answer.code === 14 ? state.gaps + 1 : state.gaps;
  if (gaps >= gapsMax)
    return [{ ...idle, failure: String(answer.text) }, []];
  // Not now, or nobody knows: once more, if need be elsewhere.
  const target = hint ?? nextAfter(options.brokers, state.target);
  return [{ ...idle, target, gaps }, [timer("retry", options.everyMs)]];
}

function finish(
  { everyMs, values }: ProducerOptions,
  state: ProducerState,
): Step<ProducerState> {
  const value = values[state.begun - 1] ?? null;
  const acked = [...state.acked, value];
  const idle = { ...state, acked, gaps: 0, waitingFor: null };
  return [idle, [timer("next", everyMs)]];
}
// #endregion on-answer

function nextAfter(ids: readonly NodeId[], id: NodeId): NodeId {
  return ids[(ids.indexOf(id) + 1) % ids.length] ?? id;
}

function timer(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs };
}
