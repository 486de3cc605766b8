/**
 * A lock, as the one sees it who wants it: it asks, hears answers, and in
 * the end has a lease or has not. What it must never think: that it holds
 * the lock. It held it when the answer was written.
 */
import type { Body, Effect, Json } from "../kernel/node.ts";

// #region locker
export type Lease = {
  /** Grows from holder to holder; 0 where the lock has no such number. */
  readonly token: number;
  /** By the holder's own clock; what it does later is not protected. */
  readonly untilMs: number;
};

/** One attempt to get the lock; null: it is not decided yet. */
export type Attempt = {
  readonly id: number;
  readonly askedMs: number;
  readonly outcome: Lease | "refused" | null;
  /** What a kind of lock remembers besides. */
  readonly memo: Json;
};

export type Tried = readonly [Attempt, readonly Effect[]];

/** Each kind of lock; the timer of an attempt is called "lock". */
export type Locker = {
  ask(id: number, nowMs: number): Tried;
  hear(attempt: Attempt, body: Body, nowMs: number): Tried;
  giveUp(attempt: Attempt, nowMs: number): Tried;
  free(attempt: Attempt): readonly Effect[];
};
// #endregion locker

// #region no-lock
/** No lock at all: everybody has it, at once and for ever. */
export const noLock: Locker = {
  ask: (id, askedMs) => {
    const untilMs = Number.MAX_SAFE_INTEGER;
    const outcome = { token: 0, untilMs };
    return [{ id, askedMs, outcome, memo: null }, []];
  },
  hear: (attempt) => [attempt, []],
  giveUp: (attempt) => [attempt, []],
  free: () => [],
};
// #endregion no-lock

export function lockTimer(afterMs: number): Effect {
  return { kind: "set-timer", name: "lock", afterMs };
}
