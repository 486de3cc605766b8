/** A follower's side of replication: agree, fetch, append. */
import type { Effect, NodeId } from "../kernel/node.ts";
import {
  beginEpoch,
  type EpochEnd,
  latestEpoch,
  truncateEpochs,
  truncationPoint,
} from "./epochs.ts";
import type { LogRecord } from "./record.ts";
import type { Replica } from "./replica.ts";
import { appendRecord, truncate } from "./segments.ts";

// #region ask-leader
/** The next question to the leader; it repeats until it is answered. */
export function askLeader(
  partition: string,
  { view, role, log, epochs }: Replica,
): readonly Effect[] {
  if (role.kind !== "follower" || !view?.leader) return [];
  const about = { partition, leaderEpoch: view.leaderEpoch };
  const body = role.isAgreed
    ? { type: "fetch", ...about, offset: log.endOffset }
    : { type: "epoch_end", ...about, asked: latestEpoch(epochs) };
  return [{ kind: "send", dest: view.leader, body }];
}
// #endregion ask-leader

// #region on-epoch-end-ok
/** Cut off what the leader does not have (KIP-101). */
export function onEpochEndOk(
  replica: Replica,
  asked: number,
  answer: EpochEnd,
): Replica {
  const { role, epochs, log } = replica;
  if (role.kind !== "follower" || role.isAgreed) return replica;
  if (asked !== latestEpoch(epochs)) return replica;
  const point = truncationPoint(epochs, log.endOffset, answer);
  const { endOffset, isAgreed } = point;
  return cutOff({ ...replica, role: { ...role, isAgreed } }, endOffset);
}

/** The log ends here, and with it epochs and high watermark. */
export function cutOff(replica: Replica, endOffset: number): Replica {
  return {
    ...replica,
    log: truncate(replica.log, endOffset),
    epochs: truncateEpochs(replica.epochs, endOffset),
    highWatermark: Math.min(replica.highWatermark, endOffset),
  };
}
// #endregion on-epoch-end-ok

export type Fetched = {
  readonly from: number;
  readonly records: readonly LogRecord[];
  readonly highWatermark: number;
};

// #region on-fetch-ok
/** Append what the leader has sent, if it fits to the own end. */
export function onFetchOk(replica: Replica, fetched: Fetched): Replica {
  const { role, log } = replica;
  const { from, records } = fetched;
  if (role.kind !== "follower" || !role.isAgreed) return replica;
  if (from !== log.endOffset) return replica;
  const grown = records.reduce(appendRecord, log);
  const epochs = records.reduce(
    (known, { leaderEpoch, offset }) =>
      beginEpoch(known, leaderEpoch, offset),
    replica.epochs,
  );
  // What the leader says of commitment may be ahead of our log.
  const said = Math.min(fetched.highWatermark, grown.endOffset);
  const highWatermark = Math.max(replica.highWatermark, said);
  return { ...replica, log: grown, epochs, highWatermark };
}
// #endregion on-fetch-ok

/** Is this from the leader whom the controller has named? */
export function isFromLeader(
  { view }: Replica,
  src: NodeId,
  leaderEpoch: number,
): boolean {
  return view?.leader === src && view.leaderEpoch === leaderEpoch;
}
