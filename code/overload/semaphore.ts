/** A semaphore bulkhead: so many at a time, and who they are. */

// #region semaphore
export type Semaphore = {
  readonly permits: number;
  readonly holders: readonly string[];
};

export function semaphore(permits: number): Semaphore {
  return { permits, holders: [] };
}

/** One more holder; null when no permit is left. */
export function acquire(
  s: Semaphore,
  holder: string,
): Semaphore | null {
  if (s.holders.length >= s.permits) return null;
  return { ...s, holders: [...s.holders, holder] };
}

/** Give one permit back; twice, or by a stranger, changes nothing. */
export function release(s: Semaphore, holder: string): Semaphore {
  const at = s.holders.indexOf(holder);
  if (at === -1) return s;
  return { ...s, holders: s.holders.toSpliced(at, 1) };
}
// #endregion semaphore
