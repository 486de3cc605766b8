/**
 * The other side of the lock service: ask for a lease, and reckon until
 * when it lasts by a clock that is not the clock of the service.
 */
import type { NodeId } from "../kernel/node.ts";
import { type Locker, lockTimer } from "./locker.ts";

// #region usable
/**
 * How long a holder may count on a lease, by its own clock and from the
 * moment at which it asked. If no clock is wrong in its rate by more than
 * the bound, it stops before the service lets anybody else in; the same
 * allowance as for the leases of Gray and Cheriton (SOSP 1989).
 *
 * @param driftBound the share by which a clock may be fast or slow: 0.01
 * @param delayMsMax how long its last message may be under way
 */
export function usableMs(
  ttlMs: number,
  driftBound: number,
  delayMsMax: number,
): number {
  // It is slow and the service fast: the worst of all pairs.
  const countedMs = (ttlMs * (1 - driftBound)) / (1 + driftBound);
  return countedMs - delayMsMax;
}
// #endregion usable

export type LeaseLockOptions = {
  readonly service: NodeId;
  readonly timeoutMs: number;
  readonly driftBound: number;
  readonly delayMsMax: number;
};

// #region lease-lock
export function leaseLock(options: LeaseLockOptions): Locker {
  const { service: dest, timeoutMs } = options;
  return {
    ask(id, askedMs) {
      const body = { type: "acquire", msg_id: id };
      const attempt = { id, askedMs, outcome: null, memo: null };
      const send = { kind: "send", dest, body } as const;
      return [attempt, [send, lockTimer(timeoutMs)]];
    },
    hear(attempt, { type, in_reply_to, token, ttl_ms }) {
      if (in_reply_to !== attempt.id) return [attempt, []];
      if (type === "error")
        return [{ ...attempt, outcome: "refused" }, []];
      const { driftBound, delayMsMax } = options;
      const forMs = usableMs(Number(ttl_ms), driftBound, delayMsMax);
      // From the question on: the grant came later, never earlier.
      const untilMs = attempt.askedMs + forMs;
      const outcome = { token: Number(token), untilMs };
      return [{ ...attempt, outcome }, []];
    },
    giveUp: (attempt) => [{ ...attempt, outcome: "refused" }, []],
    free({ outcome }) {
      if (outcome === null || outcome === "refused") return [];
      const body = { type: "release", token: outcome.token };
      return [{ kind: "send", dest, body }];
    },
  };
}
// #endregion lease-lock
