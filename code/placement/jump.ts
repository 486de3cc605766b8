/**
 * Jump consistent hash: no memory at all, for nodes that are numbered
 * and leave only at the end (Lamping and Veach, arXiv:1406.2294, 2014).
 */

// #region jump
/**
 * The bucket, 0 to `buckets` - 1, of a key of 64 bits. As buckets are
 * added, a key that moves moves to the new one; the loop leaps from one
 * such move to the next, about ln(buckets) times.
 */
export function jump(key: bigint, buckets: number): number {
  let state = key;
  let bucket = -1;
  let next = 0;
  while (next < buckets) {
    bucket = next;
    state = BigInt.asUintN(64, state * 2862933555777941757n + 1n);
    const draw = Number(state >> 33n) + 1;
    next = Math.floor((bucket + 1) * (2 ** 31 / draw));
  }
  return bucket;
}
// #endregion jump
