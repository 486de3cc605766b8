/**
 * A broker: copies of partitions, some of which it leads. Who leads what
 * it learns from the controller, in the answers to its heartbeats.
 */
import type {
  Body,
  Effect,
  Input,
  Message,
  Node,
  NodeId,
  Setup,
  Step,
} from "../kernel/node.ts";
import {
  askLeader,
  type Fetched,
  isFromLeader,
  onEpochEndOk,
  onFetchOk,
} from "./follower.ts";
import {
  type Isolation,
  lastStableOffset,
  visible,
} from "./isolation.ts";
import {
  advance,
  type BrokerOptions,
  type Leader,
  type Marker,
  onEpochEnd,
  onFetch,
  type Produce,
  produce,
  refusal,
  shrink,
  writeMarker,
} from "./leader.ts";
import {
  becomeFollower,
  becomeLeader,
  emptyReplica,
  type LeaderAndIsr,
  type Replica,
} from "./replica.ts";
import { emptyLog, recordsOf } from "./segments.ts";

// #region broker-state
export type Broker = {
  readonly id: NodeId;
  readonly options: BrokerOptions;
  /** Another one after each start (KIP-631). */
  readonly incarnation: number;
  readonly replicas: { readonly [partition: string]: Replica };
};
type Stored = Pick<Replica, "log" | "epochs" | "highWatermark">;
// #endregion broker-state

export function broker(options: BrokerOptions): Node<Broker> {
  return { init: (setup) => init(setup, options), step };
}

// #region broker-init
function init(setup: Setup, options: BrokerOptions): Step<Broker> {
  const replicas = Object.fromEntries(
    Object.entries(setup.disk).map(([partition, stored]) => {
      const empty = emptyReplica(emptyLog(options.log));
      return [partition, { ...empty, ...(stored as Stored) }];
    }),
  );
  const { id, dice: incarnation } = setup;
  const state = { id, options, incarnation, replicas };
  return [state, [timer("heartbeat", 0), timer("fetch", 0)]];
}
// #endregion broker-init

// #region broker-step
function step(state: Broker, input: Input): Step<Broker> {
  const { event, nowMs } = input;
  const [next, effects] =
    event.kind === "timer"
      ? onTimer(state, event.name, nowMs)
      : onMessage(state, event.message, nowMs);
  return [next, [...persist(state, next), ...effects]];
}

/** What is new in the logs is stored before anything is sent. */
export function persist(before: Broker, after: Broker): Effect[] {
  return Object.entries(after.replicas).flatMap(([key, replica]) => {
    const old = before.replicas[key];
    const { log, epochs, highWatermark } = replica;
    const isSame =
      log === old?.log &&
      epochs === old.epochs &&
      highWatermark === old.highWatermark;
    const value = { log, epochs, highWatermark };
    return isSame ? [] : [{ kind: "persist", key, value }];
  });
}
// #endregion broker-step

// #region broker-timers
function onTimer(
  state: Broker,
  name: string,
  nowMs: number,
): Step<Broker> {
  const { options, incarnation } = state;
  if (name === "fetch") {
    const questions = Object.entries(state.replicas).flatMap(
      ([partition, replica]) => askLeader(partition, replica),
    );
    return [
      state,
      [...questions, timer("fetch", options.fetchEveryMs)],
    ];
  }
  const body = { type: "heartbeat", incarnation };
  const effects: Effect[] = [
    { kind: "send", dest: options.controller, body },
    timer("heartbeat", options.heartbeatEveryMs),
  ];
  const replicas = { ...state.replicas };
  for (const leader of leadersOf(state)) {
    const [role, proposals] = shrink(leader, nowMs);
    replicas[leader.partition] = { ...leader.replica, role };
    effects.push(...proposals);
  }
  return [{ ...state, replicas }, effects];
}
// #endregion broker-timers

function leadersOf(state: Broker): readonly Leader[] {
  return Object.keys(state.replicas).flatMap((partition) => {
    const leader = leaderOf(state, partition);
    return leader === null ? [] : [leader];
  });
}

/** This partition, if it is led here. */
function leaderOf(state: Broker, partition: string): Leader | null {
  const { id, options } = state;
  const replica = state.replicas[partition];
  if (replica?.role.kind !== "leader" || !replica.view) return null;
  const { role, view } = replica;
  return { id, options, partition, replica, role, view };
}

function onMessage(
  state: Broker,
  message: Message,
  nowMs: number,
): Step<Broker> {
  const { src, body } = message;
  switch (body.type) {
    case "metadata":
      return onMetadata(state, body as Body & Metadata, nowMs);
    case "fetch":
    case "epoch_end":
      return onFollower(state, src, body as Body & Question, nowMs);
    case "fetch_ok":
    case "epoch_end_ok":
      return onLeader(state, src, body as Body & Reply);
    case "produce":
    case "write_marker":
    case "poll":
      return onClient(state, src, body as Body & Request, nowMs);
    default:
      return [state, []];
  }
}

export type Metadata = {
  readonly incarnation: number;
  readonly partitions: { readonly [name: string]: LeaderAndIsr };
};

// #region on-metadata
/** The controller has spoken: lead, follow, or do as before. */
function onMetadata(
  state: Broker,
  { incarnation, partitions }: Metadata,
  nowMs: number,
): Step<Broker> {
  // Meant for this process, and not for the one before the crash.
  if (incarnation !== state.incarnation) return [state, []];
  const replicas = { ...state.replicas };
  const effects: Effect[] = [];
  for (const [name, view] of Object.entries(partitions)) {
    if (!view.replicas.includes(state.id)) continue;
    const old =
      replicas[name] ?? emptyReplica(emptyLog(state.options.log));
    const [next, answers] = learn(state, name, old, view, nowMs);
    replicas[name] = next;
    effects.push(...answers);
  }
  return [{ ...state, replicas }, effects];
}

