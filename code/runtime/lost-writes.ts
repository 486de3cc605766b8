/** Is each acknowledged write there in the end, or a later one? */
import type { Operation } from "../kernel/history.ts";

// #region lost-writes
/**
 * Writes that were acknowledged, and of which the last read of their key
 * shows nothing: no value, or one whose write had returned before this
 * one was called. Values must be written once only. Linearizability
 * asks for more; this asks what people ask first.
 */
export function lostWrites(
  history: readonly Operation[],
): readonly Operation[] {
  const writes = history.filter(({ op }) => op !== "read");
  const writeOf = new Map(writes.map((one) => [wordOf(one), one]));
  const lastReads = new Map(
    history.filter(isTelling).map((one) => [one.args.key, one]),
  );
  return writes.filter((write) => {
    const { outcome, invokeMs, returnMs } = write;
    const read = lastReads.get(write.args.key);
    if (outcome !== "ok" || read === undefined) return false;
    if (returnMs === null || returnMs >= read.invokeMs) return false;
    if (read.result?.value === undefined) return true;
    const shown = writeOf.get(wordOf(read));
    return (shown?.returnMs ?? Infinity) < invokeMs;
  });
}

/** The key and the value that was written there, or read. */
function wordOf({ args, result }: Operation): string {
  const value = args.value ?? args.to ?? result?.value;
  return JSON.stringify([args.key, value]);
}

/** A read that shows what is there, or (error 20) that nothing is. */
function isTelling({ op, outcome, result }: Operation): boolean {
  return op === "read" && (outcome === "ok" || result?.code === 20);
}
// #endregion lost-writes
