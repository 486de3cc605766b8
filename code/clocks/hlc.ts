/**
 * Hybrid logical clock: a logical clock that stays near the physical one.
 * `l` is the greatest physical time heard of, `c` orders the events that
 * share it. Times in milliseconds.
 *
 * Kulkarni, Demirbas, Madappa, Avva, Leone, "Logical Physical Clocks",
 * OPODIS 2014, Figure 5.
 */

// #region hlc
export type Hlc = { readonly l: number; readonly c: number };

/** Send or local event at physical time `pt`. */
export function tick(clock: Hlc, pt: number): Hlc {
  const l = Math.max(clock.l, pt);
  return { l, c: l === clock.l ? clock.c + 1 : 0 };
}

/** Receive event: `m` is the sender's stamp, `pt` our own time. */
export function receive(clock: Hlc, m: Hlc, pt: number): Hlc {
  const l = Math.max(clock.l, m.l, pt);
  if (l === clock.l && l === m.l) {
    return { l, c: Math.max(clock.c, m.c) + 1 };
  }
  if (l === clock.l) return { l, c: clock.c + 1 };
  if (l === m.l) return { l, c: m.c + 1 };
  return { l, c: 0 };
}
// #endregion hlc

/** Lexicographic. Negative if a is first. */
export function order(a: Hlc, b: Hlc): number {
  return a.l !== b.l ? a.l - b.l : a.c - b.c;
}
