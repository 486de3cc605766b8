/** The arithmetic of the chapter and of its exercises. */

// #region flip
const secondsOfYear = 365 * 24 * 3600;

/**
 * Hours of partition a year at which refusing has cost the users as much
 * as waiting: each request waits `extraMs` longer all year, or a `share`
 * of them is refused, each refusal worth `refusalSeconds` of waiting.
 */
export function flipHours(
  extraMs: number,
  share: number,
  refusalSeconds: number,
): number {
  const waited = (extraMs / 1000) * secondsOfYear;
  return waited / (share * refusalSeconds) / 3600;
}

/** Minutes of partition a year that an availability target allows. */
export function cutMinutes(target: number, share: number): number {
  return ((1 - target) * secondsOfYear) / share / 60;
}
// #endregion flip

// #region exposure
/** How far below zero an account can go if each site decides alone. */
export function exposure(
  sites: number,
  limit: number,
  balance: number,
): number {
  return Math.max(0, sites * limit - balance);
}
// #endregion exposure

// #region levels
/** Cassandra's consistency levels, for two data centers. */
export type Level =
  | "ONE"
  | "LOCAL_QUORUM"
  | "QUORUM"
  | "EACH_QUORUM"
  | "ALL";

/**
 * Whether a coordinator can serve this level while it reaches the `here`
 * replicas of its own data center, and none of the `there` of the other.
 */
export function isServed(
  level: Level,
  here: number,
  there: number,
): boolean {
  const majority = Math.floor((here + there) / 2) + 1;
  switch (level) {
    case "ONE":
    case "LOCAL_QUORUM":
      return here > 0;
    case "QUORUM":
      return here >= majority;
    case "EACH_QUORUM":
    case "ALL":
      return there === 0;
  }
}
// #endregion levels
