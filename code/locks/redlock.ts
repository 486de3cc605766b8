/**
 * Redlock, as "Distributed Locks with Redis" (redis.io) describes it:
 * a lock on five nodes that know nothing of each other.
 */
import type { Effect, Json, NodeId } from "../kernel/node.ts";
import {
  type Attempt,
  type Locker,
  lockTimer,
  type Tried,
} from "./locker.ts";

// #region redlock-options
export type RedlockOptions = {
  readonly instances: readonly NodeId[];
  readonly ttlMs: number;
  /** For one instance: small against the ttl (step 2). */
  readonly timeoutMs: number;
  /** What clocks may differ by during a ttl: CLOCK_DRIFT. */
  readonly driftMs: number;
};

type Round = {
  /** How many instances were asked, and how many said yes. */
  readonly asked: number;
  readonly locked: number;
};
// #endregion redlock-options

export function redlock(options: RedlockOptions): Locker {
  return {
    ask(id, askedMs) {
      const memo: Round = { asked: 0, locked: 0 };
      const attempt = { id, askedMs, outcome: null, memo };
      return askNext(options, attempt, memo);
    },
    hear(attempt, body, nowMs) {
      const { asked } = roundOf(attempt);
      const isAwaited = body.in_reply_to === name(attempt, asked);
      if (!isAwaited || attempt.outcome !== null) return [attempt, []];
      return afterInstance(
        options,
        attempt,
        body.isLocked === true,
        nowMs,
      );
    },
    giveUp: (attempt, nowMs) =>
      afterInstance(options, attempt, false, nowMs),
    free: (attempt) => unlockAll(options, attempt),
  };
}

// #region redlock
/** Step 2: one instance after the other, the same random value. */
function askNext(
  { instances, timeoutMs }: RedlockOptions,
  attempt: Attempt,
  { asked, locked }: Round,
): Tried {
  const memo: Round = { asked: asked + 1, locked };
  const next = { ...attempt, memo };
  const msg_id = name(attempt, memo.asked);
  const body = { type: "set-nx", value: attempt.id, msg_id };
  const dest = instances[asked] ?? "";
  return [next, [{ kind: "send", dest, body }, lockTimer(timeoutMs)]];
}

// #endregion redlock

// #region redlock-majority
/** Steps 3 to 5: a majority, and time that is left. */
function afterInstance(
  options: RedlockOptions,
  attempt: Attempt,
  isLocked: boolean,
  nowMs: number,
): Tried {
  const { instances, ttlMs, driftMs } = options;
  const { asked, locked: before } = roundOf(attempt);
  const locked = before + (isLocked ? 1 : 0);
  if (asked < instances.length)
    return askNext(options, attempt, { asked, locked });
  const elapsedMs = nowMs - attempt.askedMs;
  // MIN_VALIDITY = TTL - (T2 - T1) - CLOCK_DRIFT
  const validityMs = ttlMs - elapsedMs - driftMs;
  const isMajority = locked >= Math.floor(instances.length / 2) + 1;
  if (!isMajority || validityMs <= 0) {
    const refused = { ...attempt, outcome: "refused" } as const;
    return [refused, unlockAll(options, attempt)];
  }
  // A random value is no token: nobody can tell the later of two.
  const outcome = { token: 0, untilMs: nowMs + validityMs };
  return [{ ...attempt, outcome }, []];
}

/** All of them, "even the instances it believed it was not able". */
function unlockAll(
  { instances }: RedlockOptions,
  { id: value }: Attempt,
): readonly Effect[] {
  return instances.map((dest) => {
    const body = { type: "delete-if", value };
    return { kind: "send", dest, body };
  });
}
// #endregion redlock-majority

function roundOf({ memo }: Attempt): Round {
  return memo as Round;
}

function name({ id }: Attempt, asked: number): Json {
  return `${id}/${asked}`;
}
