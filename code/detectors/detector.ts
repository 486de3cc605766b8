/**
 * Failure detectors: every node sends heartbeats to all others and
 * suspects those that it does not hear. What is too late is a matter of
 * the judge: a fixed timeout, one that grows with every mistake (Chandra
 * and Toueg, JACM 1996, Figure 10), or phi.
 */
import type {
  Effect,
  Node,
  NodeId,
  Setup,
  Step,
} from "../kernel/node.ts";
import {
  firstWindow,
  heard,
  phi,
  phiExponential,
  type Window,
  type WindowOptions,
} from "./accrual.ts";

// #region options
export type Judge =
  | { readonly kind: "fixed"; readonly timeoutMs: number }
  /** Longer by growMs after each suspicion that was wrong. */
  | {
      readonly kind: "growing";
      readonly timeoutMs: number;
      readonly growMs: number;
    }
  | {
      readonly kind: "phi";
      readonly threshold: number;
      readonly deviationMsMin: number;
      readonly window: WindowOptions;
    }
  | {
      readonly kind: "phi-exponential";
      readonly threshold: number;
      readonly window: WindowOptions;
    };

export type Options = {
  readonly heartbeatMs: number;
  /** How often it looks who is late. */
  readonly checkMs: number;
  readonly judge: Judge;
};
// #endregion options

// #region state
/** What one node thinks of another. */
export type Belief = {
  readonly window: Window;
  /** Used by judges with a timeout. */
  readonly timeoutMs: number;
  readonly isSuspected: boolean;
};

export type State = {
  readonly id: NodeId;
  readonly beliefs: { readonly [peer: NodeId]: Belief };
};

/** The output of the detector: the nodes that are suspected now. */
export function suspectedBy(state: State): readonly NodeId[] {
  return Object.keys(state.beliefs)
    .filter((peer) => state.beliefs[peer]?.isSuspected)
    .sort((one, other) => (one < other ? -1 : 1));
}
// #endregion state

// #region detector
export function detector(options: Options): Node<State> {
  return {
    init: ({ id, peers, nowMs }: Setup): Step<State> => {
      const belief = firstBelief(nowMs, options.judge);
      const entries = peers.map((peer) => [peer, belief] as const);
      const state = { id, beliefs: Object.fromEntries(entries) };
      return [state, [...beat(state, options), nextCheck(options)]];
    },
    step: (state, { event, nowMs }): Step<State> => {
      if (event.kind === "message") {
        const { src } = event.message;
        return [onHeartbeat(state, src, nowMs, options.judge), []];
      }
      if (event.name === "heartbeat")
        return [state, beat(state, options)];
      return [
        onCheck(state, nowMs, options.judge),
        [nextCheck(options)],
      ];
    },
  };
}

function firstBelief(nowMs: number, judge: Judge): Belief {
  const timeoutMs = "timeoutMs" in judge ? judge.timeoutMs : 0;
  const window =
    "window" in judge
      ? firstWindow(nowMs, judge.window)
      : { lastMs: nowMs, intervalsMs: [] };
  return { window, timeoutMs, isSuspected: false };
}
// #endregion detector

// #region heartbeat
function beat(state: State, { heartbeatMs }: Options): Effect[] {
  const sends = Object.keys(state.beliefs).map(
    (dest): Effect => ({
      kind: "send",
      dest,
      body: { type: "heartbeat" },
    }),
  );
  const next = { name: "heartbeat", afterMs: heartbeatMs };
  return [...sends, { kind: "set-timer", ...next }];
}

function nextCheck({ checkMs }: Options): Effect {
  return { kind: "set-timer", name: "check", afterMs: checkMs };
}

/** Who is heard is not suspected; and was it, the mistake is ours. */
export function onHeartbeat(
  state: State,
  src: NodeId,
  nowMs: number,
  judge: Judge,
): State {
  const belief = state.beliefs[src];
  if (belief === undefined) return state;
  const window =
    "window" in judge
      ? heard(belief.window, nowMs, judge.window)
      : { ...belief.window, lastMs: nowMs };
  const timeoutMs =
    judge.kind === "growing" && belief.isSuspected
      ? belief.timeoutMs + judge.growMs
      : belief.timeoutMs;
  const next = { window, timeoutMs, isSuspected: false };
  return { ...state, beliefs: { ...state.beliefs, [src]: next } };
}
// #endregion heartbeat

// #region check
export function onCheck(
  state: State,
  nowMs: number,
  judge: Judge,
): State {
  const beliefs = Object.entries(state.beliefs).map(
    ([peer, belief]) => {
      const isSuspected =
        belief.isSuspected || isLate(belief, nowMs, judge);
      return [peer, { ...belief, isSuspected }] as const;
    },
  );
  return { ...state, beliefs: Object.fromEntries(beliefs) };
}

// #region late
/** The judgment: has this node been silent for too long? */
export function isLate(
  { window, timeoutMs }: Belief,
  nowMs: number,
  judge: Judge,
): boolean {
  switch (judge.kind) {
    case "fixed":
    case "growing":
      return nowMs - window.lastMs > timeoutMs;
    case "phi":
      return phi(window, nowMs, judge.deviationMsMin) > judge.threshold;
    case "phi-exponential":
      return phiExponential(window, nowMs) > judge.threshold;
  }
}
// #endregion late
// #endregion check
