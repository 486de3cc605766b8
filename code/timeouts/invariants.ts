/** What must hold of any breaker, whatever is done to it and when. */
import type {
  acquire,
  Breaker,
  BreakerOptions,
  Outcome,
  record,
} from "./breaker.ts";
import { closedBreaker } from "./breaker.ts";

/** A breaker to be checked: the true one, or one that is broken. */
export type Rules = {
  readonly acquire: typeof acquire;
  readonly record: typeof record;
};

/** Time passes; then a call asks to pass, or the oldest one ends. */
export type Move = {
  readonly afterMs: number;
  readonly does: "ask" | "end";
  readonly outcome: Outcome;
};

// #region breaker-invariants
/**
 * Play the moves; the first broken promise in words, or null. While
 * open nothing passes; after the wait something does; while half-open
 * no more than `probes` calls are under way or judged.
 */
export function checkBreaker(
  rules: Rules,
  options: BreakerOptions,
  moves: readonly Move[],
): string | null {
  let breaker: Breaker = closedBreaker;
  let nowMs = 0;
  let openedMs = 0;
  let probes = 0;
  let calls: readonly { sinceMs: number; permit: number }[] = [];
  for (const { afterMs, does, outcome } of moves) {
    nowMs += afterMs;
    const before = breaker;
    const [call] = calls;
    if (does === "ask") {
      const [after, permit] = rules.acquire(options, before, nowMs);
      breaker = after;
      const waitedMs = nowMs - openedMs;
      const was = before.state.kind;
      const passed = permit !== null;
      if (was === "closed" && !passed) return "a closed one refused";
      if (was === "open" && passed && waitedMs <= options.openMs)
        return "an open one let a call through";
      if (was === "open" && !passed && waitedMs > options.openMs)
        return "it stays open for ever";
      if (was === "open" && passed) probes = 0;
      if (was !== "closed" && passed) probes += 1;
      if (probes > options.probes) return "too many probes";
      if (passed) calls = [...calls, { sinceMs: nowMs, permit }];
    } else if (call !== undefined) {
      calls = calls.slice(1);
      const tookMs = nowMs - call.sinceMs;
      const { permit } = call;
      breaker = rules.record(
        options,
        before,
        permit,
        outcome,
        tookMs,
        nowMs,
      );
      const isStale = permit !== before.period;
      if (isStale && breaker !== before)
        return "a call of an earlier period was counted";
      if (!isStale && outcome === "ignored") {
        if (breaker.period !== before.period)
          return "an ignored call changed the state";
        if (before.state.kind === "half-open") probes -= 1;
      }
      const opened = breaker.period !== before.period;
      if (opened && breaker.state.kind === "open") openedMs = nowMs;
    }
  }
  return null;
}
// #endregion breaker-invariants
