/**
 * The other half of PACELC: without a partition, consistency is paid for
 * in time (Abadi, IEEE Computer 2012). How long a call takes from each
 * region, by how many replicas have to answer before it returns.
 */

// #region latency
/** Round trips in ms, from region to region; 0 or little at home. */
export type RoundTrips = readonly (readonly number[])[];

/**
 * From region `from`, the time until `needed` of all replicas have
 * answered: the round trip to the `needed`-th nearest.
 */
export function waitMs(
  roundTrips: RoundTrips,
  from: number,
  needed: number,
): number {
  const nearest = (roundTrips[from] ?? []).toSorted((a, b) => a - b);
  return nearest[needed - 1] ?? Number.NaN;
}

export type Choice = {
  readonly name: string;
  /** Replicas that must answer a write, and a read. */
  readonly write: number;
  readonly read: number;
  /** Whether a read meets every write that was acknowledged. */
  readonly sees: boolean;
};

/** The usual choices for n replicas. */
export function choices(n: number): readonly Choice[] {
  const majority = Math.floor(n / 2) + 1;
  const pairs: readonly (readonly [string, number, number])[] = [
    ["all / one", n, 1],
    ["majority / majority", majority, majority],
    ["one / all", 1, n],
    ["majority / one", majority, 1],
    ["one / one", 1, 1],
  ];
  return pairs.map(([name, write, read]) => {
    return { name, write, read, sees: write + read > n };
  });
}
// #endregion latency
