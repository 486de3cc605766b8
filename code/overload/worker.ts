/**
 * A server with workers and a bounded queue. It speaks with the clients
 * of the chapter on retries, and can leave out the optional part of its
 * work.
 */
import type { Effect, Node, NodeId, Step } from "../kernel/node.ts";
import { fraction } from "../kernel/random.ts";
import { type DimmerOptions, dim } from "./degrade.ts";
import { offer, type Queue, type QueueOptions, take } from "./queue.ts";

// #region worker-state
export type WorkerOptions = {
  readonly workers: number;
  readonly mustMs: number;
  /** Work that makes the answer nicer. */
  readonly optionalMs: number;
  /** Null: the optional part is always done. */
  readonly dimmer: DimmerOptions | null;
  readonly queue: QueueOptions;
};

export type Asked = {
  readonly from: NodeId;
  readonly id: number;
  readonly attempt: number;
  readonly arrivedMs: number;
};

export type WorkerState = {
  readonly queue: Queue<Asked>;
  readonly serving: readonly (Asked & { readonly job: number })[];
  readonly nextJob: number;
  readonly dimmer: number;
  /** The longest stay of those who left in this period. */
  readonly worstMs: number;
  readonly served: number;
  readonly nice: number;
  readonly rejected: number;
};

const periodMs = 500;
// #endregion worker-state

/** A server with these options; it keeps nothing over a crash. */
export function worker(options: WorkerOptions): Node<WorkerState> {
  return {
    init({ nowMs }) {
      const queue = { items: [], emptyAtMs: nowMs };
      const counts = { served: 0, nice: 0, rejected: 0, worstMs: 0 };
      return [
        { queue, serving: [], nextJob: 1, dimmer: 1, ...counts },
        [{ kind: "set-timer", name: "period", afterMs: periodMs }],
      ];
    },
    step(state, { event, nowMs, dice }) {
      if (event.kind === "timer") {
        return event.name === "period"
          ? onPeriod(options, state)
          : onDone(options, state, Number(event.name), nowMs, dice);
      }
      const { src, body } = event.message;
      if (body.type !== "call") return [state, []];
      const asked = {
        from: src,
        id: Number(body.id),
        attempt: Number(body.attempt),
        arrivedMs: nowMs,
      };
      return onAsked(options, state, asked, nowMs, dice);
    },
  };
}

// #region worker
function onAsked(
  options: WorkerOptions,
  state: WorkerState,
  asked: Asked,
  nowMs: number,
  dice: number,
): Step<WorkerState> {
  const [queue, out] = offer(options.queue, state.queue, asked, nowMs);
  const [next, effects] = start(
    options,
    reject({ ...state, queue }, out === null ? 0 : 1),
    nowMs,
    dice,
  );
  if (out === null) return [next, effects];
  return [next, [answer("overloaded", out), ...effects]];
}

/** A free worker takes the next; who waited too long is told so. */
function start(
  options: WorkerOptions,
  state: WorkerState,
  nowMs: number,
  dice: number,
): Step<WorkerState> {
  if (state.serving.length >= options.workers) return [state, []];
  const { next, late, queue } = take(options.queue, state.queue, nowMs);
  const told = reject({ ...state, queue }, late.length);
  const refusals = late.map((asked) => answer("overloaded", asked));
  if (next === null) return [told, refusals];
  const job = state.nextJob;
  const isNice =
    options.dimmer === null || fraction(dice) < state.dimmer;
  const optionalMs = isNice ? options.optionalMs : 0;
  const busy = {
    ...told,
    serving: [...state.serving, { ...next, job }],
    nextJob: job + 1,
    nice: state.nice + (isNice ? 1 : 0),
  };
  const afterMs = options.mustMs + optionalMs;
  const timer: Effect = { kind: "set-timer", name: `${job}`, afterMs };
  return [busy, [...refusals, timer]];
}
// #endregion worker

// #region worker-done
function onDone(
  options: WorkerOptions,
  state: WorkerState,
  job: number,
  nowMs: number,
  dice: number,
): Step<WorkerState> {
  const done = state.serving.find((s) => s.job === job);
  if (done === undefined) return [state, []];
  const serving = state.serving.filter((s) => s !== done);
  const stayMs = nowMs - done.arrivedMs;
  const worstMs = Math.max(state.worstMs, stayMs);
  const served = state.served + 1;
  const idle = { ...state, serving, worstMs, served };
  const [next, effects] = start(options, idle, nowMs, dice);
  return [next, [answer("done", done), ...effects]];
}

/** The dimmer looks at the worst of each period. */
function onPeriod(
  { dimmer }: WorkerOptions,
  state: WorkerState,
): Step<WorkerState> {
  const dimmed =
    dimmer === null ? 1 : dim(dimmer, state.dimmer, state.worstMs);
  return [
    { ...state, dimmer: dimmed, worstMs: 0 },
    [{ kind: "set-timer", name: "period", afterMs: periodMs }],
  ];
}
// #endregion worker-done

function reject(state: WorkerState, more: number): WorkerState {
  return { ...state, rejected: state.rejected + more };
}

function answer(
  type: "done" | "overloaded",
  { from, id, attempt }: Asked,
): Effect {
  return { kind: "send", dest: from, body: { type, id, attempt } };
}
