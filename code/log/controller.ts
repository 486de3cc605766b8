/**
 * The controller: who leads each partition, and who is in sync. One node
 * with a disk stands here for KRaft, where the same table is a log that
 * a quorum of controllers agrees on by Raft (KIP-595); see ../raft.
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
import type { LeaderAndIsr } from "./replica.ts";

// #region controller-state
export type ControllerOptions = {
  /** The brokers of each partition; the first one is preferred. */
  readonly partitions: { readonly [name: string]: readonly NodeId[] };
  /** A broker that is silent for longer counts as dead. */
  readonly sessionMs: number;
  /** May one lead that is not in sync, if nobody else can? */
  readonly uncleanElection: boolean;
};

export type Controller = {
  readonly options: ControllerOptions;
  /** The next two are on disk. */
  readonly partitions: { readonly [name: string]: LeaderAndIsr };
  readonly incarnations: { readonly [broker: NodeId]: number };
  /** When each live broker was last heard. */
  readonly heardMs: { readonly [broker: NodeId]: number };
};
// #endregion controller-state

export function controller(
  options: ControllerOptions,
): Node<Controller> {
  return {
    init({ disk, nowMs }) {
      const kept = disk.controller as Kept | undefined;
      const { partitions, incarnations } = kept ?? firstOf(options);
      // After a restart nobody is dead yet.
      const heardMs = Object.fromEntries(
        Object.keys(incarnations).map((id) => [id, nowMs]),
      );
      const known = { partitions, incarnations, heardMs };
      return [{ options, ...known }, [watch(options)]];
    },
    step(state, input) {
      const [next, effects] = react(state, input);
      return [next, [...persist(state, next), ...effects]];
    },
  };
}

type Kept = Pick<Controller, "partitions" | "incarnations">;

/** Before anybody was heard: all replicas are in sync, and empty. */
function firstOf(options: ControllerOptions): Kept {
  const partitions = Object.fromEntries(
    Object.entries(options.partitions).map(([name, replicas]) => {
      const first = { leader: null, leaderEpoch: 0, partitionEpoch: 0 };
      return [name, { replicas, isr: replicas, ...first }];
    }),
  );
  return { partitions, incarnations: {} };
}

function persist(before: Controller, after: Controller): Effect[] {
  const { partitions, incarnations } = after;
  const isSame =
    partitions === before.partitions &&
    incarnations === before.incarnations;
  const value = { partitions, incarnations };
  return isSame ? [] : [{ kind: "persist", key: "controller", value }];
}

function react(state: Controller, input: Input): Step<Controller> {
  const { event, nowMs } = input;
  if (event.kind === "timer") return onWatch(state, nowMs);
  const { body } = event.message;
  if (body.type === "heartbeat")
    return onHeartbeat(state, event.message, nowMs);
  if (body.type === "alter_isr")
    return onAlterIsr(state, event.message);
  return [state, []];
}

// #region on-heartbeat
/** A broker lives. One that was restarted meanwhile did die. */
function onHeartbeat(
  state: Controller,
  { src, body }: Message,
  nowMs: number,
): Step<Controller> {
  const incarnation = Number(body.incarnation);
  const known = state.incarnations[src];
  const isSame = known === incarnation;
  const hasDied = known !== undefined && !isSame;
  const before = hasDied ? bury(state, src) : state;
  const incarnations = isSame
    ? state.incarnations
    : { ...state.incarnations, [src]: incarnation };
  const heardMs = { ...before.heardMs, [src]: nowMs };
  const next = electAll({ ...before, incarnations, heardMs });
  return [next, [tell(next, src)]];
}

/** It gets no order in the name of another incarnation. */
function tell(state: Controller, dest: NodeId): Effect {
  const { partitions } = state;
  const incarnation = state.incarnations[dest] ?? 0;
  const body = { type: "metadata", incarnation, partitions };
  return { kind: "send", dest, body };
}
// #endregion on-heartbeat

// #region bury
function onWatch(state: Controller, nowMs: number): Step<Controller> {
  const { sessionMs } = state.options;
  const silent = Object.entries(state.heardMs)
    .filter(([, heardMs]) => nowMs - heardMs > sessionMs)
    .map(([id]) => id);
  return [silent.reduce(bury, state), [watch(state.options)]];
}

/** A dead broker leaves each ISR, unless it is the last one in it. */
function bury(state: Controller, dead: NodeId): Controller {
  const { [dead]: _, ...heardMs } = state.heardMs;
  const partitions = mapViews(state.partitions, (view) => {
    if (!view.isr.includes(dead) || view.isr.length === 1) return view;
    const isr = view.isr.filter((id) => id !== dead);
    const partitionEpoch = view.partitionEpoch + 1;
    return { ...view, isr, partitionEpoch };
  });
  const vacant = mapViews(partitions, (view) =>
    view.leader === dead ? { ...view, leader: null } : view,
  );
  return electAll({ ...state, partitions: vacant, heardMs });
}
// #endregion bury

// #region elect
/** Each partition without a leader gets one, if there is one. */
function electAll(state: Controller): Controller {
  const partitions = mapViews(state.partitions, (view) =>
    view.leader === null ? elect(state, view) : view,
  );
  return { ...state, partitions };
}

/** The first that is in sync; an unclean one loses what it lacks. */
function elect(
  { options, heardMs }: Controller,
  view: LeaderAndIsr,
): LeaderAndIsr {
  const live = view.replicas.filter((id) => id in heardMs);
  const clean = live.find((id) => view.isr.includes(id));
  const unclean = options.uncleanElection ? live[0] : undefined;
  const leader = clean ?? unclean ?? null;
  if (leader === null) return view;
  return {
    ...view,
    leader,
    isr: clean === undefined ? [leader] : view.isr,
    leaderEpoch: view.leaderEpoch + 1,
    partitionEpoch: view.partitionEpoch + 1,
  };
}
// #endregion elect

type Alter = {
  readonly partition: string;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  readonly isr: readonly NodeId[];
};

// #region alter-isr
/** The leader proposes; who speaks of an old view is told the new. */
function onAlterIsr(
  state: Controller,
  { src, body }: Message,
): Step<Controller> {
  const { partition, leaderEpoch, partitionEpoch, isr } = body as Body &
    Alter;
  const view = state.partitions[partition];
  const isCurrent =
    view?.leader === src &&
    view.leaderEpoch === leaderEpoch &&
    view.partitionEpoch === partitionEpoch;
  if (!isCurrent) return [state, [tell(state, src)]];
  // A dead broker may not come in; it would hold up all writes.
  const alive = isr.filter((id) => id in state.heardMs);
  const next = {
    ...view,
    isr: alive,
    partitionEpoch: partitionEpoch + 1,
  };
  const partitions = { ...state.partitions, [partition]: next };
  const changed = { ...state, partitions };
  return [changed, [tell(changed, src)]];
}
// #endregion alter-isr

/** The same record again if no view has changed. */
function mapViews(
  partitions: Controller["partitions"],
  change: (view: LeaderAndIsr) => LeaderAndIsr,
): Controller["partitions"] {
  const changed = Object.entries(partitions).map(
    ([name, view]) => [name, change(view)] as const,
  );
  const isSame = changed.every(
    ([name, view]) => view === partitions[name],
  );
  return isSame ? partitions : Object.fromEntries(changed);
}

function watch({ sessionMs }: ControllerOptions): Effect {
  return { kind: "set-timer", name: "watch", afterMs: sessionMs / 2 };
}
