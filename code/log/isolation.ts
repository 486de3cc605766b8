/**
 * What transactions mean in one partition (KIP-98): records are written
 * at once, and a marker says later whether they count.
 */
import type { LogRecord } from "./record.ts";

export type Isolation = "read_uncommitted" | "read_committed";

// #region open-transactions
/** For each producer with a transaction open, its first offset. */
export function openTransactions(
  records: readonly LogRecord[],
): ReadonlyMap<number, number> {
  const open = new Map<number, number>();
  for (const { kind, offset, stamp } of records) {
    if (!stamp?.isTransactional) continue;
    if (kind !== "data") open.delete(stamp.id);
    else if (!open.has(stamp.id)) open.set(stamp.id, offset);
  }
  return open;
}
// #endregion open-transactions

// #region last-stable-offset
/** Below it, every transaction has ended, in replicated records. */
export function lastStableOffset(
  records: readonly LogRecord[],
  highWatermark: number,
): number {
  const committed = records.filter((r) => r.offset < highWatermark);
  const first = [...openTransactions(committed).values()];
  return Math.min(highWatermark, ...first);
}
// #endregion last-stable-offset

// #region visible
/** What a reader may see of these records, from the first on. */
export function visible(
  records: readonly LogRecord[],
  highWatermark: number,
  isolation: Isolation,
): readonly LogRecord[] {
  const isData = ({ kind }: LogRecord) => kind === "data";
  if (isolation === "read_uncommitted") {
    return records.filter((r) => isData(r) && r.offset < highWatermark);
  }
  const end = lastStableOffset(records, highWatermark);
  const stable = records.filter((r) => r.offset < end);
  const aborted = abortedOffsets(stable);
  return stable.filter((r) => isData(r) && !aborted.has(r.offset));
}

/** The records that an abort marker of their producer follows. */
function abortedOffsets(stable: readonly LogRecord[]) {
  const pending = new Map<number, number[]>();
  const aborted = new Set<number>();
  for (const { kind, offset, stamp } of stable) {
    if (!stamp?.isTransactional) continue;
    const own = pending.get(stamp.id) ?? [];
    if (kind === "data") pending.set(stamp.id, [...own, offset]);
    else pending.delete(stamp.id);
    if (kind === "abort") for (const at of own) aborted.add(at);
  }
  return aborted;
}
// #endregion visible
