/** The arithmetic of the chapter on the log, held by a test. */

// #region groups
/** How long a backlog takes to read; null: forever. */
export function catchUpS(
  backlog: number,
  inPerS: number,
  outPerS: number,
): number | null {
  return outPerS <= inPerS ? null : backlog / (outPerS - inPerS);
}

/** One reader a partition, each this busy: how many are needed? */
export function partitionsFor(
  perS: number,
  secondsEach: number,
  busy: number,
): number {
  return Math.ceil((perS * secondsEach) / busy);
}

// #endregion groups

// #region sizes
/**
 * Batches a second: each leaves when it is full or has lingered. The linger
 * begins with the first record of a batch, and those that arrive join it.
 */
export function batchesPerS(
  recordsPerS: number,
  lingerMs: number,
  recordsMax: number,
): number {
  const joined = (recordsPerS * lingerMs) / 1000;
  return recordsPerS / Math.min(recordsMax, 1 + joined);
}

/** A line of the index has 8 bytes. */
export function indexBytes(
  segmentBytes: number,
  intervalBytes: number,
): number {
  return 8 * Math.floor(segmentBytes / intervalBytes);
}

/** At which rate does what is retained fill this memory? */
export function rateThatFills(
  memoryBytes: number,
  recordBytes: number,
  retentionS: number,
): number {
  return memoryBytes / (recordBytes * retentionS);
}
// #endregion sizes
