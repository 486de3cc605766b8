/**
 * Merkle trees over what a replica holds: two replicas find the keys in
 * which they differ by comparing few hashes (Merkle 1979; Dynamo, §4.7).
 */
import { hash32 } from "../placement/hash.ts";

// #region tree
/** Keys, and for each a text that is equal where the contents are. */
export type Entries = { readonly [key: string]: string };

/** Hashes from the root (level 0) to the buckets (the last level). */
export type Merkle = readonly (readonly string[])[];

/** Which of the 2^depth buckets a key falls into. */
export function bucketOf(key: string, depth: number): number {
  return Math.floor(hash32(key) / 2 ** (32 - depth));
}

/** Each bucket is hashed with its keys in order, each node by halves. */
export function merkleOf(entries: Entries, depth: number): Merkle {
  const buckets: string[] = Array(2 ** depth).fill("");
  const keys = Object.keys(entries).sort((a, b) => (a < b ? -1 : 1));
  for (const key of keys) {
    const line = JSON.stringify([key, entries[key]]);
    buckets[bucketOf(key, depth)] += line;
  }
  const levels = [buckets.map(hash64)];
  for (let left = depth; left > 0; left--) {
    const below = levels[0] ?? [];
    const pairs = Array.from({ length: below.length / 2 }, (_, at) =>
      hash64(`${below[2 * at]}${below[2 * at + 1]}`),
    );
    levels.unshift(pairs);
  }
  return levels;
}

/** 64 bits as text; where somebody may cheat, use SHA-256 instead. */
function hash64(text: string): string {
  return `${hash32(text, 1).toString(16)}-${hash32(text, 2).toString(16)}`;
}
// #endregion tree

// #region diff
export type Diff = {
  /** The buckets that differ, in order. */
  readonly buckets: readonly number[];
  /** How many hashes had to be compared. */
  readonly compared: number;
};

/** From the root down, below what differs only. Equal depths. */
export function diff(one: Merkle, other: Merkle): Diff {
  let suspects: readonly number[] = [0];
  let compared = 0;
  for (const [depth, hashes] of one.entries()) {
    compared += suspects.length;
    const differ = suspects.filter(
      (at) => hashes[at] !== other[depth]?.[at],
    );
    if (depth === one.length - 1) return { buckets: differ, compared };
    suspects = differ.flatMap((at) => [2 * at, 2 * at + 1]);
  }
  return { buckets: [], compared };
}
// #endregion diff

// #region differing-keys
/** The keys that one has and the other has not, or otherwise. */
export function differingKeys(
  one: Entries,
  other: Entries,
  depth: number,
): { readonly keys: readonly string[]; readonly compared: number } {
  const trees = [merkleOf(one, depth), merkleOf(other, depth)] as const;
  const { buckets, compared } = diff(...trees);
  const all = [
    ...new Set([...Object.keys(one), ...Object.keys(other)]),
  ];
  const keys = all
    .filter((key) => buckets.includes(bucketOf(key, depth)))
    .filter((key) => one[key] !== other[key])
    .sort((a, b) => (a < b ? -1 : 1));
  return { keys, compared };
}
// #endregion differing-keys
