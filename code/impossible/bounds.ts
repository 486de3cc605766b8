/** How many it takes: the bounds of the literature as small functions. */

// #region smallest
export type Timing = "synchronous" | "partial" | "asynchronous";
export type Faults = "crash" | "omission" | "signed" | "byzantine";

/**
 * The fewest processes for which some deterministic protocol decides in
 * spite of `faulty` of them (Dwork, Lynch and Stockmeyer, JACM 1988,
 * Table I; partial: messages and processors alike). At least one has to
 * be left that is not faulty.
 */
export function smallestGroup(
  timing: Timing,
  faults: Faults,
  faulty: number,
): number {
  if (timing === "asynchronous") return Infinity;
  if (faults === "byzantine") return 3 * faulty + 1;
  if (timing === "synchronous") return faulty + 1;
  return faults === "signed" ? 3 * faulty + 1 : 2 * faulty + 1;
}
// #endregion smallest

// #region false-suspicions
/** Heartbeats in a row that must be lost before the timeout is over. */
export function heartbeatsMissed(
  timeoutMs: number,
  heartbeatMs: number,
  delayMs: number,
): number {
  return Math.floor((timeoutMs - delayMs) / heartbeatMs);
}

/** Suspicions of a live process an hour, if losses are independent. */
export function falseAnHour(
  timeoutMs: number,
  heartbeatMs: number,
  delayMs: number,
  lossProbability: number,
): number {
  const missed = heartbeatsMissed(timeoutMs, heartbeatMs, delayMs);
  return (3_600_000 / heartbeatMs) * lossProbability ** missed;
}
// #endregion false-suspicions

// #region domains
/** The most machines that one of several equal owners has of them. */
export function mostOfOneOwner(
  machines: number,
  owners: number,
): number {
  return Math.ceil(machines / owners);
}

/** Does agreement survive it when one owner turns traitor? */
export function bearsOneOwner(
  machines: number,
  owners: number,
): boolean {
  return machines >= 3 * mostOfOneOwner(machines, owners) + 1;
}
// #endregion domains

// #region oral-count
/** Messages of OM(m): each of n generals passes on what he hears. */
export function oralMessageCount(generals: number, m: number): number {
  const lieutenants = generals - 1;
  if (m === 0) return lieutenants;
  return lieutenants * (1 + oralMessageCount(lieutenants, m - 1));
}
// #endregion oral-count
