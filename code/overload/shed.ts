/**
 * Whom to turn away first. The classes are Google's (Site Reliability
 * Engineering, ch. 21); the shares are ours.
 */

// #region shed
/** From what hurts users most to what may often be refused. */
export const classes = [
  "critical-plus",
  "critical",
  "sheddable-plus",
  "sheddable",
] as const;
export type Class = (typeof classes)[number];

/** Each class may fill the place up to its share. */
export type Shares = { readonly [name in Class]: number };

export const shares: Shares = {
  "critical-plus": 1,
  critical: 0.9,
  "sheddable-plus": 0.6,
  sheddable: 0.3,
};

/** Is there room for one more of this class beside `inFlight`? */
export function hasRoom(
  shares: Shares,
  name: Class,
  inFlight: number,
  limit: number,
): boolean {
  return inFlight < shares[name] * limit;
}
// #endregion shed
