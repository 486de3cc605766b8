/**
 * What a server of the replicated store knows. One server leads: it takes
 * all writes and ships its log; the others copy the log and apply it.
 */
import type { Effect, Json, NodeId, Setup } from "../kernel/node.ts";

// #region entry
/** One write, with the epoch of the leader that took it. */
export type Entry = {
  readonly epoch: number;
  /** Null marks the beginning of an epoch and writes nothing. */
  readonly key: string | null;
  readonly value: Json;
  /** Who asked, and with which msg_id: a copy is known again. */
  readonly client: NodeId;
  readonly msgId: number;
  /** When the leader took it, by the leader's clock. */
  readonly atMs: number;
};

/** A place in a log. Two logs that hold it agree up to it. */
export type Token = {
  readonly epoch: number;
  /** How many entries lie before and at this place; 0 is the start. */
  readonly position: number;
};

export type Data = { readonly [key: string]: Json };
// #endregion entry

// #region options
export type Options = {
  /** Whose word a client's ok waits for besides the leader's own. */
  readonly mode: "async" | "semi-sync" | "sync";
  /** Whose receipt counts in semi-sync; anybody's when absent. */
  readonly acknowledgers?: readonly NodeId[];
  /** Semi-sync goes on alone after this; null waits forever. */
  readonly fallBackAfterMs: number | null;
  readonly heartbeatMs: number;
  /** A follower applies one entry in this time; 0 is at once. */
  readonly applyMs: number;
  /** A read with a token waits so long at most; 0 refuses at once. */
  readonly readWaitMsMax: number;
  /** The first leader; by default the first server by name. */
  readonly firstLeader?: NodeId;
};

export const asyncOptions: Options = {
  mode: "async",
  fallBackAfterMs: null,
  heartbeatMs: 50,
  applyMs: 0,
  readWaitMsMax: 0,
};
// #endregion options

// #region state
export type State = {
  readonly id: NodeId;
  readonly peers: readonly NodeId[];
  /** Persistent: the highest epoch heard of, and who leads it. */
  readonly epoch: number;
  readonly leader: NodeId | null;
  /** Persistent: the replication log; position 1 is log[0]. */
  readonly log: readonly Entry[];
  /** Persistent: what was cut off a log that had diverged. */
  readonly discarded: readonly Entry[];
  /** Volatile: so much of the log is in the data and may be read. */
  readonly applied: number;
  readonly data: Data;
  /** On a follower: the timer for the next entry runs. */
  readonly isApplying: boolean;
  /** Reads that wait until we have caught up with their token. */
  readonly parked: readonly Parked[];
  /** On a follower: the end of the leader's log, and when we heard. */
  readonly leaderEnd: number;
  readonly heardMs: number;
  /** On a leader: how far each follower is known to agree with us. */
  readonly acked: Positions;
  /** On a leader: how far we have shipped, hoping it arrives. */
  readonly shipped: Positions;
  /** On a leader: writes that wait for a receipt. */
  readonly waiting: readonly Waiting[];
  /** On a leader: semi-sync has fallen back to async. */
  readonly isAlone: boolean;
};

export type Positions = { readonly [follower: NodeId]: number };
export type Parked = {
  readonly client: NodeId;
  readonly msgId: number;
  readonly key: string;
  readonly token: Token;
  readonly untilMs: number;
};
export type Waiting = {
  readonly position: number;
  readonly sinceMs: number;
};
// #endregion state

export function leads(state: State): boolean {
  return state.leader === state.id;
}

/** The token of a position in this log. */
export function tokenAt(state: State, position: number): Token {
  return { epoch: state.log[position - 1]?.epoch ?? 0, position };
}

// #region recover
/** A server as it starts: the log from disk, all of it applied. */
export function recover(options: Options, setup: Setup): State {
  const { id, peers, disk, nowMs } = setup;
  const [first = id] = [id, ...peers].sort(byName);
  const saved = disk.replica as Saved | undefined;
  const log = saved?.log ?? [];
  return {
    id,
    peers,
    epoch: saved?.epoch ?? 1,
    leader: saved ? saved.leader : (options.firstLeader ?? first),
    log,
    discarded: saved?.discarded ?? [],
    applied: log.length,
    data: dataOf(log),
    isApplying: false,
    parked: [],
    leaderEnd: log.length,
    heardMs: nowMs,
    acked: {},
    shipped: allAt(peers, log.length),
    waiting: [],
    isAlone: false,
  };
}

/** The same position for every follower. */
export function allAt(
  peers: readonly NodeId[],
  position: number,
): Positions {
  return Object.fromEntries(peers.map((peer) => [peer, position]));
}

type Saved = Pick<State, "epoch" | "leader" | "log" | "discarded">;

/** What must be on disk before anybody may hear of it. */
export function save(state: State): Effect {
  const { epoch, leader, log, discarded } = state;
  const value: Saved = { epoch, leader, log, discarded };
  return { kind: "persist", key: "replica", value };
}
// #endregion recover

// #region apply
/** The data that a log of writes amounts to. */
export function dataOf(log: readonly Entry[]): Data {
  return log.reduce(applyEntry, {});
}

function applyEntry(data: Data, { key, value }: Entry): Data {
  return key === null ? data : { ...data, [key]: value };
}

/** Let the first `applied` entries be what a read sees. */
export function applyUpTo(state: State, applied: number): State {
  const { log } = state;
  const data =
    applied < state.applied
      ? dataOf(log.slice(0, applied))
      : log
          .slice(state.applied, applied)
          .reduce(applyEntry, state.data);
  return { ...state, applied, data };
}
// #endregion apply

function byName(one: NodeId, other: NodeId): number {
  return one < other ? -1 : 1;
}
