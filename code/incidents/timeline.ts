/**
 * The timeline of a post-mortem, from what the dashboard showed and what
 * was done. Nobody's memory is asked.
 */
import { minuteMs } from "./customers.ts";
import {
  badShare,
  damage,
  isDegraded,
  type Reading,
} from "./dashboard.ts";
import { pages, worstOf } from "./paging.ts";

// #region timeline
/** Something that was done, at minutes since the start. */
export type Done = { readonly atMin: number; readonly label: string };

export type Timeline = {
  readonly beganMin: number | null;
  readonly detectedMin: number | null;
  /** The last deed before it was over. */
  readonly mitigatedMin: number | null;
  /** From here on no minute was degraded. */
  readonly resolvedMin: number | null;
  readonly minutesDegraded: number;
  readonly badCalls: number;
  readonly severity: 1 | 2 | 3 | 4;
};

/** Trouble is seen to begin with the first degraded minute. */
export function timelineOf(
  readings: readonly Reading[],
  deeds: readonly Done[],
  objective: number,
): Timeline {
  const bad = readings.filter(isDegraded).map((r) => r.minute);
  const [first = null] = bad;
  const last = bad.at(-1) ?? null;
  const isOver = last !== null && last < readings.length;
  const resolvedMin = isOver ? last : null;
  const { minutes, calls } = damage(readings);
  return {
    beganMin: first === null ? null : first - 1,
    detectedMin: detected(readings, objective),
    mitigatedMin:
      resolvedMin === null ? null : helpful(resolvedMin, deeds),
    resolvedMin,
    minutesDegraded: minutes,
    badCalls: calls,
    severity: worstOf(readings.map(impactOf)),
  };
}
// #endregion timeline

// #region detected
/** So long before the first reading all was well, we suppose. */
const calmMin = 360;

/** The end of the minute in which the pager rang. */
function detected(readings: readonly Reading[], objective: number) {
  const seen = readings.map((r) => {
    const calls = (r.perSecond * minuteMs) / 1000;
    return { calls, bad: calls * badShare(r) };
  });
  const good = { calls: seen[0]?.calls ?? 0, bad: 0 };
  const before = Array.from({ length: calmMin }, () => good);
  const [first] = pages([...before, ...seen], objective, 15);
  return first === undefined ? null : first - calmMin;
}

// #region helpful
/** The last thing that was done before it was over. */
function helpful(resolvedMin: number, deeds: readonly Done[]) {
  const before = deeds.filter(({ atMin }) => atMin <= resolvedMin);
  return before.at(-1)?.atMin ?? null;
}
// #endregion helpful
// #endregion detected

function impactOf({ errors, wrong }: Reading) {
  return { errors, wrong, losesData: false };
}

// #region intervals
/** Minutes from one to the other; null if either never came. */
export function between(
  from: number | null,
  to: number | null,
): number | null {
  return from === null || to === null ? null : to - from;
}
// #endregion intervals

// #region written
/** The timeline as it is written down: in the order of time. */
export function written(
  readings: readonly Reading[],
  trouble: readonly Done[],
  deeds: readonly Done[],
  objective: number,
): readonly string[] {
  const t = timelineOf(readings, deeds, objective);
  const named = (who: string, all: readonly Done[]) =>
    all.map((done) => ({ ...done, who }));
  const mark = (who: string, atMin: number | null, label: string) =>
    atMin === null ? [] : [{ who, atMin, label }];
  const entries = [
    ...named("trouble", trouble),
    ...mark("impact", t.beganMin, "the first degraded minute begins"),
    ...mark("detected", t.detectedMin, "the pager rings"),
    ...named("action", deeds),
    ...mark("resolved", t.resolvedMin, "the last degraded minute ends"),
  ].toSorted((one, other) => one.atMin - other.atMin);
  const lines = entries.map(
    ({ atMin, who, label }) =>
      `${clock(atMin)}  ${who.padEnd(9)} ${label}`,
  );
  const span = (name: string, min: number | null) =>
    `${name.padEnd(17)} ${min === null ? "never" : `${min} min`}`;
  return [
    ...lines,
    "",
    span("time to detect", between(t.beganMin, t.detectedMin)),
    span("time to mitigate", between(t.beganMin, t.mitigatedMin)),
    span("time to resolve", between(t.beganMin, t.resolvedMin)),
    `severity ${t.severity}; ${t.minutesDegraded} minutes degraded, ` +
      `${t.badCalls} bad calls`,
  ];
}

/** Minutes since the start as m:ss. */
function clock(atMin: number): string {
  const seconds = Math.round(atMin * 60);
  const rest = String(seconds % 60).padStart(2, "0");
  return `${Math.floor(seconds / 60)}:${rest}`.padStart(5);
}
// #endregion written
