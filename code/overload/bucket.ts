/** A token bucket: so many a second, and a burst. */

// #region bucket
export type BucketOptions = {
  readonly perSecond: number;
  readonly burst: number;
};

/** In thousandths of a token, so that a millisecond adds integers. */
export type Bucket = { readonly milli: number; readonly atMs: number };

export function fullBucket({ burst }: BucketOptions): Bucket {
  return { milli: burst * 1000, atMs: 0 };
}

/** Fill up for the time that passed; take one token if there is one. */
export function take(
  { perSecond, burst }: BucketOptions,
  bucket: Bucket,
  nowMs: number,
): readonly [Bucket, taken: boolean] {
  const earned = (nowMs - bucket.atMs) * perSecond;
  const milli = Math.min(burst * 1000, bucket.milli + earned);
  const taken = milli >= 1000;
  return [{ milli: taken ? milli - 1000 : milli, atMs: nowMs }, taken];
}
// #endregion bucket
