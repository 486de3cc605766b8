/** Truncation by high watermark loses what truncation by epoch keeps. */
import { seedFrom } from "../kernel/sample.ts";
import { truncateToWatermark } from "./broken.ts";
import { broker } from "./broker.ts";
import { brokerOptions } from "./cluster.scenario.ts";
import { twoCrashes } from "./truncation.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const right = broker(brokerOptions);
  const old = twoCrashes(seed, truncateToWatermark(right));
  const now = twoCrashes(seed, right);
  const verdict = (survives: boolean) =>
    survives ? "m2 is still there" : "m2 is lost";
  return [
    "truncate to the own high watermark:",
    ...old.lines,
    `         ${verdict(old.survives)}`,
    "",
    "truncate to where the leader's epoch ended (KIP-101):",
    ...now.lines,
    `         ${verdict(now.survives)}`,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
