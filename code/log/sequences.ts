/**
 * What the leader of a partition knows of producers (KIP-98): all of it
 * stands in the log, so every follower that takes over knows it too.
 */
import type { Entry, LogRecord, Stamp } from "./record.ts";

// #region verdict
/** What becomes of a batch that carries producer stamps. */
export type Verdict =
  | { readonly kind: "append" }
  /** It is in the log already, up to this offset. */
  | { readonly kind: "duplicate"; readonly lastOffset: number }
  /** A record before it is missing. */
  | { readonly kind: "out-of-order" }
  /** Another producer has this id, with a higher epoch. */
  | { readonly kind: "fenced" };
// #endregion verdict

// #region judge
/** Shall the leader append this batch to these records? */
export function judge(
  records: readonly LogRecord[],
  batch: readonly Entry[],
): Verdict {
  const first = batch[0]?.stamp ?? null;
  if (first === null) return { kind: "append" };
  const own = records.filter(({ stamp }) => stamp?.id === first.id);
  const epoch = own.at(-1)?.stamp?.epoch ?? first.epoch;
  if (first.epoch < epoch) return { kind: "fenced" };
  const written = own.filter(
    ({ kind, stamp }) =>
      kind === "data" && stamp?.epoch === first.epoch,
  );
  const last = first.sequence + batch.length - 1;
  const again = written.find(({ stamp }) => stamp?.sequence === last);
  if (again !== undefined) {
    return { kind: "duplicate", lastOffset: again.offset };
  }
  return first.sequence === nextSequence(written)
    ? { kind: "append" }
    : { kind: "out-of-order" };
}

/** One more than the last; an epoch begins at zero. */
function nextSequence(written: readonly LogRecord[]): number {
  return (written.at(-1)?.stamp?.sequence ?? -1) + 1;
}
// #endregion judge

/** The stamps of a batch: one producer, sequence numbers in a row. */
export function stamped(
  batch: readonly Entry[],
  first: Stamp,
): readonly Entry[] {
  return batch.map((entry, at) => ({
    ...entry,
    stamp: { ...first, sequence: first.sequence + at },
  }));
}
