/**
 * A clock that admits its error, and a server that waits the error out
 * before it says "committed". Milliseconds.
 *
 * Corbett et al., "Spanner: Google's Globally-Distributed Database",
 * OSDI 2012, section 3 (TrueTime) and section 4.1.2 (start, commit wait).
 */
import type { Body, Effect, Node, NodeId } from "../kernel/node.ts";

// #region interval
/** True time lies between the two, if the bound is honest. */
export type Interval = {
  readonly earliest: number;
  readonly latest: number;
};

export function now(clockMs: number, epsilonMs: number): Interval {
  return { earliest: clockMs - epsilonMs, latest: clockMs + epsilonMs };
}

/** TT.after(t): t has passed, on every clock there is. */
export function after(t: number, interval: Interval): boolean {
  return t < interval.earliest;
}
// #endregion interval

export type Waiting = {
  readonly txn: string;
  readonly s: number;
  readonly client: NodeId;
};
export type State = {
  readonly lastS: number;
  readonly waiting: readonly Waiting[];
};
export type Options = {
  readonly epsilonMs: number;
  /** False: answer at once, which is the bug. */
  readonly commitWait: boolean;
};

/** The least difference between two timestamps. */
const tickMs = 0.001;

// #region commit
/** Start: the timestamp s is no less than TT.now().latest. */
function onCommit(
  state: State,
  options: Options,
  waiting: Omit<Waiting, "s">,
  clockMs: number,
) {
  const { latest } = now(clockMs, options.epsilonMs);
  const s = Math.max(latest, state.lastS + tickMs);
  const queue = [...state.waiting, { ...waiting, s }];
  return release({ lastS: s, waiting: queue }, options, clockMs);
}

/** Commit wait: no client hears of s before TT.after(s) is true. */
function release(state: State, options: Options, clockMs: number) {
  const interval = now(clockMs, options.epsilonMs);
  const isOver = ({ s }: Waiting) =>
    !options.commitWait || after(s, interval);
  const waiting = state.waiting.filter((w) => !isOver(w));
  const answers = state.waiting.filter(isOver).map(committed);
  const again = waiting.slice(0, 1).map(
    ({ s }): Effect => ({
      kind: "set-timer",
      name: "commit-wait",
      afterMs: s - interval.earliest + tickMs,
    }),
  );
  return [{ ...state, waiting }, [...answers, ...again]] as const;
}
// #endregion commit

function committed({ txn, s, client }: Waiting): Effect {
  return {
    kind: "send",
    dest: client,
    body: { type: "committed", txn, s },
  };
}

export type Commit = Body & {
  readonly type: "commit";
  readonly txn: string;
};

export function server(options: Options): Node<State> {
  return {
    init: () => [{ lastS: 0, waiting: [] }, []],
    step: (state, { event, nowMs }) => {
      if (event.kind === "timer") return release(state, options, nowMs);
      const { src, body } = event.message;
      const { txn } = body as Commit;
      return onCommit(state, options, { txn, client: src }, nowMs);
    },
  };
}
