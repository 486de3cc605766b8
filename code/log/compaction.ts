/**
 * Compaction: of each key only the last value is kept, so that a log is
 * as large as the table it describes. Offsets stay what they were. A pure
 * library.
 */
import { visible } from "./isolation.ts";
import type { LogRecord } from "./record.ts";
import type { Log, Segment } from "./segments.ts";

export type CompactionOptions = {
  /** So long a tombstone is kept for readers to see it. */
  readonly tombstoneMs: number;
  readonly nowMs: number;
  /** No cleaning at or above: the last stable offset. */
  readonly stableOffset: number;
};

// #region compact
/** Clean the closed segments; the active one is left alone. */
export function compact(log: Log, options: CompactionOptions): Log {
  const closed = log.segments.slice(0, -1);
  const { stableOffset } = options;
  const old = closed.flatMap(({ records }) => records);
  // What was aborted counts as little as what was overwritten.
  const valid = visible(old, stableOffset, "read_committed");
  const last = new Map(valid.map(({ key, offset }) => [key, offset]));
  const isKept = (record: LogRecord) =>
    record.offset >= stableOffset ||
    record.kind !== "data" ||
    (last.get(record.key) === record.offset &&
      !isOldTombstone(record, options));
  const segments = log.segments.map((segment, at) =>
    at < closed.length
      ? rewrite(segment, isKept, log.options.indexInterval)
      : segment,
  );
  return { ...log, segments };
}

/** A reader who comes later finds neither the key nor its end. */
function isOldTombstone(
  { value, timeMs }: LogRecord,
  { nowMs, tombstoneMs }: CompactionOptions,
): boolean {
  return value === null && nowMs - timeMs > tombstoneMs;
}

function rewrite(
  segment: Segment,
  isKept: (record: LogRecord) => boolean,
  indexInterval: number,
): Segment {
  const records = segment.records.filter(isKept);
  const index = records.flatMap(({ offset }, position) =>
    position % indexInterval === 0 ? [{ offset, position }] : [],
  );
  return { ...segment, records, index };
}
// #endregion compact

// #region table
/** What a reader of the whole log knows: the last value of each key. */
export function tableOf(records: readonly LogRecord[]) {
  const table = new Map<string, LogRecord["value"]>();
  for (const { key, value } of records) {
    if (key === null) continue;
    if (value === null) table.delete(key);
    else table.set(key, value);
  }
  return table;
}
// #endregion table
