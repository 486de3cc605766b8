/** Arithmetic of the chapter on locks, and answers to its exercises. */

// #region lease-numbers
/**
 * Within which share clocks may be fast or slow, if a holder stops so long
 * after its last renewal and others wait so long: `usableMs` turned round.
 */
export function driftBoundOf(stopsMs: number, takenMs: number): number {
  return (takenMs - stopsMs) / (takenMs + stopsMs);
}

/**
 * Updates a second of one item from which on a lock costs less than the
 * work it saves. Without one, an attempt whose read-to-write window holds
 * another write is done again: e^(rate * window) attempts for each.
 */
export function flipPerSecond(
  workMs: number,
  windowMs: number,
  lockMs: number,
): number {
  return (Math.log(1 + lockMs / workMs) / windowMs) * 1000;
}

/** Round trips an operation waits for, the renewals shared among all. */
export function tripsUnderLease(
  operationsPerSecond: number,
  renewEverySeconds: number,
  tripsPerRenewal: number,
): number {
  const shared = operationsPerSecond * renewEverySeconds;
  return 1 + tripsPerRenewal / shared;
}
// #endregion lease-numbers

/** Consensus for one operation: to the leader, and to a majority. */
// #region consensus-price
export function consensusPrice(members: number) {
  const followers = members - 1;
  return { messages: 2 + 2 * followers, roundTrips: 2 };
}
// #endregion consensus-price

// #region permits
export type Fences = { readonly [permit: string]: number };

/**
 * A fence for a semaphore: each permit has one of its own, since tokens
 * of different permits are both valid. Null: the token is stale.
 */
export function admit(
  fences: Fences,
  permit: string,
  token: number,
): Fences | null {
  const highest = fences[permit] ?? 0;
  return token < highest ? null : { ...fences, [permit]: token };
}
// #endregion permits
