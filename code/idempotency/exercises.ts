/** What the exercises of the chapter compute, and what they build. */
import type { Json } from "../kernel/node.ts";
import {
  type Claim,
  claim,
  fingerprint,
  isFinished,
  type KeyOptions,
  type Keys,
} from "./keys.ts";

// #region sums
/** Bytes that the table of keys takes when it is full. */
export function keyTableBytes(
  keysPerSecond: number,
  keepHours: number,
  bytesPerKey: number,
): number {
  return keysPerSecond * keepHours * 3600 * bytesPerKey;
}

/** That two of so many random keys of so many bits are equal. */
export function clashProbability(keys: number, bits: number): number {
  return -Math.expm1(-(keys * (keys - 1)) / 2 / 2 ** bits);
}

/** From so many calls a day on, building keys pays within these days. */
export function breakEvenCallsPerDay(
  buildHours: number,
  minutesPerDuplicate: number,
  duplicateShare: number,
  days: number,
): number {
  const duplicates = (buildHours * 60) / minutesPerDuplicate;
  return duplicates / duplicateShare / days;
}
// #endregion sums

// #region intent-fingerprint
/** Only what the wish is made of; a time of sending is not part of it. */
export function intentFingerprint(
  payload: { readonly [field: string]: Json },
  fields: readonly string[],
): string {
  const wish = fields.map((field) => [field, payload[field] ?? null]);
  return fingerprint(Object.fromEntries(wish));
}
// #endregion intent-fingerprint

// #region claim-at-most
export type CappedClaim = Claim | { readonly kind: "poisoned" };

/** After so many claims without an end, a human has to look. */
export function claimAtMost(
  attemptsMax: number,
  keys: Keys,
  key: string,
  print: string,
  nowMs: number,
  options: KeyOptions,
): readonly [Keys, CappedClaim] {
  const [next, mine] = claim(keys, key, print, nowMs, options);
  if (mine.kind !== "mine" || mine.record.attempt <= attemptsMax)
    return [next, mine];
  return [keys, { kind: "poisoned" }];
}
// #endregion claim-at-most

/** Keys that nobody has finished since then: what a human looks at. */
export function stuck(keys: Keys, nowMs: number, ageMs: number) {
  return Object.entries(keys)
    .filter(([, r]) => !isFinished(r) && nowMs - r.startedMs > ageMs)
    .map(([key]) => key);
}
