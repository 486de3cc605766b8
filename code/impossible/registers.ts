/**
 * Consensus between threads. Two threads with a register each, which one
 * can write and both can read, have no rule that works when each writes
 * and then reads; with one compare-and-swap the obvious rule does, for
 * any number (Herlihy, TOPLAS 1991). Neither ever waits for the other.
 */

// #region two-registers
export type Bit = 0 | 1;
/** What is in a register; null before anything was written. */
export type Seen = Bit | null;
/** What to decide, given one's own value and what one has read. */
export type Rule = (own: Bit, seen: Seen) => Bit;

export type Interleaving = {
  readonly aSees: boolean;
  readonly bSees: boolean;
};

/** Each writes, then reads: both see the other, or the first does not. */
export const interleavings: readonly Interleaving[] = [
  { aSees: true, bSees: true },
  { aSees: false, bSees: true },
  { aSees: true, bSees: false },
];

/** Do both always decide the same, and what one of them proposed? */
export function solves(
  ruleA: Rule,
  ruleB: Rule,
  runs: readonly Interleaving[],
): boolean {
  return bits.every((a) =>
    bits.every((b) =>
      runs.every(({ aSees, bSees }) => {
        const byA = ruleA(a, aSees ? b : null);
        const byB = ruleB(b, bSees ? a : null);
        return byA === byB && (byA === a || byA === b);
      }),
    ),
  );
}
// #endregion two-registers

// #region compare-and-swap
/** Writes `next` if `expected` is there; says what was there before. */
export function compareAndSwap(
  register: Seen,
  expected: Seen,
  next: Bit,
): { readonly register: Seen; readonly before: Seen } {
  const isEqual = register === expected;
  return { register: isEqual ? next : register, before: register };
}

/** Threads come in any order, each with one step; what each decides. */
export function decideBySwap(
  proposals: readonly Bit[],
): readonly Bit[] {
  let register: Seen = null;
  return proposals.map((own) => {
    const swap = compareAndSwap(register, null, own);
    register = swap.register;
    return swap.before ?? own;
  });
}
// #endregion compare-and-swap

/** All 64 rules: a decision for each own value and each reading. */
export function allRules(): readonly Rule[] {
  return Array.from({ length: 64 }, (_, code): Rule => {
    return (own, seen) => {
      const at = own * 3 + (seen === null ? 2 : seen);
      return ((code >> at) & 1) === 1 ? 1 : 0;
    };
  });
}

const bits: readonly Bit[] = [0, 1];
