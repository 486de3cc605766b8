/**
 * A worker that raises a counter by one, some times: lock, read, work,
 * write, unlock. It may stand still between any two of these.
 */
import type {
  Body,
  Effect,
  Input,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";
import type { Attempt, Lease, Locker, Tried } from "./locker.ts";

// #region worker-state
export type WorkerOptions = {
  readonly store: NodeId;
  readonly locker: Locker;
  /** What it sends to the store: blindly, on a condition, or a wish. */
  readonly update: "write" | "cas" | "insert" | "increment";
  /** Looks at its clock and its lease in the step that writes. */
  readonly isLeaseChecked: boolean;
  readonly operations: number;
  readonly workMs: number;
  readonly timeoutMs: number;
  readonly restMsMax: number;
  readonly startMs: number;
};

export type Worker = {
  readonly phase: "rest" | "lock" | "read" | "work" | "write";
  readonly nextId: number;
  readonly attempt: Attempt | null;
  /** What the store is asked, until it answers. */
  readonly asking: number;
  readonly read: { readonly value: number; readonly version: number };
  /** Written, or perhaps written: nobody answered. */
  readonly done: number;
  /** When the last was begun, and how long the last one took. */
  readonly begunMs: number;
  readonly tookMs: number;
};
// #endregion worker-state

export function worker(options: WorkerOptions): Node<Worker> {
  return {
    init: ({ dice }) => [
      {
        phase: "rest",
        // Answers to questions from before a crash must not be heard.
        nextId: dice,
        attempt: null,
        asking: 0,
        read: { value: 0, version: 0 },
        done: 0,
        begunMs: 0,
        tookMs: 0,
      },
      [timer("rest", options.startMs)],
    ],
    step(state, input) {
      const { event } = input;
      return event.kind === "timer"
        ? onTimer(options, state, event.name, input)
        : onMessage(options, state, event.message.body, input);
    },
  };
}

// #region worker-step
function onTimer(
  options: WorkerOptions,
  state: Worker,
  name: string,
  input: Input,
): Step<Worker> {
  const { attempt, phase } = state;
  if (name === "rest") return begin(options, state, input);
  if (name === "work") return write(options, state, input);
  if (name === "lock" && phase === "lock" && attempt !== null) {
    const tried = options.locker.giveUp(attempt, input.nowMs);
    return onTried(options, state, tried, input);
  }
  // A write without an answer may have been carried out, or may yet be.
  if (name === `ask ${state.asking}` && phase === "write")
    return end(options, { ...state, done: state.done + 1 }, input);
  if (name === `ask ${state.asking}` && phase === "read")
    return end(options, state, input);
  return [state, []];
}

function onMessage(
  options: WorkerOptions,
  state: Worker,
  body: Body,
  input: Input,
): Step<Worker> {
  const { attempt, phase } = state;
  if (phase === "lock" && attempt !== null) {
    const tried = options.locker.hear(attempt, body, input.nowMs);
    return onTried(options, state, tried, input);
  }
  if (body.in_reply_to !== state.asking) return [state, []];
  if (phase === "read") return onRead(options, state, body, input);
  if (phase !== "write") return [state, []];
  const done = state.done + (body.type === "error" ? 0 : 1);
  const tookMs = input.nowMs - state.begunMs;
  return end(options, { ...state, done, tookMs }, input);
}
// #endregion worker-step

// #region critical-section
function begin(
  options: WorkerOptions,
  state: Worker,
  input: Input,
): Step<Worker> {
  if (state.done >= options.operations) return [state, []];
  const id = state.nextId;
  const next = { ...state, nextId: id + 1, begunMs: input.nowMs };
  const tried = options.locker.ask(id, input.nowMs);
  return onTried(options, { ...next, phase: "lock" }, tried, input);
}

function onTried(
  options: WorkerOptions,
  state: Worker,
  [attempt, effects]: Tried,
  input: Input,
): Step<Worker> {
  const next = { ...state, attempt };
  if (attempt.outcome === null) return [next, effects];
  const [last, more] =
    attempt.outcome === "refused"
      ? rest(options, next, input)
      : options.update === "increment"
        ? write(options, next, input)
        : ask(options, next, "read", { type: "read" });
  return [last, [...effects, ...more]];
}

// #endregion critical-section

// #region read-and-write
function onRead(
  options: WorkerOptions,
  state: Worker,
  { type, value, version }: Body,
  input: Input,
): Step<Worker> {
  if (type === "error") return end(options, state, input);
  const read = { value: Number(value), version: Number(version) };
  const working = { ...state, phase: "work", read } as const;
  return [working, [timer("work", options.workMs)]];
}

// #region write
function write(
  options: WorkerOptions,
  state: Worker,
  input: Input,
): Step<Worker> {
  const isOver = input.nowMs >= leaseOf(state).untilMs;
  if (options.isLeaseChecked && isOver)
    return end(options, state, input);
  const { version } = state.read;
  const value = state.read.value + 1;
  const body = { type: options.update, value, version };
  return ask(options, state, "write", body);
}
// #endregion write
// #endregion read-and-write

// #region worker-ask
/** Shows its token with all that it asks of the store. */
function ask(
  { store: dest, timeoutMs }: WorkerOptions,
  state: Worker,
  phase: "read" | "write",
  question: Body,
): Step<Worker> {
  const asking = state.nextId;
  const { token } = leaseOf(state);
  const body = { ...question, token, msg_id: asking };
  const next = { ...state, phase, asking, nextId: asking + 1 };
  return [
    next,
    [{ kind: "send", dest, body }, timer(`ask ${asking}`, timeoutMs)],
  ];
}

function end(
  options: WorkerOptions,
  state: Worker,
  input: Input,
): Step<Worker> {
  const { attempt } = state;
  const free = attempt === null ? [] : options.locker.free(attempt);
  const [next, effects] = rest(options, state, input);
  return [next, [...free, ...effects]];
}

function rest(
  { restMsMax }: WorkerOptions,
  state: Worker,
  { dice }: Input,
): Step<Worker> {
  const next = { ...state, phase: "rest", attempt: null } as const;
  return [next, [timer("rest", intBetween(dice, 1, restMsMax))]];
}
// #endregion worker-ask

const nothing: Lease = { token: 0, untilMs: 0 };

function leaseOf({ attempt }: Worker): Lease {
  const outcome = attempt?.outcome ?? "refused";
  return outcome === "refused" ? nothing : outcome;
}

function timer(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs };
}
