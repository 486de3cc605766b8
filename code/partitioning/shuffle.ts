/**
 * Shuffle sharding: each tenant has its own few of the workers. A tenant
 * that breaks its workers breaks those that share all of them with it,
 * and that is nearly nobody.
 */
import { intBetween, stream } from "../kernel/random.ts";

// #region shuffle
/** `size` different workers of `workers`, drawn for this tenant. */
export function shard(
  tenant: number,
  workers: number,
  size: number,
): readonly number[] {
  const pool = Array.from({ length: workers }, (_, worker) => worker);
  for (let at = 0; at < size; at++) {
    const other = intBetween(stream(tenant, at), at, workers - 1);
    const [a = 0, b = 0] = [pool[at], pool[other]];
    pool[at] = b;
    pool[other] = a;
  }
  return pool.slice(0, size).toSorted((a, b) => a - b);
}
// #endregion shuffle

// #region overlap
/** The chance that two tenants share exactly `shared` workers. */
export function overlapProbability(
  workers: number,
  size: number,
  shared: number,
): number {
  return (
    (choose(size, shared) * choose(workers - size, size - shared)) /
    choose(workers, size)
  );
}

function choose(n: number, k: number): number {
  let ways = 1;
  for (let at = 1; at <= k; at++) ways = (ways * (n - k + at)) / at;
  return ways;
}
// #endregion overlap
