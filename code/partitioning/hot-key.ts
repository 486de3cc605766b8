/**
 * What can be done about a hot key, as arithmetic on the load of each
 * partition: split, salt, cache, coalesce. Loads are requests a second.
 */
import { hash32 } from "../placement/hash.ts";

// #region load
export type Demand = {
  readonly key: string;
  readonly reads: number;
  readonly writes: number;
};

/** The load of each partition, when each key is in one of them. */
export function loadsOf(
  demands: readonly Demand[],
  partitions: number,
): readonly number[] {
  const loads = Array.from({ length: partitions }, () => 0);
  for (const { key, reads, writes } of demands) {
    const at = hash32(key) % partitions;
    loads[at] = (loads[at] ?? 0) + reads + writes;
  }
  return loads;
}
// #endregion load

// #region salt
/** A key in `salts` pieces: a write goes to one, a read asks them all. */
export function salted(
  demand: Demand,
  salts: number,
): readonly Demand[] {
  return Array.from({ length: salts }, (_, salt) => ({
    key: `${demand.key}#${salt}`,
    reads: demand.reads,
    writes: demand.writes / salts,
  }));
}
// #endregion salt

// #region cache
/** A copy in each of `routers`, good for `ttlMs`, takes the reads. */
export function cached(
  demand: Demand,
  routers: number,
  ttlMs: number,
): Demand {
  const refreshes = (routers * 1000) / ttlMs;
  return { ...demand, reads: Math.min(demand.reads, refreshes) };
}
// #endregion cache

// #region coalesce
/** While one read is under way, those that come wait for its answer. */
export function coalesced(
  demand: Demand,
  services: number,
  readMs: number,
): Demand {
  const perService = demand.reads / services;
  // One under way, then on average a gap until the next one comes.
  const cycleSeconds = readMs / 1000 + 1 / perService;
  return { ...demand, reads: services / cycleSeconds };
}
// #endregion coalesce
