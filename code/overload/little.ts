/**
 * Little's law, L = λW, as a meter: the area under the number of those
 * inside, divided by the time, is L; the same area divided by those who
 * came is W. A meter and a stopwatch that disagree have a leak between.
 */

// #region little
export type Meter = {
  readonly atMs: number;
  readonly inside: number;
  /** Person-milliseconds so far. */
  readonly areaMs: number;
  readonly left: number;
  /** Sum of the times spent by those who left. */
  readonly spentMs: number;
};

export const idleMeter: Meter = {
  atMs: 0,
  inside: 0,
  areaMs: 0,
  left: 0,
  spentMs: 0,
};

export function advance(meter: Meter, nowMs: number): Meter {
  const passedMs = nowMs - meter.atMs;
  const areaMs = meter.areaMs + meter.inside * passedMs;
  return { ...meter, atMs: nowMs, areaMs };
}

export function enter(meter: Meter, nowMs: number): Meter {
  const now = advance(meter, nowMs);
  return { ...now, inside: now.inside + 1 };
}

export function leave(
  meter: Meter,
  spentMs: number,
  nowMs: number,
): Meter {
  const now = advance(meter, nowMs);
  const left = now.left + 1;
  const inside = now.inside - 1;
  return { ...now, inside, left, spentMs: now.spentMs + spentMs };
}

/** L as counted, and λW as timed, up to now. */
export function law(meter: Meter, nowMs: number) {
  const { areaMs, left, spentMs } = advance(meter, nowMs);
  const lambdaPerMs = left / nowMs;
  const waitMs = left === 0 ? 0 : spentMs / left;
  return { inside: areaMs / nowMs, lambdaTimesW: lambdaPerMs * waitMs };
}
// #endregion little
