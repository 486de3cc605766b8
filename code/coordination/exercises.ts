/** The arithmetic of the chapter, and one client that errs. */

import type { Plan } from "./client.ts";
import {
  type LockMemo,
  type LockOptions,
  lockPlan,
  use,
} from "./recipes.ts";

// #region budget
// #region history
/** Each write stays as history until the next compaction. */
export function historyBytes(
  writesPerS: number,
  bytesPerWrite: number,
  compactEveryS: number,
): number {
  return writesPerS * bytesPerWrite * compactEveryS;
}

/** Members that say "I live" by a write each, before history is full. */
export function membersMax(
  quotaBytes: number,
  bytesPerWrite: number,
  compactEveryS: number,
  beatEveryS: number,
): number {
  const oneMember = historyBytes(
    1 / beatEveryS,
    bytesPerWrite,
    compactEveryS,
  );
  return Math.floor(quotaBytes / oneMember);
}

// #endregion history

// #region bump
/** Below this rate of change it is cheaper to be told than to ask. */
export function changesPerSMax(
  readsPerS: number,
  watchers: number,
): number {
  return readsPerS / watchers;
}

/** How far the index must jump over what a backup does not know. */
export function bumpAtLeast(writesPerS: number, ageS: number): number {
  return writesPerS * ageS;
}
// #endregion bump
// #endregion budget

// #region herd-cost
/** Events until each of so many contenders has held the lock once. */
export function herdEvents(contenders: number): number {
  return (contenders * (contenders + 1)) / 2;
}
// #endregion herd-cost

// #region hasty-plan
/** A waiter that takes any event for its turn. */
export function hastyPlan(options: LockOptions): Plan {
  const plan = lockPlan(options);
  return (state, input, answer) => {
    const before = state.memo as LockMemo | null;
    const next = plan(state, input, answer);
    const memo = next.memo as LockMemo;
    const isWoken = before?.phase === "wait" && memo.phase === "look";
    return isWoken ? use(options, memo) : next;
  };
}
// #endregion hasty-plan
