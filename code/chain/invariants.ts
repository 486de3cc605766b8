/**
 * What the paper says always holds between the servers of one chain, for
 * a simulator to check after each step; what is broken it throws.
 */
import { isTail, type State, type Update } from "./state.ts";

// #region invariants
/** Look at all servers at once; those in other epochs are left out. */
export function look(states: readonly (State | undefined)[]): void {
  const known = states.filter((state) => state !== undefined);
  for (const above of known) {
    const { chain, epoch } = above.config;
    for (const below of known) {
      const isBelow =
        below.config.epoch === epoch &&
        chain.indexOf(above.id) >= 0 &&
        chain.indexOf(above.id) < chain.indexOf(below.id);
      if (!isBelow) continue;
      updatePropagation(above, below);
      if (isTail(below) && below.isComplete) inprocess(above, below);
    }
  }
}

/** The Update Propagation Invariant: Hist below is a prefix (§3.2). */
function updatePropagation(above: State, below: State): void {
  const other = below.hist.findIndex(
    (update, at) => !isSame(update, above.hist[at]),
  );
  if (other < 0) return;
  throw new Error(
    `Update propagation: ${below.id} has at ${other + 1} what ` +
      `${above.id} has not`,
  );
}

/** What has left Sent is at the tail (Inprocess Requests, §3.2). */
function inprocess(above: State, tail: State): void {
  if (above.acked <= tail.hist.length) return;
  throw new Error(
    `Inprocess requests: ${above.id} takes ${above.acked} for done; ` +
      `${tail.id} has ${tail.hist.length}`,
  );
}
// #endregion invariants

function isSame(one: Update, other: Update | undefined): boolean {
  return one.client === other?.client && one.msgId === other.msgId;
}
