/** The arithmetic of the chapter on timeouts, and a switch for breakers. */
import {
  acquire,
  type Breaker,
  type BreakerOptions,
} from "./breaker.ts";

// #region threads-held
/** Threads that calls hold when none of them is answered (Little's law). */
export function threadsHeld(
  callsPerSecond: number,
  timeoutMs: number,
): number {
  return (callsPerSecond * timeoutMs) / 1000;
}

/** The longest timeout that leaves `others` threads to other calls. */
export function longestTimeoutMs(
  threads: number,
  others: number,
  callsPerSecond: number,
): number {
  return (1000 * (threads - others)) / callsPerSecond;
}

/** From the first unanswered call until a breaker can open. */
export function opensAfterMs(
  { window, failurePercent }: CountWindow,
  callsPerSecond: number,
  timeoutMs: number,
): number {
  const failures = Math.ceil((window.calls * failurePercent) / 100);
  return timeoutMs + (1000 * failures) / callsPerSecond;
}
// #endregion threads-held

export type CountWindow = {
  readonly window: { readonly calls: number };
  readonly failurePercent: number;
};

// #region shards
/** Of all attempts, the share at the one host of `hosts` that fails. */
export function failedShare(hosts: number, attempts: number): number {
  return attempts / (hosts - 1 + attempts);
}

/** With so many hosts or fewer, one bad host opens a shared breaker. */
export function mostHosts(attempts: number, percent: number): number {
  return Math.floor(1 + (attempts * (100 - percent)) / percent);
}

/** The share of pages of so many calls with a false timeout or more. */
export function pagesHit(share: number, calls: number): number {
  return 1 - (1 - share) ** calls;
}
// #endregion shards

// #region switch
/** A person's word, which goes before the breaker's own judgment. */
export type Switch = "automatic" | "forced open" | "forced closed";

/** As `acquire`; a forced call has a permit that no period matches. */
export function acquireBy(
  setting: Switch,
  options: BreakerOptions,
  breaker: Breaker,
  nowMs: number,
): readonly [Breaker, permit: number | null] {
  switch (setting) {
    case "automatic":
      return acquire(options, breaker, nowMs);
    case "forced open":
      return [breaker, null];
    case "forced closed":
      return [breaker, -1];
  }
}
// #endregion switch
