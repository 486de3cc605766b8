/** How many hashes find the keys in which two replicas differ. */
import { intBetween, stream } from "../kernel/random.ts";
import { seedFrom } from "../kernel/sample.ts";
import { differingKeys, type Entries } from "./merkle.ts";

export const defaultSeed = 7;

const count = 10_000;
const depth = 10;

export function run(seed: number): string {
  const one: Entries = Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`key-${at}`, "old"]),
  );
  const rows = [0, 1, 10, 100, 1000].map((changes) => {
    const other: { [key: string]: string } = { ...one };
    for (let nth = 0; nth < changes; nth++) {
      const at = intBetween(stream(seed, nth), 0, count - 1);
      other[`key-${at}`] = "new";
    }
    const { keys, compared } = differingKeys(one, other, depth);
    const cells = [keys.length, compared, count].map((cell) =>
      String(cell).padStart(10),
    );
    return cells.join("");
  });
  return [
    `Two replicas of ${count} keys, trees of ${2 ** depth} buckets:`,
    "",
    "    differ    hashes      keys",
    ...rows,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
