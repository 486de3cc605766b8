/** From many things that are wrong together to few that still are. */

// #region shrink
/**
 * Leave out halves, then quarters, and at last single ones, until none
 * can be left out (Zeller and Hildebrandt, TSE 2002: 1-minimal). `still`
 * is given fewer things: it answers null where they are not wrong any
 * more, else those of them that are; often all.
 */
export function shrink<T>(
  things: readonly T[],
  still: (fewer: readonly T[]) => readonly T[] | null,
): readonly T[] {
  let kept = things;
  let size = Math.ceil(kept.length / 2);
  while (size >= 1) {
    const before = kept.length;
    for (let from = 0; from < kept.length; ) {
      const fewer = still(kept.toSpliced(from, size));
      if (fewer === null) from += size;
      else kept = fewer;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (kept.length === before) break;
  }
  return kept;
}
// #endregion shrink
