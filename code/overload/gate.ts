/**
 * A gate in front of any server: it counts who is inside, turns away
 * whom its rule has no room for, and leaves the server as it is. The
 * server may be another chapter's, if it answers what it is asked.
 */
import type {
  Body,
  Effect,
  Input,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import {
  type Limit,
  type LimitOptions,
  learn,
  newLimit,
} from "./limit.ts";
import { enter, idleMeter, leave, type Meter } from "./little.ts";
import {
  acquire,
  release,
  type Semaphore,
  semaphore,
} from "./semaphore.ts";
import { type Class, hasRoom, type Shares } from "./shed.ts";

// #region gate-state
export type Rule =
  /** So many at a time, whoever they are; the limit may learn. */
  | { readonly kind: "limit"; readonly limit: LimitOptions }
  /** The same, but the less critical the smaller the share. */
  | {
      readonly kind: "shed";
      readonly limit: LimitOptions;
      readonly shares: Shares;
      readonly classOf: { readonly [client: NodeId]: Class };
    }
  /** So many at a time of each route. */
  | {
      readonly kind: "bulkheads";
      readonly permits: { readonly [route: string]: number };
    };

export type GateState<S> = {
  readonly inner: S;
  readonly inside: readonly Guest[];
  readonly limit: Limit | null;
  readonly bulkheads: { readonly [route: string]: Semaphore };
  readonly meter: Meter;
  readonly refused: number;
};

type Guest = {
  readonly key: string;
  readonly route: string;
  readonly sinceMs: number;
};
// #endregion gate-state

/** A node that stands before another and speaks for it. */
export function gate<S>(
  rule: Rule,
  server: Node<S>,
): Node<GateState<S>> {
  return {
    init(setup) {
      const [inner, effects] = server.init(setup);
      const limit =
        rule.kind === "bulkheads" ? null : newLimit(rule.limit);
      const bulkheads: Record<string, Semaphore> = {};
      if (rule.kind === "bulkheads")
        for (const [route, permits] of Object.entries(rule.permits))
          bulkheads[route] = semaphore(permits);
      const empty = { inside: [], meter: idleMeter, refused: 0 };
      return [{ inner, limit, bulkheads, ...empty }, effects];
    },
    step(state, input) {
      const { event } = input;
      const isCall =
        event.kind === "message" && event.message.body.type === "call";
      return isCall
        ? onCall(rule, server, state, event.message, input)
        : pass(rule, server, state, input);
    },
  };
}

// #region gate-call
/** Let it in, or answer for the server that there is no room. */
function onCall<S>(
  rule: Rule,
  server: Node<S>,
  state: GateState<S>,
  { src, body }: Message,
  input: Input,
): Step<GateState<S>> {
  const key = keyOf(src, body);
  const route = String(body.route ?? "");
  const bulkheads = admit(rule, state, src, route, key);
  if (bulkheads === null) {
    const no = { ...body, type: "overloaded" };
    const refused = { ...state, refused: state.refused + 1 };
    return [refused, [{ kind: "send", dest: src, body: no }]];
  }
  const guest = { key, route, sinceMs: input.nowMs };
  const inside = [...state.inside, guest];
  const meter = enter(state.meter, input.nowMs);
  const open = { ...state, bulkheads, inside, meter };
  return pass(rule, server, open, input);
}

// #region admit
/** The semaphores with one more holder; null if there is no room. */
function admit<S>(
  rule: Rule,
  { inside, limit, bulkheads }: GateState<S>,
  src: NodeId,
  route: string,
  key: string,
): GateState<S>["bulkheads"] | null {
  if (rule.kind === "bulkheads") {
    const before = bulkheads[route];
    if (before === undefined) return bulkheads;
    const held = acquire(before, key);
    return held === null ? null : { ...bulkheads, [route]: held };
  }
  const atMost = Math.floor(limit?.limit ?? 0);
  const hasPlace =
    rule.kind === "limit"
      ? inside.length < atMost
      : hasRoom(
          rule.shares,
          rule.classOf[src] ?? "sheddable",
          inside.length,
          atMost,
        );
  return hasPlace ? bulkheads : null;
}
// #endregion admit
// #endregion gate-call

// #region gate-pass
/** The server's own step; whoever gets an answer is inside no more. */
function pass<S>(
  rule: Rule,
  server: Node<S>,
  state: GateState<S>,
  input: Input,
): Step<GateState<S>> {
  const [inner, effects] = server.step(state.inner, input);
  const next = effects.reduce(
    (gate, effect) => onEffect(rule, gate, effect, input.nowMs),
    { ...state, inner },
  );
  return [next, effects];
}

function onEffect<S>(
  rule: Rule,
  state: GateState<S>,
  effect: Effect,
  nowMs: number,
): GateState<S> {
  if (effect.kind !== "send") return state;
  const key = keyOf(effect.dest, effect.body);
  const guest = state.inside.find((g) => g.key === key);
  if (guest === undefined) return state;
  const rttMs = nowMs - guest.sinceMs;
  const inFlight = state.inside.length;
  const dropped = effect.body.type !== "done";
  const { limit, bulkheads } = state;
  const held = bulkheads[guest.route];
  return {
    ...state,
    inside: state.inside.filter((g) => g !== guest),
    meter: leave(state.meter, rttMs, nowMs),
    limit:
      rule.kind === "bulkheads" || limit === null
        ? null
        : learn(rule.limit, limit, { rttMs, inFlight, dropped }),
    bulkheads:
      held === undefined
        ? bulkheads
        : { ...bulkheads, [guest.route]: release(held, key) },
  };
}

function keyOf(client: NodeId, { id, attempt }: Body): string {
  return `${client} ${id} ${attempt}`;
}
// #endregion gate-pass
