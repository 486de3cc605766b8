/**
 * A client that calls a server, gives up on an answer after a timeout,
 * and tries again. Its load is open (calls arrive whatever happens) or
 * closed (a user waits for one call to end before making the next).
 */
import type {
  Effect,
  Input,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { fraction, intBetween, stream } from "../kernel/random.ts";
import { type Backoff, backoffMs } from "./backoff.ts";
import {
  type Budget,
  earn,
  pay,
  record,
  rejectProbability,
  type Throttle,
} from "./budget.ts";

// #region load
export type Load =
  | { readonly kind: "open"; readonly phases: readonly Phase[] }
  | {
      readonly kind: "closed";
      readonly users: number;
      readonly thinkMs: number;
    };

/** From `fromMs` on, `perSecond` calls arrive each second. */
export type Phase = {
  readonly fromMs: number;
  readonly perSecond: number;
};

// #endregion load

// #region client-options
export type ClientOptions = {
  readonly server: NodeId;
  readonly load: Load;
  readonly timeoutMs: number;
  /** Attempts, the first included: 3 attempts are 2 retries. */
  readonly attemptsMax: number;
  readonly backoff: Backoff;
  readonly budget: Budget | null;
  readonly throttle: Throttle | null;
};

// #endregion client-options

// #region client-state
type Call = {
  readonly id: number;
  readonly attempt: number;
  /** False while the call waits for its next attempt. */
  readonly sent: boolean;
  readonly backoffMs: number;
};

export type ClientState = {
  readonly nextId: number;
  readonly open: readonly Call[];
  readonly budget: Budget | null;
  readonly throttle: Throttle | null;
  /** Since the start: calls begun, attempts sent, calls ended. */
  readonly calls: number;
  readonly attempts: number;
  readonly succeeded: number;
  readonly failed: number;
};
// #endregion client-state

/** A client with these options; a crash loses all its open calls. */
export function client(options: ClientOptions): Node<ClientState> {
  return {
    init(setup) {
      const { budget, throttle } = options;
      const counts = { calls: 0, attempts: 0, succeeded: 0, failed: 0 };
      const state = {
        nextId: 1,
        open: [],
        budget,
        throttle,
        ...counts,
      };
      return [state, firstArrivals(options.load, setup.dice)];
    },
    step(state, input) {
      return input.event.kind === "timer"
        ? onTimer(options, state, input, input.event.name)
        : onAnswer(options, state, input);
    },
  };
}

function onTimer(
  options: ClientOptions,
  state: ClientState,
  input: Input,
  name: string,
): Step<ClientState> {
  const [kind = "", id = ""] = name.split(" ");
  if (kind === "arrive") return onArrival(options, state, input);
  const call = state.open.find((c) => c.id === Number(id));
  if (call === undefined) return [state, []];
  if (kind === "retry") return attempt(options, state, call, input);
  return call.sent
    ? onFailure(options, state, call, input)
    : [state, []];
}

// #region attempt
/** Send one attempt of a call, and start its timeout. */
function attempt(
  options: ClientOptions,
  state: ClientState,
  call: Call,
  { nowMs, dice }: Input,
): Step<ClientState> {
  const { throttle } = state;
  if (throttle !== null) {
    const recent = record(throttle, nowMs, 0, 0);
    const refused =
      fraction(stream(dice, 1)) < rejectProbability(recent);
    state = { ...state, throttle: record(recent, nowMs, 1, 0) };
    if (refused) return end(options, state, call, "failed", dice);
  }
  const sent = { ...call, sent: true };
  const attempts = state.attempts + 1;
  const next = { ...state, attempts, open: replace(state.open, sent) };
  return [
    next,
    [
      {
        kind: "send",
        dest: options.server,
        body: { type: "call", id: call.id, attempt: call.attempt },
      },
      timer(`timeout ${call.id}`, options.timeoutMs),
    ],
  ];
}
// #endregion attempt

// #region failure
/** An attempt timed out or was rejected: try again, or give up. */
function onFailure(
  options: ClientOptions,
  state: ClientState,
  call: Call,
  { dice }: Input,
): Step<ClientState> {
  if (call.attempt >= options.attemptsMax) {
    return end(options, state, call, "failed", dice);
  }
  let budget = state.budget;
  if (budget !== null) {
    budget = pay(budget);
    if (budget === null) {
      return end(options, state, call, "failed", dice);
    }
  }
  const waitMs = backoffMs(
    options.backoff,
    call.attempt,
    call.backoffMs,
    stream(dice, 2),
  );
  const waiting = {
    id: call.id,
    attempt: call.attempt + 1,
    sent: false,
    backoffMs: waitMs,
  };
  const next = { ...state, budget, open: replace(state.open, waiting) };
  return [next, [timer(`retry ${call.id}`, waitMs)]];
}
// #endregion failure

// #region answer
/** Only the attempt that is being waited for can end a call. */
function onAnswer(
  options: ClientOptions,
  state: ClientState,
  input: Input,
): Step<ClientState> {
  if (input.event.kind !== "message") return [state, []];
  const { body } = input.event.message;
  const call = state.open.find((c) => c.id === body.id);
  if (!call?.sent || call.attempt !== body.attempt) return [state, []];
  if (body.type === "overloaded") {
    return onFailure(options, state, call, input);
  }
  const { throttle } = state;
  const accepted = throttle && record(throttle, input.nowMs, 0, 1);
  const next = { ...state, throttle: accepted };
  return end(options, next, call, "succeeded", input.dice);
}

function end(
  { load }: ClientOptions,
  state: ClientState,
  call: Call,
  outcome: "succeeded" | "failed",
  dice: number,
): Step<ClientState> {
  const open = state.open.filter((c) => c.id !== call.id);
  const next = { ...state, open, [outcome]: state[outcome] + 1 };
  if (load.kind === "open") return [next, []];
  const thinkMs = around(load.thinkMs, stream(dice, 3));
  return [next, [timer(`arrive user-${call.id}`, thinkMs)]];
}
// #endregion answer

// #region arrivals
/** A call begins. In an open loop the next one is already coming. */
function onArrival(
  options: ClientOptions,
  state: ClientState,
  input: Input,
): Step<ClientState> {
  const { load } = options;
  const id = state.nextId;
  const call = { id, attempt: 1, sent: false, backoffMs: 0 };
  const begun = {
    ...state,
    nextId: id + 1,
    calls: state.calls + 1,
    open: [...state.open, call],
    budget: state.budget && earn(state.budget),
  };
  const [next, effects] = attempt(options, begun, call, input);
  if (load.kind === "closed") return [next, effects];
  return [next, [...effects, nextArrival(load.phases, input)]];
}

function nextArrival(
  phases: readonly Phase[],
  { nowMs, dice }: { readonly nowMs: number; readonly dice: number },
): Effect {
  const phase = phases.findLast((p) => p.fromMs <= nowMs);
  const meanMs = 1000 / (phase?.perSecond ?? 1);
  return timer("arrive", around(meanMs, stream(dice, 4)));
}
// #endregion arrivals

function firstArrivals(load: Load, dice: number): readonly Effect[] {
  if (load.kind === "open") {
    return [nextArrival(load.phases, { nowMs: 0, dice })];
  }
  return Array.from({ length: load.users }, (_, user) => {
    const waitMs = around(load.thinkMs, stream(dice, user));
    return timer(`arrive first-${user}`, waitMs);
  });
}

/**
 * Between nothing and twice the mean. Many such clients together are
 * close to Poisson arrivals, and no engine rounds a logarithm.
 */
function around(meanMs: number, dice: number): number {
  return intBetween(dice, 0, Math.round(2 * meanMs));
}

function replace(open: readonly Call[], call: Call): readonly Call[] {
  return open.map((c) => (c.id === call.id ? call : c));
}

function timer(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs };
}
