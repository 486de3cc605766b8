/** What the exercises of the chapter compute. */

// #region zones
export type Layout = {
  /** Copies in each zone. */
  readonly zones: readonly number[];
  readonly read: number;
  readonly write: number;
};

/** What is possible still when a zone is gone, and `more` copies. */
export function without(layout: Layout, zone: number, more: number) {
  const left = layout.zones
    .filter((_, at) => at !== zone)
    .reduce((sum, copies) => sum + copies, 0);
  const copies = Math.max(0, left - more);
  return {
    reads: copies >= layout.read,
    writes: copies >= layout.write,
  };
}
// #endregion zones

// #region conflicts
/**
 * Pairs of writes a second that do not know of each other: two leaders
 * write one key at these rates, and take `lagMs` to hear of it.
 */
export function conflictsPerSecond(
  ours: number,
  theirs: number,
  lagMs: number,
): number {
  return (2 * ours * theirs * lagMs) / 1000;
}
// #endregion conflicts

// #region hot-row
/** Updates a second of one row whose lock is held for a round trip. */
export function hotRowPerSecond(roundTripMs: number): number {
  return 1000 / roundTripMs;
}

/** The least round trip over so much fiber, at 200 km a millisecond. */
export function roundTripMs(fiberKm: number): number {
  return (2 * fiberKm) / 200;
}
// #endregion hot-row

// #region backlog
/** Seconds to send what came in during an outage, at a limited rate. */
export function replaySeconds(
  outageSeconds: number,
  megabitsPerSecond: number,
  replayKibPerSecond: number,
): number {
  const bytes = (outageSeconds * megabitsPerSecond * 1e6) / 8;
  return bytes / (replayKibPerSecond * 1024);
}

/** Hours to copy a database at a rate. */
export function restoreHours(terabytes: number, mbPerSecond: number) {
  return (terabytes * 1e6) / mbPerSecond / 3600;
}
// #endregion backlog
