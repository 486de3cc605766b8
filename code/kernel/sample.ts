/** What every example shares: the seed named on its command line. */

/**
 * The number after `--seed` (also `--seed=7`), or the default. Whatever
 * else is there ends the program with a word of help.
 */
export function seedFrom(
  argv: readonly string[],
  defaultSeed: number,
): number {
  const words = argv.slice(2);
  const [word = "", next = ""] = words;
  if (words.length === 0) return defaultSeed;
  const found = /^--seed(?:=(.*))?$/.exec(word);
  const text = found?.[1] ?? next;
  const isAll = words.length === (found?.[1] === undefined ? 2 : 1);
  const isNumber = /^\d+$/.test(text) && Number(text) < 2 ** 32;
  if (found && isAll && isNumber) return Number(text);
  if (word === "--help") console.log(usage);
  else console.error(usage);
  return process.exit(word === "--help" ? 0 : 1);
}

const usage = `It takes one option:
  --seed N   a whole number below 2^32; each gives another run`;
