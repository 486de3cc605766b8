/** A leader's side of replication: writes, fetches, who is in sync. */
import type { Effect, Json, NodeId } from "../kernel/node.ts";
import { endOfEpoch } from "./epochs.ts";
import type { Entry } from "./record.ts";
import type {
  LeaderAndIsr,
  Leading,
  Replica,
  Waiting,
} from "./replica.ts";
import {
  append,
  type LogOptions,
  read,
  recordsOf,
} from "./segments.ts";
import { judge } from "./sequences.ts";

/** A replica that leads, taken apart. */
export type Leader = {
  readonly id: NodeId;
  readonly options: BrokerOptions;
  readonly partition: string;
  readonly replica: Replica;
  readonly view: LeaderAndIsr;
  readonly role: Leading;
};
export type BrokerOptions = {
  readonly controller: NodeId;
  readonly log: LogOptions;
  /** With fewer in sync, a write with acks=all is refused. */
  readonly minInsyncReplicas: number;
  /** Who has not caught up for longer is not in sync any more. */
  readonly replicaLagMsMax: number;
  readonly fetchEveryMs: number;
  /** So many records at most in one answer to a follower. */
  readonly fetchMax: number;
  readonly heartbeatEveryMs: number;
};
type Result = readonly [Replica, readonly Effect[]];

// #region produce
export type Acks = 0 | 1 | "all";
export type Produce = {
  readonly acks: Acks;
  readonly entries: readonly Entry[];
  readonly msg_id: Json;
};

// #region answer
/** Append what a producer sends; when to answer is its choice. */
export function produce(
  leader: Leader,
  client: NodeId,
  request: Produce,
): Result {
  const { replica, view, options } = leader;
  const { acks, entries, msg_id: msgId } = request;
  const refuse = (code: number, text: string): Result => [
    replica,
    [refusal(client, msgId, code, text)],
  ];
  if (acks === "all" && view.isr.length < options.minInsyncReplicas) {
    return refuse(11, "NOT_ENOUGH_REPLICAS");
  }
  const verdict = judge(recordsOf(replica.log), entries);
  if (verdict.kind === "fenced")
    return refuse(14, "INVALID_PRODUCER_EPOCH");
  if (verdict.kind === "out-of-order")
    return refuse(14, "OUT_OF_ORDER_SEQUENCE_NUMBER");
  const isNew = verdict.kind === "append";
  const log = isNew
    ? append(replica.log, entries, view.leaderEpoch)
    : replica.log;
  const lastOffset = isNew ? log.endOffset - 1 : verdict.lastOffset;
  const wait = { lastOffset, client, msgId };
  const next = { ...leader, replica: { ...replica, log } };
  if (acks === 0) return advance(next);
  if (acks === "all") return hold(next, wait);
  const [advanced, effects] = advance(next);
  return [advanced, [...effects, produced(wait)]];
}
// #endregion answer
// #endregion produce

// #region hold
/** The answer waits until the record is committed. */
function hold(leader: Leader, wait: Waiting): Result {
  const { role } = leader;
  const waiting = [...role.waiting, wait];
  const holding = { ...leader, role: { ...role, waiting } };
  return advance(holding);
}
// #endregion hold

// #region high-watermark
/**
 * Committed is what every in-sync replica has; and those that may be in
 * sync already, for all that the leader knows, count too (KIP-497).
 */
export function advance(leader: Leader): Result {
  const { id, view, role, options } = leader;
  const { log } = leader.replica;
  const members = [...view.isr, ...(role.proposedIsr ?? [])];
  const ends = members.map((member) =>
    member === id
      ? log.endOffset
      : (role.progress[member]?.endOffset ?? 0),
  );
  const highWatermark = Math.max(
    leader.replica.highWatermark,
    Math.min(...ends),
  );
  const isDone = ({ lastOffset }: { readonly lastOffset: number }) =>
    lastOffset < highWatermark;
  const waiting = role.waiting.filter((wait) => !isDone(wait));
  const isThin = view.isr.length < options.minInsyncReplicas;
  const answers = role.waiting
    .filter(isDone)
    .map((wait) =>
      isThin
        ? refusal(wait.client, wait.msgId, 1020, thinText)
        : produced(wait),
    );
  const next = { ...role, waiting };
  return [{ ...leader.replica, highWatermark, role: next }, answers];
}

const thinText = "NOT_ENOUGH_REPLICAS_AFTER_APPEND";
// #endregion high-watermark

// #region on-fetch
/** A follower asks for what is behind its end, and so tells its end. */
export function onFetch(
  leader: Leader,
  from: NodeId,
  offset: number,
  nowMs: number,
): Result {
  const { replica, view, partition, options } = leader;
  const heard = noteFetch(leader, from, offset, nowMs);
  const [told, proposal] = expand({ ...leader, role: heard }, from);
  const [advanced, answers] = advance({ ...leader, role: told });
  const body = {
    type: "fetch_ok",
    partition,
    leaderEpoch: view.leaderEpoch,
    from: offset,
    records: read(replica.log, offset, options.fetchMax) ?? [],
    highWatermark: advanced.highWatermark,
  };
  const reply: Effect = { kind: "send", dest: from, body };
  return [advanced, [...answers, ...proposal, reply]];
}

