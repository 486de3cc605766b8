/**
 * A partition on one disk: a list of segments, each a file of records in
 * the order of their offsets and a sparse index into it (Kreps, Narkhede
 * and Rao, NetDB 2011, section 3.1). A pure library. A position is a slot
 * in an array here, where a file has bytes.
 */
import type { Entry, LogRecord } from "./record.ts";

// #region log
export type LogOptions = {
  /** A segment with so many records is closed, and a new one begun. */
  readonly segmentRecords: number;
  /** One record in so many gets a line in the index. */
  readonly indexInterval: number;
};

export type Segment = {
  /** The offset with which it begins, and its name as a file. */
  readonly baseOffset: number;
  readonly records: readonly LogRecord[];
  readonly index: readonly IndexEntry[];
};

type IndexEntry = {
  readonly offset: number;
  readonly position: number;
};

export type Log = {
  readonly options: LogOptions;
  /** Never empty; only the last, the active one, is written to. */
  readonly segments: readonly Segment[];
  /** What is below was deleted by retention. */
  readonly startOffset: number;
  /** The offset of the next record. */
  readonly endOffset: number;
};
// #endregion log

export function emptyLog(options: LogOptions): Log {
  const segments = [{ baseOffset: 0, records: [], index: [] }];
  return { options, segments, startOffset: 0, endOffset: 0 };
}

/** All records, in order. */
export function recordsOf(log: Log): readonly LogRecord[] {
  return log.segments.flatMap(({ records }) => records);
}

// #region append
/** The leader's way: it gives the next offsets, and its epoch. */
export function append(
  log: Log,
  entries: readonly Entry[],
  leaderEpoch: number,
): Log {
  return entries.reduce<Log>((grown, entry) => {
    const offset = grown.endOffset;
    return appendRecord(grown, { ...entry, offset, leaderEpoch });
  }, log);
}

/** The follower's way: a record keeps the place it has elsewhere. */
export function appendRecord(log: Log, record: LogRecord): Log {
  const endOffset = record.offset + 1;
  const active = log.segments.at(-1);
  const isFull =
    active === undefined ||
    active.records.length >= log.options.segmentRecords;
  const segment = isFull
    ? { baseOffset: record.offset, records: [], index: [] }
    : active;
  const closed = isFull ? log.segments : log.segments.slice(0, -1);
  const written = write(segment, record, log.options.indexInterval);
  return { ...log, segments: [...closed, written], endOffset };
}

function write(
  segment: Segment,
  record: LogRecord,
  indexInterval: number,
): Segment {
  const position = segment.records.length;
  const line = { offset: record.offset, position };
  const index =
    position % indexInterval === 0
      ? [...segment.index, line]
      : segment.index;
  const records = [...segment.records, record];
  return { ...segment, records, index };
}
// #endregion append

// #region find
export type Found = {
  /** Of the first record at this offset or behind it. */
  readonly position: number;
  /** How many records were looked at to find it. */
  readonly scanned: number;
};

/** The last line of the index that is not too far, then a scan. */
export function find(segment: Segment, offset: number): Found {
  let low = 0;
  let high = segment.index.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const line = segment.index[middle];
    if (line !== undefined && line.offset <= offset) low = middle + 1;
    else high = middle;
  }
  const first = segment.index[low - 1]?.position ?? 0;
  let position = first;
  while ((segment.records[position]?.offset ?? offset) < offset) {
    position += 1;
  }
  return { position, scanned: position - first + 1 };
}
// #endregion find

// #region read
/**
 * Up to `max` records from this offset on. Null when it is out of range:
 * deleted already, or not yet written. Offsets need not be dense, since
 * compaction leaves holes.
 */
export function read(
  log: Log,
  from: number,
  max: number,
): readonly LogRecord[] | null {
  if (from < log.startOffset || from > log.endOffset) return null;
  const found: LogRecord[] = [];
  let at = log.segments.findLastIndex(
    ({ baseOffset }) => baseOffset <= from,
  );
  for (; at < log.segments.length && found.length < max; at++) {
    const segment = log.segments[at];
    if (segment === undefined) break;
    const { position } = find(segment, from);
    const wanted = max - found.length;
    found.push(...segment.records.slice(position, position + wanted));
  }
  return found;
}
// #endregion read

// #region truncate
/** Forget this offset and all behind it. */
export function truncate(log: Log, endOffset: number): Log {
  if (endOffset >= log.endOffset) return log;
  const [first, ...others] = log.segments;
  const kept = others.filter((later) => later.baseOffset < endOffset);
  const segments = [first, ...kept].flatMap((segment) =>
    segment === undefined ? [] : [cut(segment, endOffset)],
  );
  return { ...log, segments, endOffset };
}

function cut(segment: Segment, endOffset: number): Segment {
  const isKept = ({ offset }: { readonly offset: number }) =>
    offset < endOffset;
  return {
    ...segment,
    records: segment.records.filter(isKept),
    index: segment.index.filter(isKept),
  };
}
// #endregion truncate

// #region retention
/**
 * Delete whole segments from the front whose last record is older than
 * this. The active one stays, and so does whatever is behind one that
 * stays. Nobody is asked whether it has been read.
 */
export function retain(
  log: Log,
  retentionMs: number,
  nowMs: number,
): Log {
  const firstKept = log.segments.findIndex((segment, at) => {
    const isActive = at === log.segments.length - 1;
    const newest = segment.records.at(-1)?.timeMs ?? -Infinity;
    return isActive || nowMs - newest <= retentionMs;
  });
  const segments = log.segments.slice(firstKept);
  const startOffset =
    firstKept === 0
      ? log.startOffset
      : (segments[0]?.baseOffset ?? log.startOffset);
  return { ...log, segments, startOffset };
}
// #endregion retention
