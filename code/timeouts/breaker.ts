/**
 * A circuit breaker as plain data. Thresholds, windows and probes are
 * those of Resilience4j; that a result counts only in the period of its
 * permit is gobreaker's rule (its `generation`).
 */

// #region options
export type BreakerOptions = {
  readonly window:
    | { readonly kind: "count"; readonly calls: number }
    | { readonly kind: "time"; readonly seconds: number };
  /** No rate is computed from fewer calls than this. */
  readonly minimumCalls: number;
  /** At this rate, or above it, the breaker opens. */
  readonly failurePercent: number;
  /** A call that takes longer than this is slow, whatever it says. */
  readonly slowMs: number;
  readonly slowPercent: number;
  readonly openMs: number;
  /** Calls let through while half-open. */
  readonly probes: number;
};
// #endregion options

// #region breaker
/** A call, or all calls of one second: which of them failed, were slow. */
export type Bucket = {
  readonly second: number;
  readonly calls: number;
  readonly failed: number;
  readonly slow: number;
};

export type Breaker = {
  /** Grows with every change of state; a permit names its own. */
  readonly period: number;
  readonly state:
    | { readonly kind: "closed"; readonly window: readonly Bucket[] }
    | { readonly kind: "open"; readonly untilMs: number }
    | {
        readonly kind: "half-open";
        readonly permitsLeft: number;
        readonly window: readonly Bucket[];
      };
};

export const closedBreaker: Breaker = {
  period: 0,
  state: { kind: "closed", window: [] },
};

/** Ignored: the caller's own mistake, such as a 4xx, or a canceled call. */
export type Outcome = "success" | "failure" | "ignored";
// #endregion breaker

// #region acquire
/** May a call pass? The permit must come back through `record`. */
export function acquire(
  options: BreakerOptions,
  breaker: Breaker,
  nowMs: number,
): readonly [Breaker, permit: number | null] {
  const { state, period } = breaker;
  switch (state.kind) {
    case "closed":
      return [breaker, period];
    case "open": {
      if (nowMs <= state.untilMs) return [breaker, null];
      const halfOpen = change(breaker, {
        kind: "half-open",
        permitsLeft: options.probes,
        window: [],
      });
      return acquire(options, halfOpen, nowMs);
    }
    case "half-open": {
      if (state.permitsLeft === 0) return [breaker, null];
      const permitsLeft = state.permitsLeft - 1;
      return [{ period, state: { ...state, permitsLeft } }, period];
    }
  }
}
// #endregion acquire

// #region record
/** A call that held a permit has ended, after `tookMs`. */
export function record(
  options: BreakerOptions,
  breaker: Breaker,
  permit: number,
  outcome: Outcome,
  tookMs: number,
  nowMs: number,
): Breaker {
  const { state, period } = breaker;
  if (permit !== period || state.kind === "open") return breaker;
  if (outcome === "ignored") return giveBack(breaker);
  const bucket: Bucket = {
    second: Math.floor(nowMs / 1000),
    calls: 1,
    failed: outcome === "failure" ? 1 : 0,
    slow: tookMs > options.slowMs ? 1 : 0,
  };
  const kept = windowOf(options, state.kind);
  const window = slide(kept, state.window, bucket);
  const verdict = judge(options, kept, window);
  if (verdict === "bad") {
    const untilMs = nowMs + options.openMs;
    return change(breaker, { kind: "open", untilMs });
  }
  if (verdict === "good" && state.kind === "half-open")
    return change(breaker, { kind: "closed", window: [] });
  return { period, state: { ...state, window } };
}

/** An ignored call says nothing; a probe of that kind may be repeated. */
function giveBack(breaker: Breaker): Breaker {
  const { state } = breaker;
  if (state.kind !== "half-open") return breaker;
  const permitsLeft = state.permitsLeft + 1;
  return { ...breaker, state: { ...state, permitsLeft } };
}
// #endregion record

// #region window
type Window = BreakerOptions["window"];

/** While half-open the probes are the window. */
function windowOf(
  { window, probes }: BreakerOptions,
  kind: "closed" | "half-open",
): Window {
  return kind === "closed" ? window : { kind: "count", calls: probes };
}

/** Add a call; forget what no longer fits, or is too old. */
function slide(
  kept: Window,
  window: readonly Bucket[],
  bucket: Bucket,
): readonly Bucket[] {
  if (kept.kind === "count")
    return [...window, bucket].slice(-kept.calls);
  const oldest = bucket.second - kept.seconds;
  const before = window.filter(({ second }) => second > oldest);
  const last = before.at(-1);
  if (last?.second !== bucket.second) return [...before, bucket];
  return [...before.slice(0, -1), sum([last, bucket])];
}

function sum(buckets: readonly Bucket[]): Bucket {
  return buckets.reduce((total, bucket) => ({
    second: bucket.second,
    calls: total.calls + bucket.calls,
    failed: total.failed + bucket.failed,
    slow: total.slow + bucket.slow,
  }));
}
// #endregion window

// #region judge
/** Rates are compared only once enough calls are in the window. */
function judge(
  options: BreakerOptions,
  kept: Window,
  window: readonly Bucket[],
): "good" | "bad" | "unknown" {
  const { calls, failed, slow } = sum(window);
  const enough =
    kept.kind === "count"
      ? Math.min(options.minimumCalls, kept.calls)
      : options.minimumCalls;
  if (calls < enough) return "unknown";
  const isBad =
    failed * 100 >= options.failurePercent * calls ||
    slow * 100 >= options.slowPercent * calls;
  return isBad ? "bad" : "good";
}
// #endregion judge

function change(breaker: Breaker, state: Breaker["state"]): Breaker {
  return { period: breaker.period + 1, state };
}
