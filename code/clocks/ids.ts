/**
 * Ids that sort by the clock of the machine that made them, in the
 * layout of Twitter's Snowflake: 41 bits of milliseconds, 10 of worker,
 * 12 of sequence. Milliseconds count from an epoch of the user's choice.
 */

export type Generator = {
  readonly worker: number;
  readonly lastMs: number;
  readonly sequence: number;
};
export type Made =
  | {
      readonly kind: "id";
      readonly id: string;
      readonly next: Generator;
    }
  | { readonly kind: "refused"; readonly waitMs: number };

// #region snowflake
/** An id for `nowMs` of our epoch, or the time to wait for one. */
export function next(generator: Generator, nowMs: number): Made {
  const { worker, lastMs, sequence } = generator;
  if (nowMs < lastMs)
    return { kind: "refused", waitMs: lastMs - nowMs };
  const number = nowMs === lastMs ? sequence + 1 : 0;
  if (number > 4095) return { kind: "refused", waitMs: 1 };
  const id =
    (BigInt(nowMs) << 22n) | (BigInt(worker) << 12n) | BigInt(number);
  const after = { worker, lastMs: nowMs, sequence: number };
  return { kind: "id", id: id.toString(), next: after };
}
// #endregion snowflake