/** It has caught up when it asks for what is not yet there. */
function noteFetch(
  { replica, role }: Leader,
  from: NodeId,
  endOffset: number,
  nowMs: number,
): Leading {
  const before = role.progress[from];
  const endThen = replica.log.endOffset;
  let caughtUpMs = before?.caughtUpMs ?? nowMs;
  if (before && endOffset >= before.endThen) {
    caughtUpMs = before.lastFetchMs;
  }
  if (endOffset >= endThen) caughtUpMs = nowMs;
  const now = { endOffset, caughtUpMs, lastFetchMs: nowMs, endThen };
  return { ...role, progress: { ...role.progress, [from]: now } };
}
// #endregion on-fetch

// #region isr
/** Who has all that is committed, and of this epoch too, may join. */
function expand(
  leader: Leader,
  from: NodeId,
): readonly [Leading, readonly Effect[]] {
  const { view, role, replica } = leader;
  const isKnown = view.isr.includes(from) || role.proposedIsr !== null;
  const start = replica.epochs.find(
    ({ leaderEpoch }) => leaderEpoch === view.leaderEpoch,
  );
  const has = role.progress[from]?.endOffset ?? 0;
  const isBehind =
    has < replica.highWatermark || has < (start?.startOffset ?? 0);
  if (isKnown || isBehind) return [role, []];
  return propose(leader, [...view.isr, from]);
}

// #endregion isr

// #region shrink
/** Who has not caught up for too long has to leave. */
export function shrink(
  leader: Leader,
  nowMs: number,
): readonly [Leading, readonly Effect[]] {
  const { id, view, role, options } = leader;
  if (role.proposedIsr !== null) {
    return propose(leader, role.proposedIsr);
  }
  const isr = view.isr.filter((member) => {
    const caughtUpMs = role.progress[member]?.caughtUpMs ?? nowMs;
    return (
      member === id || nowMs - caughtUpMs <= options.replicaLagMsMax
    );
  });
  return isr.length < view.isr.length
    ? propose(leader, isr)
    : [role, []];
}

/** The controller decides; it refuses whoever speaks of an old view. */
function propose(
  { partition, view, role, options }: Leader,
  isr: readonly NodeId[],
): readonly [Leading, readonly Effect[]] {
  const { leaderEpoch, partitionEpoch } = view;
  const what = { partition, leaderEpoch, partitionEpoch, isr };
  const body = { type: "alter_isr", ...what };
  const dest = options.controller;
  const proposal: Effect = { kind: "send", dest, body };
  return [{ ...role, proposedIsr: isr }, [proposal]];
}
// #endregion shrink

// #region on-epoch-end
/** A follower asks where the latest epoch it knows ended here. */
export function onEpochEnd(
  { replica, view, partition }: Leader,
  from: NodeId,
  asked: number,
): Effect {
  const answer = endOfEpoch(
    replica.epochs,
    asked,
    replica.log.endOffset,
  );
  const { leaderEpoch } = view;
  const about = { partition, leaderEpoch, asked, answer };
  const body = { type: "epoch_end_ok", ...about };
  return { kind: "send", dest: from, body };
}
// #endregion on-epoch-end

// #region write-marker
export type Marker = {
  readonly outcome: "commit" | "abort";
  readonly producerId: number;
  /** Of the transaction that ends; a later one shall not be hit. */
  readonly endsEpoch: number;
  /** What the producer goes on with; all below is fenced from here. */
  readonly producerEpoch: number;
  readonly msg_id: Json;
};

/** The end of a transaction in this partition, written to the log. */
export function writeMarker(
  leader: Leader,
  client: NodeId,
  marker: Marker,
  nowMs: number,
): Result {
  const { replica, view } = leader;
  const { producerId, endsEpoch, msg_id: msgId } = marker;
  const epoch = recordsOf(replica.log).findLast(
    ({ stamp }) => stamp?.id === producerId,
  )?.stamp?.epoch;
  const isOver = epoch !== undefined && epoch > endsEpoch;
  const entry = markerEntry(marker, nowMs);
  const log = isOver
    ? replica.log
    : append(replica.log, [entry], view.leaderEpoch);
  const next = { ...leader, replica: { ...replica, log } };
  const wait = { lastOffset: log.endOffset - 1, client, msgId };
  return hold(next, wait);
}

function markerEntry(marker: Marker, timeMs: number): Entry {
  const { outcome: kind, producerId: id, producerEpoch } = marker;
  const stamp = {
    id,
    epoch: producerEpoch,
    sequence: -1,
    isTransactional: true,
  };
  return { kind, key: null, value: null, timeMs, stamp };
}
// #endregion write-marker

function produced({ client, msgId, lastOffset }: Waiting): Effect {
  const body = {
    type: "produce_ok",
    in_reply_to: msgId,
    offset: lastOffset,
  };
  return { kind: "send", dest: client, body };
}

/** Codes as Maelstrom's, from 1000 on indefinite; names as Kafka's. */
export function refusal(
  client: NodeId,
  msgId: Json,
  code: number,
  text: string,
): Effect {
  const body = { type: "error", in_reply_to: msgId, code, text };
  return { kind: "send", dest: client, body };
}
