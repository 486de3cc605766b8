/** The Effectively-Once Triangle, and what is left without each side. */
import { seedFrom } from "../kernel/sample.ts";
import { sides, tally } from "./triangle.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const cell = (count: number) => `${count || "-"}`.padStart(7);
  const rows = sides.map((side) => {
    const { runs, never, once, twice } = tally(seed, side);
    const counts = [runs, never, once, twice].map(cell).join("");
    return `${side.name.padEnd(26)}${counts}`;
  });
  const head = ["runs", "never", "once", "twice"]
    .map((name) => name.padStart(7))
    .join("");
  return [
    "one charge; a crash at every line, or a message lost",
    "",
    `${"".padEnd(26)}${head}`,
    ...rows,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