// #endregion on-metadata

// #region learn
function learn(
  { id, options }: Broker,
  partition: string,
  replica: Replica,
  view: LeaderAndIsr,
  nowMs: number,
): readonly [Replica, readonly Effect[]] {
  const { view: old, role } = replica;
  if (old && view.partitionEpoch <= old.partitionEpoch)
    return [replica, []];
  if (old?.leaderEpoch !== view.leaderEpoch) {
    const isMine = view.leader === id;
    const next = isMine
      ? becomeLeader(replica, view, nowMs)
      : becomeFollower(replica, view);
    return [next, deposed(replica)];
  }
  if (role.kind !== "leader") return [{ ...replica, view }, []];
  const confirmed = { ...role, proposedIsr: null };
  const now = { ...replica, view, role: confirmed };
  const leader = { id, options, partition, replica: now, view };
  return advance({ ...leader, role: confirmed });
}

/** Whoever waits is told that nobody knows how it will end. */
function deposed({ role }: Replica): readonly Effect[] {
  if (role.kind !== "leader") return [];
  return role.waiting.map(({ client, msgId }) =>
    refusal(client, msgId, 1006, "NOT_LEADER_OR_FOLLOWER"),
  );
}
// #endregion learn

type Question = {
  readonly partition: string;
  readonly leaderEpoch: number;
  readonly offset: number;
  readonly asked: number;
};

// #region on-follower
/** A follower of another epoch gets no answer, and will ask again. */
function onFollower(
  state: Broker,
  src: NodeId,
  question: Body & Question,
  nowMs: number,
): Step<Broker> {
  const { partition, leaderEpoch, offset, asked } = question;
  const leader = leaderOf(state, partition);
  if (leader?.view.leaderEpoch !== leaderEpoch) return [state, []];
  if (question.type === "epoch_end") {
    return [state, [onEpochEnd(leader, src, asked)]];
  }
  const [replica, effects] = onFetch(leader, src, offset, nowMs);
  return [withReplica(state, partition, replica), effects];
}
// #endregion on-follower

type Reply = Fetched & {
  readonly partition: string;
  readonly leaderEpoch: number;
  readonly asked: number;
  readonly answer: {
    readonly leaderEpoch: number;
    readonly endOffset: number;
  };
};

// #region on-leader
/** An answer of the leader; if it brought something, ask on at once. */
function onLeader(
  state: Broker,
  src: NodeId,
  reply: Body & Reply,
): Step<Broker> {
  const { partition, leaderEpoch, asked, answer } = reply;
  const replica = state.replicas[partition];
  if (!replica || !isFromLeader(replica, src, leaderEpoch))
    return [state, []];
  const next =
    reply.type === "fetch_ok"
      ? onFetchOk(replica, reply)
      : onEpochEndOk(replica, asked, answer);
  const isNews = next.log !== replica.log || next.role !== replica.role;
  const more = isNews ? askLeader(partition, next) : [];
  return [withReplica(state, partition, next), more];
}
// #endregion on-leader

function withReplica(
  state: Broker,
  partition: string,
  replica: Replica,
): Broker {
  const replicas = { ...state.replicas, [partition]: replica };
  return { ...state, replicas };
}

type Request = Produce &
  Marker & {
    readonly partition: string;
    readonly offset: number;
    readonly max: number;
    readonly isolation: Isolation;
  };

// #region on-client
/** Only the leader serves clients; others say whom they follow. */
function onClient(
  state: Broker,
  src: NodeId,
  request: Body & Request,
  nowMs: number,
): Step<Broker> {
  const { partition, msg_id } = request;
  const leader = leaderOf(state, partition);
  if (leader === null) {
    const known = state.replicas[partition]?.view?.leader ?? null;
    const body = {
      type: "error",
      in_reply_to: msg_id,
      code: 11,
      text: "NOT_LEADER_OR_FOLLOWER",
      leader: known === state.id ? null : known,
    };
    return [state, [{ kind: "send", dest: src, body }]];
  }
  if (request.type === "poll")
    return [state, [poll(leader, src, request)]];
  const [replica, effects] =
    request.type === "produce"
      ? produce(leader, src, request)
      : writeMarker(leader, src, request, nowMs);
  return [withReplica(state, partition, replica), effects];
}
// #endregion on-client

// #region poll
/** What a consumer may see from its offset on, and where to go on. */
function poll(
  { replica }: Leader,
  client: NodeId,
  { offset, max, isolation, msg_id }: Request,
): Effect {
  const { log, highWatermark } = replica;
  if (offset < log.startOffset || offset > log.endOffset) {
    return refusal(client, msg_id, 22, "OFFSET_OUT_OF_RANGE");
  }
  const all = recordsOf(log);
  const records = visible(all, highWatermark, isolation)
    .filter((record) => record.offset >= offset)
    .slice(0, max);
  const stable = lastStableOffset(all, highWatermark);
  const end = isolation === "read_committed" ? stable : highWatermark;
  const last = records.at(-1)?.offset ?? -1;
  const isAll = records.length < max;
  const next = isAll ? Math.max(offset, end) : last + 1;
  const about = {
    records,
    next,
    highWatermark,
    lastStableOffset: stable,
  };
  const body = { type: "poll_ok", in_reply_to: msg_id, ...about };
  return { kind: "send", dest: client, body };
}
// #endregion poll

function timer(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs };
}
