/** Two requests with one key: who charges, and what the second hears. */
import { seedFrom } from "../kernel/sample.ts";
import { seconds, twoAtOnce } from "./two-at-once.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const rows = seconds.map((second) => {
    const { paid, heard } = twoAtOnce(seed, second);
    const name = second.name.padEnd(31);
    return `${name}${`${paid} x`.padStart(5)}   ${heard.join(", ")}`;
  });
  return [
    `${"two requests, one key".padEnd(31)} paid   the second hears`,
    ...rows,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
