/**
 * The dashboard: what a person sees of the system, once a minute. Each
 * number is a pure function of what the nodes know.
 */
import {
  type CustomersState,
  minuteMs,
  type Outcome,
} from "./customers.ts";

// #region reading
/** One minute, as the customers and the machines had it. */
export type Reading = {
  /** The minute that has just ended; the first is 1. */
  readonly minute: number;
  readonly perSecond: number;
  /** Of the calls that ended: refused, unanswered, or too late. */
  readonly errors: number;
  /** Of the calls that ended: answered, with less than the truth. */
  readonly wrong: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
} & Gauges;

/** What machines tell of themselves at the end of the minute. */
export type Gauges = {
  readonly queue: number;
  readonly lagMs: number;
  /** Of the busiest part: 1 is all it has. */
  readonly saturation: number;
  /** Servers that take writes and believe that they alone do. */
  readonly leaders: number;
};
// #endregion reading

export const still: Gauges = {
  queue: 0,
  lagMs: 0,
  saturation: 0,
  leaders: 1,
};

// #region reading-of
/** The minute before `nowMs`, as all these customers had it. */
export function readingOf(
  crowds: readonly CustomersState[],
  gauges: Gauges,
  nowMs: number,
): Reading {
  const ended = crowds
    .flatMap(({ recent }) => recent)
    .filter(({ endedMs }) => endedMs > nowMs - minuteMs);
  const share = (verdict: Outcome["verdict"]) =>
    ended.filter((one) => one.verdict === verdict).length /
    Math.max(1, ended.length);
  const tookMs = ended.map((one) => one.tookMs);
  return {
    minute: Math.round(nowMs / minuteMs),
    perSecond: (ended.length * 1000) / minuteMs,
    errors: share("failed"),
    wrong: share("wrong"),
    p50Ms: percentile(tookMs, 50),
    p99Ms: percentile(tookMs, 99),
    ...gauges,
  };
}

/** The least value that `percent` of all do not exceed; 0 of none. */
export function percentile(
  values: readonly number[],
  percent: number,
): number {
  const ordered = values.toSorted((one, other) => one - other);
  const rank = Math.ceil((percent / 100) * ordered.length);
  return ordered[Math.max(0, rank - 1)] ?? 0;
}
// #endregion reading-of

// #region degraded
/** More than this share of bad answers, and a minute is degraded. */
export const degradedAbove = 0.05;

export function badShare({ errors, wrong }: Reading): number {
  return errors + wrong;
}

export function isDegraded(reading: Reading): boolean {
  return badShare(reading) > degradedAbove;
}

/** Minutes degraded, and bad answers in all of them. */
export function damage(readings: readonly Reading[]) {
  const bad = readings.map(
    (r) => badShare(r) * r.perSecond * (minuteMs / 1000),
  );
  return {
    minutes: readings.filter(isDegraded).length,
    calls: Math.round(bad.reduce((sum, one) => sum + one, 0)),
  };
}
// #endregion degraded

// #region table
/** Readings as lines; `marks` gives a remark to a minute. */
export function table(
  readings: readonly Reading[],
  marks: { readonly [minute: number]: string } = {},
): readonly string[] {
  const head =
    "min  req/s  err %  wrong %   p50 s   p99 s  queue  busy %";
  return [head, ...readings.flatMap((r) => [row(r), ...remark(r)])];

  function remark({ minute }: Reading): readonly string[] {
    const text = marks[minute];
    return text === undefined ? [] : [`     -- ${text}`];
  }
}

function row(r: Reading): string {
  return [
    String(r.minute).padStart(3),
    r.perSecond.toFixed(1).padStart(7),
    (r.errors * 100).toFixed(0).padStart(7),
    (r.wrong * 100).toFixed(0).padStart(9),
    (r.p50Ms / 1000).toFixed(1).padStart(8),
    (r.p99Ms / 1000).toFixed(1).padStart(8),
    String(r.queue).padStart(7),
    (r.saturation * 100).toFixed(0).padStart(8),
  ].join("");
}
// #endregion table
