/** Two acknowledged writes that are gone, and why. */
import { seedFrom } from "../kernel/sample.ts";
import { confirmedByAll, confirmedByOne } from "./ack.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const fate = (isLost: boolean) =>
    `          "b" is ${isLost ? "lost" : "still there"}`;
  const one = confirmedByOne(seed);
  const unclean = confirmedByAll(seed, true);
  const clean = confirmedByAll(seed, false);
  return [
    "acks=1, and a failover:",
    ...one.lines,
    fate(one.isLost),
    "",
    "acks=all, and an unclean election:",
    ...unclean.lines,
    fate(unclean.isLost),
    "",
    "acks=all, and only clean elections: without a leader meanwhile",
    ...clean.lines.slice(-9),
    fate(clean.isLost),
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
