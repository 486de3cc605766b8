/** Answers to the exercises of the chapter that are programs. */
import { intBetween } from "../kernel/random.ts";
import type { Demand } from "./hot-key.ts";

// #region scatter
/** The chance that the slowest of `asked` partitions is slow. */
export function slowestIsSlow(slowPart: number, asked: number): number {
  return 1 - (1 - slowPart) ** asked;
}

/** The chance that at least two of these keys share a partition. */
export function someShare(keys: number, partitions: number): number {
  let noneShare = 1;
  for (let placed = 0; placed < keys; placed++)
    noneShare *= (partitions - placed) / partitions;
  return 1 - noneShare;
}
// #endregion scatter

// #region fewest-salts
/**
 * The fewest pieces that bring a key's partition down to its capacity.
 * Null if its reads alone are too many: no salt makes those fewer.
 *
 * @param others requests a second that the partition serves anyway
 */
export function fewestSalts(
  { reads, writes }: Demand,
  others: number,
  capacity: number,
): number | null {
  const room = capacity - others - reads;
  return room > 0 ? Math.max(1, Math.ceil(writes / room)) : null;
}
// #endregion fewest-salts

// #region start-at
/**
 * The load at which to begin with sharding, so that it is done before
 * one machine is full: `growth` a year (0.4 is 40 %), for `years`.
 */
export function startAt(
  usableCapacity: number,
  growth: number,
  years: number,
): number {
  return usableCapacity / (1 + growth) ** years;
}
// #endregion start-at

// #region salt-table
/** In how many pieces each salted key is; the others are whole. */
export type Salts = { readonly [key: string]: number };

/** Pieces are only ever added: old ones may hold something. */
export function addSalt(
  salts: Salts,
  key: string,
  pieces: number,
): Salts {
  return { ...salts, [key]: Math.max(salts[key] ?? 0, pieces) };
}

export function writePlace(salts: Salts, key: string, dice: number) {
  const pieces = salts[key] ?? 0;
  if (pieces === 0) return key;
  return `${key}#${intBetween(dice, 0, pieces - 1)}`;
}

/** Every place that may hold a part of it, its old one first. */
export function readPlaces(salts: Salts, key: string) {
  const pieces = salts[key] ?? 0;
  const names = Array.from({ length: pieces }, (_, n) => `${key}#${n}`);
  return [key, ...names];
}
// #endregion salt-table
