/** What a partition is made of: records, each with its place. */
import type { Json } from "../kernel/node.ts";

// #region record
/** Who wrote a record, and as its how-manieth (KIP-98). */
export type Stamp = {
  readonly id: number;
  /** Of the producer; not to be confused with the leader's. */
  readonly epoch: number;
  readonly sequence: number;
  readonly isTransactional: boolean;
};

/** What a producer hands over: a record without its place. */
export type Entry = {
  /** A marker ends a transaction; readers never see it. */
  readonly kind: "data" | "commit" | "abort";
  readonly key: string | null;
  /** Null is a tombstone: the key is gone. */
  readonly value: Json;
  readonly timeMs: number;
  readonly stamp: Stamp | null;
};

export type LogRecord = Entry & {
  /** Its place in the partition, given by the leader, for ever. */
  readonly offset: number;
  /** Of the leader that appended it (KIP-101). */
  readonly leaderEpoch: number;
};
// #endregion record

/** A plain record: no producer id, no transaction. */
export function data(
  key: string | null,
  value: Json,
  timeMs: number,
): Entry {
  return { kind: "data", key, value, timeMs, stamp: null };
}
