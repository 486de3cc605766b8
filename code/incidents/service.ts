/**
 * A service with a thread for each request it works on: so many workers,
 * a queue before them, perhaps another service behind. A worker that
 * waits for an answer does nothing else meanwhile.
 */
import type {
  Body,
  Effect,
  Json,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { fraction } from "../kernel/random.ts";
import { answer, timer, told } from "./customers.ts";

// #region knobs
/** What an operator can turn while the service runs. */
export type Knobs = {
  readonly workers: number;
  /** Its own work for one request, before it asks anybody. */
  readonly workMs: number;
  readonly queueMax: number;
  /** Refuse so much of what comes, from 0 to 1, at the door. */
  readonly shed: number;
  /** Whom to ask for what; of several, the key says whom. */
  readonly routes: { readonly [what: string]: readonly NodeId[] };
  readonly timeoutMs: number;
  /** The first attempt included: 1 is no retry. */
  readonly attemptsMax: number;
};
// #endregion knobs

// #region service-state
type Job = { readonly from: Message; readonly attempt: number };
export type ServiceState = {
  readonly knobs: Knobs;
  readonly queue: readonly Message[];
  /** What each busy worker is at, by number of the call. */
  readonly busy: { readonly [call: string]: Job };
  readonly lastCall: number;
};
// #endregion service-state

// #region service
/** Knobs survive a restart; the queue and the work under way do not. */
export function service(knobs: Knobs): Node<ServiceState> {
  return {
    init: ({ disk }) => {
      const saved = (disk.knobs as Knobs | undefined) ?? knobs;
      // Answers to the process before must not be taken for ours.
      const lastCall = Number(disk.calls ?? 0);
      const state = { queue: [], busy: {}, lastCall };
      const calls = lastCall + 1_000_000;
      const reserve: Effect = {
        kind: "persist",
        key: "calls",
        value: calls,
      };
      return [{ ...state, knobs: saved }, [reserve]];
    },
    step(state, { event, dice }) {
      if (event.kind === "timer") return onTimer(state, event.name);
      const { message } = event;
      if (message.body.type === "set") return onSet(state, message);
      return message.body.in_reply_to === undefined
        ? onRequest(state, message, dice)
        : onAnswer(state, message);
    },
  };
}

function onSet(state: ServiceState, { body }: Message) {
  const knobs = told(state.knobs, body);
  const value: Json = knobs;
  const save: Effect = { kind: "persist", key: "knobs", value };
  const [next, effects] = startWork({ ...state, knobs });
  return [next, [save, ...effects]] as const;
}
// #endregion service

// #region request
function onRequest(
  state: ServiceState,
  request: Message,
  dice: number,
): Step<ServiceState> {
  const { queueMax, shed } = state.knobs;
  const isShed = fraction(dice) < shed;
  if (isShed || state.queue.length >= queueMax)
    return [state, [answer(request, overloaded)]];
  return startWork({ ...state, queue: [...state.queue, request] });
}

/** Idle workers take the oldest requests, wanted still or not. */
function startWork(state: ServiceState): Step<ServiceState> {
  const { workers, workMs } = state.knobs;
  const [request, ...queue] = state.queue;
  const isFull = Object.keys(state.busy).length >= workers;
  if (request === undefined || isFull) return [state, []];
  const call = state.lastCall + 1;
  const job = { from: request, attempt: 0 };
  const busy = { ...state.busy, [call]: job };
  const started = { ...state, queue, busy, lastCall: call };
  const [next, effects] = startWork(started);
  return [next, [timer(`work ${call}`, workMs), ...effects]];
}
// #endregion request

// #region downstream
/** Own work is done, or nobody answered: ask the one behind, or end. */
function onTimer(state: ServiceState, name: string) {
  const [, call = ""] = name.split(" ");
  const job = state.busy[call];
  if (job === undefined) return [state, []] as const;
  return attempt(state, call, job);
}

function attempt(
  state: ServiceState,
  call: string,
  job: Job,
): Step<ServiceState> {
  const { timeoutMs, attemptsMax } = state.knobs;
  const dest = behind(state.knobs, job.from.body);
  if (dest === undefined) return finish(state, call, job, done);
  if (job.attempt >= attemptsMax)
    return finish(state, call, job, unavailable);
  const tried = { ...job, attempt: job.attempt + 1 };
  const busy = { ...state.busy, [call]: tried };
  const body = { ...job.from.body, msg_id: Number(call) };
  const send: Effect = { kind: "send", dest, body };
  return [
    { ...state, busy },
    [send, timer(`timeout ${call}`, timeoutMs)],
  ];
}

/** The service behind this one that has to answer such a request. */
export function behind(
  { routes }: Knobs,
  { type, key }: Body,
): NodeId | undefined {
  const servers = routes[type] ?? [];
  return servers[Number(key) % servers.length];
}
// #endregion downstream

// #region service-answer
/** A refusal is tried again at once, as long as attempts are left. */
function onAnswer(state: ServiceState, { body }: Message) {
  const call = String(body.in_reply_to);
  const job = state.busy[call];
  if (job === undefined) return [state, []] as const;
  return body.type === "error"
    ? attempt(state, call, job)
    : finish(state, call, job, body);
}

/** The answer goes back, and the worker is free. */
function finish(
  state: ServiceState,
  call: string,
  job: Job,
  body: Message["body"],
): Step<ServiceState> {
  const { [call]: _, ...busy } = state.busy;
  const [next, effects] = startWork({ ...state, busy });
  return [next, [answer(job.from, body), ...effects]];
}
// #endregion service-answer

const done = { type: "ok" };
const overloaded = { type: "error", code: 11, text: "overloaded" };
const unavailable = { type: "error", code: 11, text: "no answer" };

/** Part of the workers that are busy, and what waits for one. */
export function loadOf({ knobs, busy, queue }: ServiceState) {
  const saturation = Object.keys(busy).length / knobs.workers;
  return { saturation, queue: queue.length };
}
