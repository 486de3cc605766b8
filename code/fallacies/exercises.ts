/** The arithmetic of the chapter. */

const yearS = 365.25 * 24 * 3600;

// #region arithmetic
/** Seconds a year in which nothing answers. */
export function downtimeS(failuresPerYear: number, recoveryS: number) {
  return failuresPerYear * recoveryS;
}

export function availability(downS: number): number {
  return 1 - downS / yearS;
}

/** A request that needs n parts, each there with this probability. */
export function inSeries(part: number, n: number): number {
  return part ** n;
}

/** Light in fiber does 203,000 km a second, and comes back. */
export function roundTripMs(km: number): number {
  return (2 * km * 1000) / 203_000;
}

/** If all ask at once, the last is answered within the limit. */
export function answerMsMax(askers: number, limitMs: number): number {
  return limitMs / askers;
}
// #endregion arithmetic

/** How many failures a year a promise of availability allows. */
export function failuresMax(promise: number, recoveryS: number) {
  return ((1 - promise) * yearS) / recoveryS;
}
