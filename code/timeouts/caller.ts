/**
 * Users: calls that arrive whatever happens, each with its patience.
 * They say how long they will wait, and may say that they have gone.
 */
import type {
  Body,
  Effect,
  Input,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { intBetween, stream } from "../kernel/random.ts";

// #region caller-state
export type CallerOptions = {
  readonly dest: NodeId;
  readonly perSecond: number;
  /** One of them is drawn for each call. */
  readonly routes: readonly string[];
  readonly patienceMs: number;
  /** Kept back for the way there and back when it names its patience. */
  readonly reserveMs: number;
  /** Whether giving up is told to the service. */
  readonly cancels: boolean;
};

export type CallerState = {
  readonly nextId: number;
  readonly open: readonly OpenCall[];
  readonly routes: { readonly [route: string]: RouteTally };
};

type OpenCall = {
  readonly id: number;
  readonly route: string;
  readonly sentMs: number;
};

/** Since the start; good calls were answered in time. */
export type RouteTally = {
  readonly calls: number;
  readonly good: number;
  readonly failed: number;
  readonly late: number;
  /** Sum over the good calls. */
  readonly goodMs: number;
};
// #endregion caller-state

const none = { calls: 0, good: 0, failed: 0, late: 0, goodMs: 0 };

/** Users who call `dest`; a crash loses all their open calls. */
export function caller(options: CallerOptions): Node<CallerState> {
  return {
    init({ dice }) {
      const routes: Record<string, RouteTally> = {};
      for (const route of options.routes) routes[route] = none;
      const state = { nextId: 1, open: [], routes };
      return [state, [nextArrival(options, dice)]];
    },
    step(state, input) {
      const { event, nowMs } = input;
      if (event.kind === "message")
        return onAnswer(state, event.message.body, nowMs);
      if (event.name === "arrive")
        return onArrival(options, state, input);
      const id = Number(event.name.split(" ")[1]);
      return onPatienceOver(options, state, id);
    },
  };
}

// #region arrival
function onArrival(
  options: CallerOptions,
  state: CallerState,
  { nowMs, dice }: Input,
): Step<CallerState> {
  const { dest, routes, patienceMs, reserveMs } = options;
  const id = state.nextId;
  const drawn = intBetween(stream(dice, 1), 0, routes.length - 1);
  const route = routes[drawn] ?? "";
  const call = { id, route, sentMs: nowMs };
  const open = [...state.open, call];
  const begun = count({ ...state, nextId: id + 1, open }, route, {
    calls: 1,
  });
  const body = {
    type: "call",
    id,
    attempt: 1,
    route,
    timeoutMs: patienceMs - reserveMs,
  };
  return [
    begun,
    [
      { kind: "send", dest, body },
      { kind: "set-timer", name: `late ${id}`, afterMs: patienceMs },
      nextArrival(options, dice),
    ],
  ];
}
// #endregion arrival

// #region outcome
function onAnswer(
  state: CallerState,
  body: Body,
  nowMs: number,
): Step<CallerState> {
  const call = state.open.find((c) => c.id === body.id);
  if (call === undefined) return [state, []];
  const ended = end(state, call);
  if (body.type !== "done")
    return [count(ended, call.route, { failed: 1 }), []];
  const goodMs = nowMs - call.sentMs;
  return [count(ended, call.route, { good: 1, goodMs }), []];
}

function onPatienceOver(
  { dest, cancels }: CallerOptions,
  state: CallerState,
  id: number,
): Step<CallerState> {
  const call = state.open.find((c) => c.id === id);
  if (call === undefined) return [state, []];
  const ended = count(end(state, call), call.route, { late: 1 });
  if (!cancels) return [ended, []];
  return [
    ended,
    [{ kind: "send", dest, body: { type: "cancel", id } }],
  ];
}
// #endregion outcome

function end(state: CallerState, call: OpenCall): CallerState {
  const open = state.open.filter((c) => c.id !== call.id);
  return { ...state, open };
}

function count(
  state: CallerState,
  route: string,
  more: Partial<RouteTally>,
): CallerState {
  const tally = state.routes[route] ?? none;
  const sum = {
    calls: tally.calls + (more.calls ?? 0),
    good: tally.good + (more.good ?? 0),
    failed: tally.failed + (more.failed ?? 0),
    late: tally.late + (more.late ?? 0),
    goodMs: tally.goodMs + (more.goodMs ?? 0),
  };
  return { ...state, routes: { ...state.routes, [route]: sum } };
}

/** Between nothing and twice the mean, as in the chapter on retries. */
function nextArrival(
  { perSecond }: CallerOptions,
  dice: number,
): Effect {
  const meanMs = 1000 / perSecond;
  const afterMs = intBetween(
    stream(dice, 2),
    0,
    Math.round(2 * meanMs),
  );
  return { kind: "set-timer", name: "arrive", afterMs };
}
