/**
 * How long a client waits before it tries again. Each policy is a pure
 * function of the retry's number, the wait before it, and one dice.
 * Formulas: Brooker, "Exponential Backoff And Jitter", AWS 2015.
 */
import { intBetween, stream } from "../kernel/random.ts";

// #region policy
export type Backoff =
  | { readonly kind: "none" }
  | { readonly kind: "exponential"; readonly baseMs: number }
  | {
      readonly kind: "capped" | "full" | "equal" | "decorrelated";
      readonly baseMs: number;
      readonly capMs: number;
    };
// #endregion policy

// #region backoff
/**
 * Wait before retry number `retry` (1 is the first), in ms.
 * `previousMs` is the wait before the retry that came before it, or
 * 0: only decorrelated jitter looks at it.
 */
export function backoffMs(
  policy: Backoff,
  retry: number,
  previousMs: number,
  dice: number,
): number {
  if (policy.kind === "none") return 0;
  const doubledMs = policy.baseMs * 2 ** (retry - 1);
  if (policy.kind === "exponential") return doubledMs;
  const ceilingMs = Math.min(policy.capMs, doubledMs);
  switch (policy.kind) {
    case "capped":
      return ceilingMs;
    case "full":
      return intBetween(dice, 0, ceilingMs);
    case "equal": {
      const halfMs = Math.floor(ceilingMs / 2);
      return halfMs + intBetween(dice, 0, halfMs);
    }
    case "decorrelated": {
      const fromMs = Math.max(policy.baseMs, previousMs);
      const drawnMs = intBetween(dice, policy.baseMs, 3 * fromMs);
      return Math.min(policy.capMs, drawnMs);
    }
  }
}
// #endregion backoff

// #region herd
/**
 * When each of `clients` sends its retries, in ms after a failure that
 * all of them saw at the same instant. Every retry fails at once, so
 * that the policy alone decides the times. One row a client.
 */
export function herd(
  policy: Backoff,
  clients: number,
  retries: number,
  dice: number,
): readonly (readonly number[])[] {
  return Array.from({ length: clients }, (_, client) => {
    const own = stream(dice, client);
    const timesMs: number[] = [];
    let waitMs = 0;
    let nowMs = 0;
    for (let retry = 1; retry <= retries; retry += 1) {
      waitMs = backoffMs(policy, retry, waitMs, stream(own, retry));
      nowMs += waitMs;
      timesMs.push(nowMs);
    }
    return timesMs;
  });
}

/** Most calls that fall into one window of `windowMs`. */
export function peak(
  timesMs: readonly number[],
  windowMs: number,
): number {
  const counts: Record<number, number> = {};
  for (const timeMs of timesMs) {
    const window = Math.floor(timeMs / windowMs);
    counts[window] = (counts[window] ?? 0) + 1;
  }
  return Math.max(0, ...Object.values(counts));
}
// #endregion herd
