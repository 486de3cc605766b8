/**
 * The controller of failovers: it watches the leader, and when it hears
 * nothing from it for a time, it fences the servers off from the old
 * epoch and promotes one of them. It may be wrong about the death.
 */
import type { Effect, Node, NodeId, Step } from "../kernel/node.ts";
import type { Fenced } from "./messages.ts";
import type { Token } from "./state.ts";

// #region controller-state
export type ControllerOptions = {
  readonly servers: readonly NodeId[];
  readonly firstLeader: NodeId;
  readonly probeMs: number;
  /** Silent for so long, the leader is taken for dead. */
  readonly deadAfterMs: number;
  /** So many servers must have been fenced before one is promoted. */
  readonly fencedMin: number;
};

export type Controller = {
  readonly epoch: number;
  readonly leader: NodeId;
  readonly heardMs: number;
  /** During a failover: the ends of the logs of who is fenced. */
  readonly fenced: { readonly [server: NodeId]: Token } | null;
  /** During a failover: who was chosen, and has not answered yet. */
  readonly chosen: NodeId | null;
};
// #endregion controller-state

// #region controller
export function controller(
  options: ControllerOptions,
): Node<Controller> {
  return {
    init: ({ disk, nowMs }) => {
      const saved = disk.reign as Reign | undefined;
      const leader = saved?.leader ?? options.firstLeader;
      const epoch = saved?.epoch ?? 1;
      // A failover that was cut short begins anew, in a later epoch.
      const fresh = { fenced: null, chosen: null, heardMs: nowMs };
      return [{ epoch, leader, ...fresh }, [probe(options)]];
    },
    step: (state, { event, nowMs }) => {
      if (event.kind === "timer") return onProbe(options, state, nowMs);
      const { src, body } = event.message;
      if (body.epoch !== state.epoch) return [state, []];
      // Alive is not enough: it may have been fenced meanwhile.
      if (body.type === "pong" && body.isLeader === true) {
        return [{ ...state, heardMs: nowMs }, []];
      }
      if (body.type === "fenced") {
        return onFenced(options, state, src, body as Fenced);
      }
      if (body.type !== "promoted") return [state, []];
      const done = { leader: src, fenced: null, chosen: null };
      const next = { ...state, ...done, heardMs: nowMs };
      return [next, [saveReign(next)]];
    },
  };
}
// #endregion controller

type Reign = Pick<Controller, "epoch" | "leader">;

function saveReign({ epoch, leader }: Controller): Effect {
  return { kind: "persist", key: "reign", value: { epoch, leader } };
}

function probe({ probeMs }: ControllerOptions): Effect {
  return { kind: "set-timer", name: "probe", afterMs: probeMs };
}

// #region on-probe
/** Ask for signs of life; ask again for what is still to be answered. */
function onProbe(
  options: ControllerOptions,
  state: Controller,
  nowMs: number,
): Step<Controller> {
  const { servers, deadAfterMs } = options;
  const { epoch, fenced, chosen } = state;
  const again = probe(options);
  if (nowMs - state.heardMs > deadAfterMs) {
    // Also if a failover itself gets no further: a new one.
    const begun = { epoch: epoch + 1, fenced: {}, chosen: null };
    const next = { ...state, ...begun, heardMs: nowMs };
    const fences = sendAll(servers, "fence", next.epoch);
    return [next, [saveReign(next), again, ...fences]];
  }
  if (chosen !== null) {
    return [state, [again, send(chosen, "promote", epoch)]];
  }
  const asking = fenced === null ? "ping" : "fence";
  return [state, [again, ...sendAll(servers, asking, epoch)]];
}
// #endregion on-probe

function sendAll(
  servers: readonly NodeId[],
  type: string,
  epoch: number,
): readonly Effect[] {
  return servers.map((dest) => send(dest, type, epoch));
}

function send(dest: NodeId, type: string, epoch: number): Effect {
  return { kind: "send", dest, body: { type, epoch } };
}

// #region on-fenced
/** With enough servers fenced, promote the one whose log is longest. */
function onFenced(
  options: ControllerOptions,
  state: Controller,
  from: NodeId,
  { last }: Fenced,
): Step<Controller> {
  if (state.fenced === null || state.chosen !== null) {
    return [state, []];
  }
  const fenced = { ...state.fenced, [from]: last };
  const next = { ...state, fenced };
  const known = Object.entries(fenced).sort(longestFirst);
  if (known.length < options.fencedMin) return [next, []];
  const chosen = known[0]?.[0] ?? from;
  const promote = send(chosen, "promote", state.epoch);
  return [{ ...next, chosen }, [promote]];
}

type Ending = readonly [server: NodeId, last: Token];

/** The later epoch at its end first, then the longer log. */
function longestFirst([one, a]: Ending, [other, b]: Ending): number {
  const order = b.epoch - a.epoch || b.position - a.position;
  return order || byName(one, other);
}
// #endregion on-fenced

function byName(one: NodeId, other: NodeId): number {
  return one < other ? -1 : 1;
}
