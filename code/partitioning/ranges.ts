/**
 * Partitions by ranges of keys: neighbors stay together, so that a range
 * can be read in one place, and a partition that grows is split in two
 * (Bigtable, OSDI 2006; HBase calls them regions).
 */

// #region ranges
export type Range = {
  /** The first key that belongs to it; "" is before all keys. */
  readonly from: string;
  readonly partition: string;
};
/** In the order of `from`; the first begins at "". */
export type Ranges = readonly Range[];

/** The partition of a key: the last range that begins at or before it. */
export function partitionOf(ranges: Ranges, key: string): string {
  return ranges.findLast(({ from }) => from <= key)?.partition ?? "";
}

/** All partitions that hold keys from `from` to before `to`. */
export function partitionsBetween(
  ranges: Ranges,
  from: string,
  to: string,
): readonly string[] {
  return ranges
    .filter((range, at) => {
      const end = ranges[at + 1]?.from;
      const beginsInTime = range.from < to;
      return beginsInTime && (end === undefined || end > from);
    })
    .map(({ partition }) => partition);
}
// #endregion ranges

// #region split
/** From `at` on, the keys of the range around it are another's. */
export function split(
  ranges: Ranges,
  at: string,
  partition: string,
): Ranges {
  if (ranges.some(({ from }) => from === at)) return ranges;
  return [...ranges, { from: at, partition }].toSorted((a, b) =>
    a.from < b.from ? -1 : 1,
  );
}

/** The range that begins at `at` goes to the one before it. */
export function merge(ranges: Ranges, at: string): Ranges {
  return at === "" ? ranges : ranges.filter(({ from }) => from !== at);
}
// #endregion split

// #region split-point
export type Reading = { readonly key: string; readonly load: number };

/**
 * Where to split so that both halves have about the same load: the first
 * key of the second half. Null where one key has it all: a key cannot be
 * split, and two partitions would be no better than one.
 *
 * @param readings in the order of the keys
 */
export function splitPoint(
  readings: readonly Reading[],
): string | null {
  const total = readings.reduce((sum, { load }) => sum + load, 0);
  let best: { key: string; worse: number } | null = null;
  let before = 0;
  for (const { key, load } of readings) {
    const worse = Math.max(before, total - before);
    if (worse < (best?.worse ?? total)) best = { key, worse };
    before += load;
  }
  return best?.key ?? null;
}
// #endregion split-point

// #region time-series
/** As written by many a schema: all of today's keys are neighbors. */
export function timeKey(sensor: string, atMs: number): string {
  return `${String(atMs).padStart(13, "0")}/${sensor}`;
}

/** A bucket before the time: today's keys are in `buckets` places. */
export function bucketedKey(
  sensor: string,
  atMs: number,
  bucket: number,
): string {
  return `${String(bucket).padStart(2, "0")}/${timeKey(sensor, atMs)}`;
}
// #endregion time-series
