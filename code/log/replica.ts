/** One copy of a partition, as leader or as follower. */
import type { Json, NodeId } from "../kernel/node.ts";
import { beginEpoch, type Epochs } from "./epochs.ts";
import type { Log } from "./segments.ts";

// #region leader-and-isr
/** What the controller says of a partition. */
export type LeaderAndIsr = {
  readonly replicas: readonly NodeId[];
  /** Null: offline, nobody may lead. */
  readonly leader: NodeId | null;
  /** Grows with each election. */
  readonly leaderEpoch: number;
  /** Those who have all that is committed: in-sync replicas. */
  readonly isr: readonly NodeId[];
  /** Grows with each change at all (KIP-497). */
  readonly partitionEpoch: number;
};
// #endregion leader-and-isr

// #region replica
export type Replica = {
  /** The next three are on disk. */
  readonly log: Log;
  readonly epochs: Epochs;
  /** What is below is committed: every in-sync replica has it. */
  readonly highWatermark: number;
  readonly view: LeaderAndIsr | null;
  readonly role: Role;
};

export type Role =
  | { readonly kind: "idle" }
  /** Agreed: what differs from the leader's log is cut off. */
  | { readonly kind: "follower"; readonly isAgreed: boolean }
  | Leading;

export type Leading = {
  readonly kind: "leader";
  readonly progress: { readonly [follower: NodeId]: Progress };
  /** Sent to the controller, and no answer yet. */
  readonly proposedIsr: readonly NodeId[] | null;
  readonly waiting: readonly Waiting[];
};
// #endregion replica

/** How far a follower has come, as far as its leader knows. */
export type Progress = {
  readonly endOffset: number;
  /** When it last had all that there was. */
  readonly caughtUpMs: number;
  readonly lastFetchMs: number;
  /** Where the leader's own log ended at that time. */
  readonly endThen: number;
};

/** An answer that is held back until the record is committed. */
export type Waiting = {
  readonly lastOffset: number;
  readonly client: NodeId;
  readonly msgId: Json;
};

export function emptyReplica(log: Log): Replica {
  const role = { kind: "idle" } as const;
  return { log, epochs: [], highWatermark: 0, view: null, role };
}

// #region become-leader
/** A new epoch begins where the log ends. */
export function becomeLeader(
  replica: Replica,
  view: LeaderAndIsr,
  nowMs: number,
): Replica {
  const { log, epochs } = replica;
  const unknown = {
    endOffset: 0,
    caughtUpMs: nowMs,
    lastFetchMs: nowMs,
    endThen: log.endOffset,
  };
  const role: Leading = {
    kind: "leader",
    progress: Object.fromEntries(
      view.replicas.map((id) => [id, unknown]),
    ),
    proposedIsr: null,
    waiting: [],
  };
  const begun = beginEpoch(epochs, view.leaderEpoch, log.endOffset);
  return { ...replica, view, role, epochs: begun };
}
// #endregion become-leader

/** It has to ask the leader first how much of its log is right. */
export function becomeFollower(
  replica: Replica,
  view: LeaderAndIsr,
): Replica {
  const role = { kind: "follower", isAgreed: false } as const;
  return { ...replica, view, role };
}
