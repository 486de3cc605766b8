/** Two of three servers burn. What the third one holds is all there is. */
import { seedFrom } from "../kernel/sample.ts";
import { drill } from "./recovery.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const without = drill(seed, 0);
  const bumped = drill(seed, 1000);
  return [
    ...without.lines,
    "",
    `new cluster, index as it was: the next token is ${without.nextToken}`,
    `  handed out before the fire: ${without.tokens.join(" ")}`,
    `  ${verdict(without)}`,
    `new cluster, index + 1000: the next token is ${bumped.nextToken}`,
    `  ${verdict(bumped)}`,
  ].join("\n");
}

function verdict({ tokens, nextToken }: ReturnType<typeof drill>) {
  return tokens.every((token) => token < nextToken)
    ? "higher than any before: fences hold"
    : "no higher than some before: two holders may pass one fence";
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
