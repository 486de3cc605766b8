/** What must hold of a counter, whoever wrote it and however often. */
import type { Store } from "./store.ts";

// #region invariants
export type Ledger = {
  /** Writes that were acknowledged, and those nobody knows of. */
  readonly acknowledged: number;
  readonly unknown: number;
};

/** What is wrong with a store at the end of a run; empty if nothing is. */
export function flaws(
  { value, writes }: Store,
  { acknowledged, unknown }: Ledger,
): readonly string[] {
  const isOlder = writes.some(
    ({ token }, at) => token < (writes[at - 1]?.token ?? 0),
  );
  return [
    // Each write raises by one what it found, or it has lost another.
    ...(value < writes.length ? ["lost update"] : []),
    ...(value > writes.length ? ["invented update"] : []),
    ...(isOlder ? ["an older holder wrote after a newer"] : []),
    ...(value < acknowledged ? ["an acknowledged one is gone"] : []),
    ...(value > acknowledged + unknown ? ["one nobody asked for"] : []),
  ];
}
// #endregion invariants
