/**
 * Chance as plain integers. A `dice` is an unsigned 32-bit counter; it is
 * stepped by `nextDice` and read by `fraction` or `intBetween`. Nothing is
 * hidden: whoever holds the integer can draw the same numbers again.
 *
 * The counter walks by the golden ratio and is scrambled only when read
 * (SplitMix: Steele, Lea and Flood, OOPSLA 2014), so it visits all 2^32
 * values before it repeats. Good for simulation, useless for secrets.
 */

// #region dice
/** The dice after this one. */
export function nextDice(dice: number): number {
  return (dice + 0x9e3779b9) >>> 0;
}

/** A number in [0, 1). */
export function fraction(dice: number): number {
  return scramble(dice) / 2 ** 32;
}

/** A whole number from min to max, both included. */
export function intBetween(
  dice: number,
  min: number,
  max: number,
): number {
  return min + Math.floor(fraction(dice) * (max - min + 1));
}

/** The n-th of many dice that have nothing to do with each other. */
export function stream(dice: number, n: number): number {
  return scramble(
    scramble(dice) ^ scramble(Math.imul(n + 1, 0x85ebca6b)),
  );
}

/** Flips about half of the bits when one bit of the input changes. */
function scramble(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}
// #endregion dice
