/**
 * A service with threads: a request holds one from the start of its
 * work until its answer leaves, also while it waits for the service
 * below. What finds no thread waits in a queue.
 */
import type {
  Effect,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import {
  deadlineAfter,
  isTooLate,
  timeoutForNext,
} from "./deadline.ts";

// #region service-state
export type ServiceOptions = {
  readonly threads: number;
  readonly queueMax: number;
  /** Own work of each request. */
  readonly workMs: number;
  /** Whom a request of a route calls after that work, if anyone. */
  readonly next: { readonly [route: string]: NodeId };
  /** Patience with the service below, if no deadline is nearer. */
  readonly timeoutMs: number;
  readonly deadlines:
    | { readonly kind: "ignored" }
    /** The least that an answer takes from here; the way down and up. */
    | {
        readonly kind: "honored";
        readonly leastMs: number;
        readonly reserveMs: number;
      };
  /** Whether giving up is told to the service below. */
  readonly cancels: boolean;
};

export type Request = {
  readonly from: NodeId;
  readonly id: number;
  readonly attempt: number;
  readonly route: string;
  readonly deadlineMs: number | null;
};

export type Job = Request & {
  readonly job: number;
  readonly begunMs: number;
  readonly phase: "working" | "waiting";
};

export type ServiceState = {
  readonly nextJob: number;
  readonly queue: readonly Request[];
  readonly jobs: readonly Job[];
  readonly tally: Tally;
};

/** Since the start: own work, of all threads; requests not answered. */
export type Tally = {
  readonly workedMs: number;
  readonly refused: number;
  readonly expired: number;
  readonly cancelled: number;
};
// #endregion service-state

const nothing: Tally = {
  workedMs: 0,
  refused: 0,
  expired: 0,
  cancelled: 0,
};

/** A service with these options; it keeps nothing over a crash. */
export function service(options: ServiceOptions): Node<ServiceState> {
  return {
    init() {
      return [{ nextJob: 1, queue: [], jobs: [], tally: nothing }, []];
    },
    step(state, { event, nowMs }) {
      if (event.kind === "timer") {
        const [kind, job] = event.name.split(" ");
        return kind === "worked"
          ? onWorked(options, state, Number(job), nowMs)
          : onTimeout(options, state, Number(job), nowMs);
      }
      const { src, body } = event.message;
      if (body.type === "call")
        return onCall(options, state, event.message, nowMs);
      if (body.type === "cancel")
        return onCancel(options, state, src, Number(body.id), nowMs);
      return onAnswer(options, state, event.message, nowMs);
    },
  };
}

// #region on-call
function onCall(
  options: ServiceOptions,
  state: ServiceState,
  message: Message,
  nowMs: number,
): Step<ServiceState> {
  const request = requestOf(message, nowMs);
  if (state.queue.length >= options.queueMax) {
    const refused = count(state, "refused", 1);
    return [refused, [answer("overloaded", request)]];
  }
  const queue = [...state.queue, request];
  return startNext(options, { ...state, queue }, nowMs);
}

/** The deadline on our own clock, from the time that was left. */
function requestOf({ src, body }: Message, nowMs: number): Request {
  const { timeoutMs } = body;
  return {
    from: src,
    id: Number(body.id),
    attempt: Number(body.attempt),
    route: String(body.route),
    deadlineMs:
      typeof timeoutMs === "number"
        ? deadlineAfter(nowMs, timeoutMs)
        : null,
  };
}
// #endregion on-call

// #region start-next
/** A thread takes the next request; one that is too late is dropped. */
function startNext(
  options: ServiceOptions,
  state: ServiceState,
  nowMs: number,
): Step<ServiceState> {
  const [request, ...queue] = state.queue;
  if (request === undefined) return [state, []];
  if (state.jobs.length >= options.threads) return [state, []];
  if (isExpired(options, request, nowMs)) {
    const dropped = count({ ...state, queue }, "expired", 1);
    const [next, effects] = startNext(options, dropped, nowMs);
    return [next, [answer("failed", request), ...effects]];
  }
  const started = { job: state.nextJob, begunMs: nowMs };
  const job: Job = { ...request, ...started, phase: "working" };
  const jobs = [...state.jobs, job];
  const begun = { ...state, queue, jobs, nextJob: job.job + 1 };
  const [next, effects] = startNext(options, begun, nowMs);
  return [next, [timer("worked", job, options.workMs), ...effects]];
}
// #endregion start-next

// #region expired
function isExpired(
  { deadlines }: ServiceOptions,
  { deadlineMs }: Request,
  nowMs: number,
): boolean {
  return (
    deadlines.kind === "honored" &&
    deadlineMs !== null &&
    isTooLate(deadlineMs, nowMs, deadlines.leastMs)
  );
}
// #endregion expired

// #region on-worked
/** Own work is done: answer, or call the service below and wait. */
function onWorked(
  options: ServiceOptions,
  state: ServiceState,
  number: number,
  nowMs: number,
): Step<ServiceState> {
  const job = state.jobs.find((j) => j.job === number);
  if (job === undefined) return [state, []];
  const worked = count(state, "workedMs", nowMs - job.begunMs);
  const dest = options.next[job.route];
  if (dest === undefined)
    return finish(options, worked, job, "done", nowMs);
  const { deadlines } = options;
  const untilMs = waitUntilMs(options, job, nowMs);
  const reserveMs =
    deadlines.kind === "honored" ? deadlines.reserveMs : 0;
  const timeoutMs = timeoutForNext(untilMs, nowMs, reserveMs);
  if (timeoutMs === null)
    return finish(options, worked, job, "failed", nowMs);
  const waiting: Job = { ...job, phase: "waiting" };
  const jobs = state.jobs.map((j) => (j === job ? waiting : j));
  const call: Effect = {
    kind: "send",
    dest,
    body: {
      type: "call",
      id: job.job,
      attempt: 1,
      route: job.route,
      timeoutMs,
    },
  };
  return [
    { ...worked, jobs },
    [call, timer("timeout", job, untilMs - nowMs)],
  ];
}
// #endregion on-worked

// #region patience
/** The end of the fixed timeout, or the deadline if that is nearer. */
function waitUntilMs(
  { deadlines, timeoutMs }: ServiceOptions,
  { deadlineMs }: Request,
  nowMs: number,
): number {
  const untilMs = nowMs + timeoutMs;
  if (deadlines.kind === "ignored" || deadlineMs === null)
    return untilMs;
  return Math.min(untilMs, deadlineMs);
}
// #endregion patience

// #region giving-up
/** The service below took too long: fail, and tell it if we do that. */
function onTimeout(
  options: ServiceOptions,
  state: ServiceState,
  number: number,
  nowMs: number,
): Step<ServiceState> {
  const job = state.jobs.find((j) => j.job === number);
  if (job === undefined) return [state, []];
  const [next, effects] = finish(options, state, job, "failed", nowMs);
  return [next, [...cancelBelow(options, job), ...effects]];
}

// #region on-cancel
/** The caller gave up: stop, wherever the request is, and pass it on. */
function onCancel(
  options: ServiceOptions,
  state: ServiceState,
  from: NodeId,
  id: number,
  nowMs: number,
): Step<ServiceState> {
  const isIt = (r: Request) => r.from === from && r.id === id;
  const job = state.jobs.find(isIt);
  const queue = state.queue.filter((r) => !isIt(r));
  const isHere = job !== undefined || queue.length < state.queue.length;
  if (!isHere) return [state, []];
  const jobs = state.jobs.filter((j) => j !== job);
  const spentMs = job?.phase === "working" ? nowMs - job.begunMs : 0;
  const spent = count({ ...state, queue, jobs }, "workedMs", spentMs);
  const stopped = count(spent, "cancelled", 1);
  const [next, effects] = startNext(options, stopped, nowMs);
  const below = job === undefined ? [] : cancelBelow(options, job);
  return [next, [...below, ...effects]];
}
// #endregion on-cancel

function cancelBelow(
  { cancels, next }: ServiceOptions,
  { job, route, phase }: Job,
): readonly Effect[] {
  const dest = next[route];
  if (!cancels || phase === "working" || dest === undefined) return [];
  return [{ kind: "send", dest, body: { type: "cancel", id: job } }];
}
// #endregion giving-up

// #region finish
/** The service below answered; what it said is our answer. */
function onAnswer(
  options: ServiceOptions,
  state: ServiceState,
  { body }: Message,
  nowMs: number,
): Step<ServiceState> {
  const job = state.jobs.find((j) => j.job === body.id);
  if (job === undefined) return [state, []];
  const type = body.type === "done" ? "done" : "failed";
  return finish(options, state, job, type, nowMs);
}

/** Answer, and let the thread take the next request. */
function finish(
  options: ServiceOptions,
  state: ServiceState,
  job: Job,
  type: "done" | "failed",
  nowMs: number,
): Step<ServiceState> {
  const jobs = state.jobs.filter((j) => j.job !== job.job);
  const [next, effects] = startNext(options, { ...state, jobs }, nowMs);
  return [next, [answer(type, job), ...effects]];
}
// #endregion finish

function answer(
  type: "done" | "failed" | "overloaded",
  { from, id, attempt, route }: Request,
): Effect {
  const body = { type, id, attempt, route };
  return { kind: "send", dest: from, body };
}

function timer(kind: string, { job }: Job, afterMs: number): Effect {
  return { kind: "set-timer", name: `${kind} ${job}`, afterMs };
}

function count(
  state: ServiceState,
  what: keyof Tally,
  amount: number,
): ServiceState {
  const { tally } = state;
  return {
    ...state,
    tally: { ...tally, [what]: tally[what] + amount },
  };
}
