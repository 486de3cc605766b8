/**
 * A client whose calls go through circuit breakers. Each call has a key
 * that belongs to one of the hosts. It fails for good after its last
 * attempt, or at once when the breaker lets nothing through.
 */
import type {
  Effect,
  Input,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { intBetween, stream } from "../kernel/random.ts";
import {
  acquire,
  type Breaker,
  type BreakerOptions,
  closedBreaker,
  type Outcome,
  record,
} from "./breaker.ts";

// #region guarded-state
export type GuardedOptions = {
  readonly hosts: readonly NodeId[];
  readonly perSecond: number;
  readonly timeoutMs: number;
  readonly attemptsMax: number;
  /** Null: nothing is guarded. */
  readonly breaker: BreakerOptions | null;
  readonly breakerPer: "service" | "host";
  /** Does the breaker see each attempt, or the call with its retries? */
  readonly order: "retry-outside" | "breaker-outside";
};

type Call = {
  readonly id: number;
  readonly host: NodeId;
  readonly attempt: number;
  /** When what the breaker watches began: the attempt, or the call. */
  readonly beganMs: number;
  readonly permit: number;
};

export type HostTally = {
  readonly calls: number;
  readonly attempts: number;
  readonly good: number;
  readonly failed: number;
  readonly refused: number;
};

export type GuardedState = {
  readonly nextId: number;
  readonly open: readonly Call[];
  readonly breakers: { readonly [key: string]: Breaker };
  readonly hosts: { readonly [host: NodeId]: HostTally };
  /** What the breakers did. */
  readonly changes: readonly Change[];
};

export type Change = {
  readonly atMs: number;
  readonly key: string;
  readonly to: Breaker["state"]["kind"];
};
// #endregion guarded-state

const none = { calls: 0, attempts: 0, good: 0, failed: 0, refused: 0 };

/** A client with these options; a crash loses calls and breakers. */
export function guarded(options: GuardedOptions): Node<GuardedState> {
  return {
    init({ dice }) {
      const hosts: Record<NodeId, HostTally> = {};
      for (const host of options.hosts) hosts[host] = none;
      const empty = { nextId: 1, open: [], breakers: {}, changes: [] };
      return [{ ...empty, hosts }, [nextArrival(options, dice)]];
    },
    step(state, input) {
      const { event } = input;
      if (event.kind === "message") {
        const { id, attempt, type } = event.message.body;
        const outcome = outcomes[type] ?? "failure";
        return onEnd(options, state, [id, attempt], outcome, input);
      }
      if (event.name === "arrive")
        return onArrival(options, state, input);
      const ended = event.name.split(" ").slice(1).map(Number);
      return onEnd(options, state, ended, "failure", input);
    },
  };
}

const outcomes: Readonly<Record<string, Outcome>> = {
  done: "success",
  rejected: "ignored",
};

function onArrival(
  options: GuardedOptions,
  state: GuardedState,
  input: Input,
): Step<GuardedState> {
  const { hosts } = options;
  const drawn = intBetween(stream(input.dice, 1), 0, hosts.length - 1);
  const host = hosts[drawn] ?? "";
  const id = state.nextId;
  const call = {
    id,
    host,
    attempt: 1,
    beganMs: input.nowMs,
    permit: 0,
  };
  const begun = count({ ...state, nextId: id + 1 }, host, "calls");
  const [next, effects] = attempt(options, begun, call, input);
  return [next, [...effects, nextArrival(options, input.dice)]];
}

// #region attempt
/** Ask the breaker if this attempt is for it to decide; then send. */
function attempt(
  options: GuardedOptions,
  state: GuardedState,
  call: Call,
  { nowMs }: Input,
): Step<GuardedState> {
  let { permit, beganMs } = call;
  let asked = state;
  if (options.order === "retry-outside" || call.attempt === 1) {
    const [after, given] = ask(options, state, call.host, nowMs);
    if (given === null) return [count(after, call.host, "refused"), []];
    asked = after;
    permit = given;
    beganMs = nowMs;
  }
  const { id, host, attempt } = call;
  const open = [...asked.open, { ...call, permit, beganMs }];
  const body = { type: "call", id, attempt };
  return [
    count({ ...asked, open }, host, "attempts"),
    [
      { kind: "send", dest: host, body },
      {
        kind: "set-timer",
        name: `timeout ${id} ${attempt}`,
        afterMs: options.timeoutMs,
      },
    ],
  ];
}
// #endregion attempt

// #region on-end
/** An attempt ended: tell the breaker, and try again if that helps. */
function onEnd(
  options: GuardedOptions,
  state: GuardedState,
  [id, attempted]: readonly unknown[],
  outcome: Outcome,
  input: Input,
): Step<GuardedState> {
  const call = state.open.find(
    (c) => c.id === id && c.attempt === attempted,
  );
  if (call === undefined) return [state, []];
  const open = state.open.filter((c) => c !== call);
  const isLast =
    outcome !== "failure" || call.attempt >= options.attemptsMax;
  const told =
    isLast || options.order === "retry-outside"
      ? tell(options, { ...state, open }, call, outcome, input.nowMs)
      : { ...state, open };
  if (isLast) {
    const what = outcome === "success" ? "good" : "failed";
    return [count(told, call.host, what), []];
  }
  const again = { ...call, attempt: call.attempt + 1 };
  return attempt(options, told, again, input);
}
// #endregion on-end

// #region breakers
function ask(
  options: GuardedOptions,
  state: GuardedState,
  host: NodeId,
  nowMs: number,
): readonly [GuardedState, number | null] {
  if (options.breaker === null) return [state, 0];
  const key = keyOf(options, host);
  const before = state.breakers[key] ?? closedBreaker;
  const [after, permit] = acquire(options.breaker, before, nowMs);
  return [replace(state, key, after, nowMs), permit];
}

function tell(
  options: GuardedOptions,
  state: GuardedState,
  { host, permit, beganMs }: Call,
  outcome: Outcome,
  nowMs: number,
): GuardedState {
  if (options.breaker === null) return state;
  const key = keyOf(options, host);
  const before = state.breakers[key] ?? closedBreaker;
  const after = record(
    options.breaker,
    before,
    permit,
    outcome,
    nowMs - beganMs,
    nowMs,
  );
  return replace(state, key, after, nowMs);
}

/** One breaker for the whole service, or one for each of its hosts. */
function keyOf({ breakerPer }: GuardedOptions, host: NodeId): string {
  return breakerPer === "host" ? host : "service";
}
// #endregion breakers

function replace(
  state: GuardedState,
  key: string,
  breaker: Breaker,
  nowMs: number,
): GuardedState {
  const before = state.breakers[key] ?? closedBreaker;
  const breakers = { ...state.breakers, [key]: breaker };
  if (before.period === breaker.period) return { ...state, breakers };
  const change = { atMs: nowMs, key, to: breaker.state.kind };
  return { ...state, breakers, changes: [...state.changes, change] };
}

function count(
  state: GuardedState,
  host: NodeId,
  what: keyof HostTally,
): GuardedState {
  const tally = state.hosts[host] ?? none;
  const more = { ...tally, [what]: tally[what] + 1 };
  return { ...state, hosts: { ...state.hosts, [host]: more } };
}

function nextArrival(
  { perSecond }: GuardedOptions,
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
