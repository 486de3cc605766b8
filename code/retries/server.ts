/**
 * A server that does one thing at a time and keeps the rest in a queue:
 * which is bounded, and has a discipline that says who is next.
 */
import type {
  Effect,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";

// #region server-state
export type Discipline =
  /** Oldest first. */
  | { readonly kind: "fifo" }
  /** Newest first. */
  | { readonly kind: "lifo" }
  /**
   * Oldest first, but once the queue has not been empty for
   * `intervalMs`, whoever has waited longer than `targetMs` is turned
   * away (controlled delay: Maurer, "Fail at Scale", ACM Queue 2015).
   */
  | {
      readonly kind: "codel";
      readonly targetMs: number;
      readonly intervalMs: number;
    };

export type ServerOptions = {
  readonly serviceMs: number;
  readonly queueMax: number;
  readonly discipline: Discipline;
};

type Waiting = {
  readonly from: NodeId;
  readonly id: number;
  readonly attempt: number;
  readonly arrivedMs: number;
};

export type ServerState = {
  readonly queue: readonly Waiting[];
  readonly serving: Waiting | null;
  /** When the queue was last seen empty. */
  readonly emptyAtMs: number;
  readonly served: number;
  readonly rejected: number;
};
// #endregion server-state

/** A server with these options; it keeps nothing over a crash. */
export function server(options: ServerOptions): Node<ServerState> {
  return {
    init(setup) {
      const emptyAtMs = setup.nowMs;
      const counts = { served: 0, rejected: 0 };
      return [{ queue: [], serving: null, emptyAtMs, ...counts }, []];
    },
    step(state, { event, nowMs }) {
      return event.kind === "timer"
        ? onServed(options, state, nowMs)
        : onRequest(options, state, event.message, nowMs);
    },
  };
}

// #region on-request
function onRequest(
  options: ServerOptions,
  state: ServerState,
  { src, body }: Message,
  nowMs: number,
): Step<ServerState> {
  const { id, attempt } = body as {
    readonly id?: number;
    readonly attempt?: number;
  };
  if (id === undefined || attempt === undefined) return [state, []];
  const waiting = { from: src, id, attempt, arrivedMs: nowMs };
  if (state.queue.length >= options.queueMax) {
    const rejected = state.rejected + 1;
    return [{ ...state, rejected }, [answer("overloaded", waiting)]];
  }
  const wasEmpty = state.queue.length === 0;
  const emptyAtMs = wasEmpty ? nowMs : state.emptyAtMs;
  const queue = [...state.queue, waiting];
  return startNext(options, { ...state, queue, emptyAtMs }, nowMs);
}
// #endregion on-request

function onServed(
  options: ServerOptions,
  state: ServerState,
  nowMs: number,
): Step<ServerState> {
  if (state.serving === null) return [state, []];
  const done = answer("done", state.serving);
  const served = state.served + 1;
  const idle = { ...state, serving: null, served };
  const [next, effects] = startNext(options, idle, nowMs);
  return [next, [done, ...effects]];
}

// #region start-next
/** The server works for whoever is next, whether they wait or not. */
function startNext(
  options: ServerOptions,
  state: ServerState,
  nowMs: number,
): Step<ServerState> {
  if (state.serving !== null) return [state, []];
  const { next, queue, late } = choose(
    options.discipline,
    state,
    nowMs,
  );
  const refused = late.map((waiting) => answer("overloaded", waiting));
  const rejected = state.rejected + late.length;
  if (next === null) return [{ ...state, queue, rejected }, refused];
  const busy = { ...state, queue, rejected, serving: next };
  return [busy, [...refused, serve(options.serviceMs)]];
}
// #endregion start-next

// #region discipline
type Choice = {
  readonly next: Waiting | null;
  readonly queue: readonly Waiting[];
  /** Those whom the discipline turns away. */
  readonly late: readonly Waiting[];
};

function choose(
  discipline: Discipline,
  { queue, emptyAtMs }: ServerState,
  nowMs: number,
): Choice {
  switch (discipline.kind) {
    case "fifo":
      return {
        next: queue[0] ?? null,
        queue: queue.slice(1),
        late: [],
      };
    case "lifo": {
      const next = queue.at(-1) ?? null;
      return { next, queue: queue.slice(0, -1), late: [] };
    }
    case "codel": {
      const standing = nowMs - emptyAtMs > discipline.intervalMs;
      const waitMsMax = standing
        ? discipline.targetMs
        : discipline.intervalMs;
      const fresh = queue.findIndex(
        (w) => nowMs - w.arrivedMs <= waitMsMax,
      );
      const first = fresh === -1 ? queue.length : fresh;
      const late = queue.slice(0, first);
      const next = queue[first] ?? null;
      return { next, queue: queue.slice(first + 1), late };
    }
  }
}
// #endregion discipline

function answer(type: "done" | "overloaded", to: Waiting): Effect {
  const body = { type, id: to.id, attempt: to.attempt };
  return { kind: "send", dest: to.from, body };
}

function serve(serviceMs: number): Effect {
  return { kind: "set-timer", name: "served", afterMs: serviceMs };
}
