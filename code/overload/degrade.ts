/**
 * Less for everybody instead of nothing for some: a dimmer for optional
 * work (Klein et al., "Brownout", ICSE 2014, with a simpler controller)
 * and a ladder of degraded modes.
 */

// #region dimmer
export type DimmerOptions = {
  /** The time that no answer should exceed. */
  readonly setpointMs: number;
  /** Added in a calm period; a bad one halves. */
  readonly step: number;
};

/** The share of answers with their optional part, after a period. */
export function dim(
  { setpointMs, step }: DimmerOptions,
  dimmer: number,
  worstMs: number,
): number {
  if (worstMs > setpointMs) return dimmer / 2;
  return Math.min(1, dimmer + step);
}
// #endregion dimmer

// #region ladder
/** From the full page down; a rung is entered at its pressure. */
export type Rung = {
  readonly name: string;
  readonly atPressure: number;
};

export type Ladder = {
  readonly rung: number;
  /** Since when the pressure would allow the rung above. */
  readonly calmSinceMs: number | null;
};

/** Down at once, as far as need be; up one rung after a calm time. */
export function climb(
  rungs: readonly Rung[],
  calmMs: number,
  { rung, calmSinceMs }: Ladder,
  pressure: number,
  nowMs: number,
): Ladder {
  const wanted = rungs.findLastIndex((r) => pressure >= r.atPressure);
  if (wanted >= rung) return { rung: wanted, calmSinceMs: null };
  if (calmSinceMs === null) return { rung, calmSinceMs: nowMs };
  if (nowMs - calmSinceMs < calmMs) return { rung, calmSinceMs };
  return { rung: rung - 1, calmSinceMs: nowMs };
}
// #endregion ladder
