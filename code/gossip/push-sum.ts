/**
 * Push-sum (Kempe, Dobra and Gehrke, FOCS 2003): the mean of
 * what all nodes hold, by giving half away in each round. Right as long
 * as mass is conserved: a lost message takes its share with it.
 */
import type {
  Body,
  Effect,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";

// #region mass
/** A sum and a weight; what they estimate is their quotient. */
export type Mass = { readonly sum: number; readonly weight: number };

export function plus(one: Mass, other: Mass): Mass {
  return {
    sum: one.sum + other.sum,
    weight: one.weight + other.weight,
  };
}

export function half({ sum, weight }: Mass): Mass {
  return { sum: sum / 2, weight: weight / 2 };
}

export function estimate({ sum, weight }: Mass): number {
  return sum / weight;
}
// #endregion mass

export type State = {
  readonly id: NodeId;
  readonly peers: readonly NodeId[];
  readonly mass: Mass;
};

// #region push-sum
/** Each node begins with its own value, and weight 1. */
export function pushSum(
  values: { readonly [id: NodeId]: number },
  periodMs: number,
): Node<State> {
  const nextRound: Effect = {
    kind: "set-timer",
    name: "round",
    afterMs: periodMs,
  };
  return {
    init: ({ id, peers }): Step<State> => {
      const mass = { sum: values[id] ?? 0, weight: 1 };
      return [{ id, peers, mass }, [nextRound]];
    },
    step: (state, { event, dice }): Step<State> => {
      if (event.kind === "message") {
        const { mass } = event.message.body as Body & { mass: Mass };
        return [{ ...state, mass: plus(state.mass, mass) }, []];
      }
      const dest =
        state.peers[intBetween(dice, 0, state.peers.length - 1)];
      if (dest === undefined) return [state, [nextRound]];
      const mass = half(state.mass);
      const body = { type: "half", mass };
      const give: Effect = { kind: "send", dest, body };
      return [{ ...state, mass }, [nextRound, give]];
    },
  };
}
// #endregion push-sum

// #region counted
/**
 * The same with running totals: each message carries all that was ever
 * given to that node, so that what one message lost the next brings.
 */
export type Counted = {
  readonly id: NodeId;
  readonly peers: readonly NodeId[];
  readonly mass: Mass;
  readonly given: { readonly [to: NodeId]: Mass };
  readonly got: { readonly [from: NodeId]: Mass };
};

const nothing: Mass = { sum: 0, weight: 0 };

/** What came since the last time; late and doubled messages add none. */
export function receive(
  state: Counted,
  from: NodeId,
  total: Mass,
): Counted {
  const before = state.got[from] ?? nothing;
  if (total.weight <= before.weight) return state;
  const news = {
    sum: total.sum - before.sum,
    weight: total.weight - before.weight,
  };
  const got = { ...state.got, [from]: total };
  return { ...state, got, mass: plus(state.mass, news) };
}

/** Half of what is here, added to all that was given to that node. */
export function give(state: Counted, to: NodeId): Counted {
  const mass = half(state.mass);
  const total = plus(state.given[to] ?? nothing, mass);
  return { ...state, mass, given: { ...state.given, [to]: total } };
}
// #endregion counted

export function countedPushSum(
  values: { readonly [id: NodeId]: number },
  periodMs: number,
): Node<Counted> {
  const nextRound: Effect = {
    kind: "set-timer",
    name: "round",
    afterMs: periodMs,
  };
  return {
    init: ({ id, peers }): Step<Counted> => {
      const mass = { sum: values[id] ?? 0, weight: 1 };
      return [{ id, peers, mass, given: {}, got: {} }, [nextRound]];
    },
    step: (state, { event, dice }): Step<Counted> => {
      if (event.kind === "message") {
        const { src, body } = event.message;
        const { total } = body as Body & { total: Mass };
        return [receive(state, src, total), []];
      }
      const dest =
        state.peers[intBetween(dice, 0, state.peers.length - 1)];
      if (dest === undefined) return [state, [nextRound]];
      const next = give(state, dest);
      const body = {
        type: "total",
        total: next.given[dest] ?? nothing,
      };
      return [next, [nextRound, { kind: "send", dest, body }]];
    },
  };
}
