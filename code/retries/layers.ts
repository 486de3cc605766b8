/**
 * A stack of services, each of which retries the one below: what each
 * layer thinks of as three attempts multiplies on the way down.
 */
import type {
  Effect,
  Input,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { type Budget, earn, pay } from "./budget.ts";

export type LayerOptions = {
  readonly next: NodeId;
  readonly attemptsMax: number;
  readonly budget: Budget | null;
};

export type LayerState = {
  readonly nextId: number;
  readonly open: readonly {
    readonly id: number;
    readonly attempt: number;
    /** Whom to tell, and by which number they know this call. */
    readonly from: NodeId;
    readonly fromId: number;
  }[];
  readonly budget: Budget | null;
  /** Calls that came from above. */
  readonly received: number;
};

/** Pass each call on; when it fails, try again or fail upward. */
export function layer(options: LayerOptions): Node<LayerState> {
  const { budget } = options;
  return {
    init() {
      return [{ nextId: 1, open: [], budget, received: 0 }, []];
    },
    step(state, input) {
      const message = messageOf(input);
      if (message === null) return [state, []];
      return message.type === "call"
        ? onCall(options, state, message)
        : onFailed(options, state, message.id);
    },
  };
}

function onCall(
  { next }: LayerOptions,
  state: LayerState,
  { from, id: fromId }: Received,
): Step<LayerState> {
  const id = state.nextId;
  const open = [...state.open, { id, attempt: 1, from, fromId }];
  const received = state.received + 1;
  const budget = state.budget && earn(state.budget);
  return [{ nextId: id + 1, open, budget, received }, [call(next, id)]];
}

// #region on-failed
function onFailed(
  { next, attemptsMax }: LayerOptions,
  state: LayerState,
  id: number,
): Step<LayerState> {
  const failed = state.open.find((c) => c.id === id);
  if (failed === undefined) return [state, []];
  const others = state.open.filter((c) => c.id !== id);
  const paid = state.budget && pay(state.budget);
  const broke = state.budget !== null && paid === null;
  if (failed.attempt >= attemptsMax || broke) {
    const up = fail(failed.from, failed.fromId);
    return [{ ...state, open: others }, [up]];
  }
  const again = { ...failed, attempt: failed.attempt + 1 };
  const open = [...others, again];
  return [{ ...state, open, budget: paid }, [call(next, id)]];
}
// #endregion on-failed

// #region bottom
/** The service at the bottom, on a day when it fails every call. */
export function bottom(): Node<{ readonly received: number }> {
  return {
    init() {
      return [{ received: 0 }, []];
    },
    step(state, input) {
      const message = messageOf(input);
      if (message === null) return [state, []];
      const received = state.received + 1;
      return [{ received }, [fail(message.from, message.id)]];
    },
  };
}
// #endregion bottom

/**
 * Nodes `layer1` to `layerN`, each calling the next, over a `bottom`
 * that fails. `attempts` has one entry a layer, the top one first;
 * `budget` is where each layer's own budget starts.
 */
export function stack(
  attempts: readonly number[],
  budget: Budget | null,
): Record<NodeId, Node<LayerState> | ReturnType<typeof bottom>> {
  const layers = attempts.map((attemptsMax, index) => {
    const last = index === attempts.length - 1;
    const next = last ? "bottom" : `layer${index + 2}`;
    const node = layer({ next, attemptsMax, budget });
    return [`layer${index + 1}`, node] as const;
  });
  return { ...Object.fromEntries(layers), bottom: bottom() };
}

type Received = {
  readonly type: string;
  readonly from: NodeId;
  readonly id: number;
};

function messageOf({ event }: Input): Received | null {
  if (event.kind !== "message") return null;
  const { src, body } = event.message;
  return { type: body.type, from: src, id: Number(body.id) };
}

function call(dest: NodeId, id: number): Effect {
  return { kind: "send", dest, body: { type: "call", id } };
}

function fail(dest: NodeId, id: number): Effect {
  return { kind: "send", dest, body: { type: "failed", id } };
}
