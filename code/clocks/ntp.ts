/**
 * What one exchange with a time server tells of our clock's offset, and
 * how wrong that is when the two directions differ. Milliseconds.
 *
 * RFC 5905 (NTP version 4), section 8, "On-Wire Protocol".
 */

// #region exchange
/** Client sends at t1 and hears at t4; server hears at t2, sends at t3. */
export type Exchange = {
  readonly t1: number;
  readonly t2: number;
  readonly t3: number;
  readonly t4: number;
};

/** How far the server's clock is ahead of ours: theta in the RFC. */
export function offset({ t1, t2, t3, t4 }: Exchange): number {
  return (t2 - t1 + (t3 - t4)) / 2;
}

/** Time on the wire, both ways together: delta in the RFC. */
export function delay({ t1, t2, t3, t4 }: Exchange): number {
  return t4 - t1 - (t3 - t2);
}
// #endregion exchange

/** The exchange that these true delays and this true offset produce. */
export function exchange(
  offsetMs: number,
  thereMs: number,
  backMs: number,
): Exchange {
  const t2 = thereMs + offsetMs;
  return { t1: 0, t2, t3: t2, t4: thereMs + backMs };
}
