/** What every example shares: the seed named on its command line. */

/**
 * The number after `--seed` (also `--seed=7`), or the default.
 * Throws when what is there is not a whole number from 0 to 2^32 - 1.
 */
export function seedFrom(
  argv: readonly string[],
  defaultSeed: number,
): number {
  const at = argv.findIndex((word) => /^--seed(=|$)/.test(word));
  if (at < 0) return defaultSeed;
  const text = argv[at]?.split("=")[1] ?? argv[at + 1] ?? "";
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed >= 2 ** 32) {
    throw new Error(`--seed wants a whole number, not "${text}"`);
  }
  return seed;
}
