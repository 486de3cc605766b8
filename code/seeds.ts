/**
 * Which seeds a test tries: a few at every run, many by name. This file
 * reads the environment, and only tests may import it.
 */

/**
 * The seeds 1, 2, 3 … of a test. `npm run seeds -- raft` sets SEEDS, and
 * then every test that draws its seeds here tries so many; with `--seed 7`
 * it sets SEED, and each tries that one alone.
 *
 * @param few how many seeds a run of all tests can afford
 */
export function seeds(few: number): readonly number[] {
  const { SEED, SEEDS } = process.env;
  if (SEED !== undefined) return [Number(SEED)];
  const asked = Number(SEEDS ?? 0);
  const count = Number.isSafeInteger(asked) && asked > 0 ? asked : few;
  return Array.from({ length: count }, (_, at) => at + 1);
}
