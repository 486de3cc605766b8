/**
 * A replicated register that keeps the write with the greatest stamp.
 * The clock that makes the stamps is handed in: with the wall clock it
 * loses acknowledged writes; with a hybrid logical clock a write that
 * was made in the knowledge of another always beats it.
 */
import type { Body, Effect, Node, NodeId } from "../kernel/node.ts";
import * as hybrid from "./hlc.ts";

// #region stamp
export type Stamp = hybrid.Hlc & { readonly node: NodeId };

/** How a register makes stamps, and what it learns from others'. */
export type Clock = {
  tick(clock: hybrid.Hlc, pt: number): hybrid.Hlc;
  receive(clock: hybrid.Hlc, m: hybrid.Hlc, pt: number): hybrid.Hlc;
};

/** The naive one: whatever this machine's clock says. */
export const wallClock: Clock = {
  tick: (_clock, pt) => ({ l: pt, c: 0 }),
  receive: (_clock, _m, pt) => ({ l: pt, c: 0 }),
};
// #endregion stamp

/** The cure: stamps as in hlc.ts. */
export const hybridClock: Clock = {
  tick: hybrid.tick,
  receive: hybrid.receive,
};

export type State = {
  readonly self: NodeId;
  readonly peers: readonly NodeId[];
  readonly clock: hybrid.Hlc;
  readonly value: string | null;
  readonly stamp: Stamp | null;
};

// #region register
/** The later of two stamps wins; the node's name breaks a tie. */
function store(state: State, value: string, stamp: Stamp): State {
  const old = state.stamp;
  if (old !== null && isLater(old, stamp)) return state;
  return { ...state, value, stamp };
}

function isLater(a: Stamp, b: Stamp): boolean {
  const order = hybrid.order(a, b);
  return order !== 0 ? order > 0 : a.node > b.node;
}

/** A client's put: stamp it, store it, tell the others, say yes. */
function onPut(clock: Clock, state: State, put: Put, pt: number) {
  const ticked = put.context
    ? clock.receive(state.clock, put.context, pt)
    : clock.tick(state.clock, pt);
  const stamp = { ...ticked, node: state.self };
  const next = store({ ...state, clock: ticked }, put.value, stamp);
  const copies = state.peers.map((peer) =>
    send(peer, { type: "replicate", value: put.value, stamp }),
  );
  return [next, copies, stamp] as const;
}
// #endregion register

/** A copy from another replica: the clock learns, then the same rule. */
function onReplicate(
  clock: Clock,
  state: State,
  { value, stamp }: Replicate,
  pt: number,
): State {
  const heard = clock.receive(state.clock, stamp, pt);
  return store({ ...state, clock: heard }, value, stamp);
}

export type Put = Body & {
  readonly type: "put";
  readonly value: string;
  /** The greatest stamp that the client has seen, if any. */
  readonly context: Stamp | null;
};
export type Replicate = Body & {
  readonly type: "replicate";
  readonly value: string;
  readonly stamp: Stamp;
};

/** One of `replicas`, each of which keeps a copy of the register. */
export function register(
  clock: Clock,
  replicas: readonly NodeId[],
): Node<State> {
  return {
    init: ({ id }) => {
      const peers = replicas.filter((replica) => replica !== id);
      const empty = { clock: { l: 0, c: 0 }, value: null, stamp: null };
      return [{ self: id, peers, ...empty }, []];
    },
    step: (state, { event, nowMs }) => {
      if (event.kind === "timer") return [state, []];
      const { src, body } = event.message;
      const pt = Math.floor(nowMs);
      if (body.type === "replicate") {
        return [onReplicate(clock, state, body as Replicate, pt), []];
      }
      const put = body as Put;
      const [next, copies, stamp] = onPut(clock, state, put, pt);
      const done = { type: "put_ok", value: put.value, stamp };
      return [next, [...copies, send(src, done)]];
    },
  };
}

function send(dest: NodeId, body: Body): Effect {
  return { kind: "send", dest, body };
}
