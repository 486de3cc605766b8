/** What the exercises of the chapter compute, and what they change. */
import { type Class, classes, type Shares } from "./shed.ts";

// #region refused-share
/** Erlang's formula: no queue, chance arrivals, so many busy if none
 * were ever refused. The share of arrivals that finds no thread. */
export function refusedShare(threads: number, busy: number): number {
  let share = 1;
  for (let n = 1; n <= threads; n += 1)
    share = (busy * share) / (n + busy * share);
  return share;
}

/** The fewest threads that refuse no more than this share. */
export function threadsFor(busy: number, atMost: number): number {
  let threads = 0;
  while (refusedShare(threads, busy) > atMost) threads += 1;
  return threads;
}
// #endregion refused-share

/** Rate at which a shared pool of threads is full of calls that wait. */
export function flipRate(
  threads: number,
  timeoutMs: number,
  wellMs: number,
): number {
  return (2 * threads * 1000) / (timeoutMs + wellMs);
}

// #region guaranteed
/** A place of their own for each class, and what is free for all. */
export function hasPlace(
  own: Shares,
  name: Class,
  inside: { readonly [name in Class]: number },
  limit: number,
): boolean {
  const isWithinOwn = inside[name] < own[name] * limit;
  const total = classes.reduce((sum, c) => sum + inside[c], 0);
  return isWithinOwn || total < limit;
}
// #endregion guaranteed
