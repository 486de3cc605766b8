/** Three-phase commit waits for nobody; a partition splits its decision. */
import { seedFrom } from "../kernel/sample.ts";
import { runCut, splits } from "./partition.scenario.ts";
import {
  threePhaseCluster,
  twoPhaseCluster,
} from "./protocols.scenario.ts";
import { standing, told } from "./story.scenario.ts";

export const defaultSeed = 7;

/** All cuts are tried; the seed changes nothing. */
export function run(_seed: number): string {
  const cluster = threePhaseCluster([]);
  const found = splits(cluster, 40);
  const [first] = found;
  const others = splits(twoPhaseCluster({}, []), 40);
  const count = [
    `cuts that split three-phase commit: ${found.length}`,
    `cuts that split two-phase commit:   ${others.length}`,
  ].join("\n");
  if (first === undefined) return count;
  const outcome = runCut(cluster, first);
  return [count, told(outcome, 250), standing(outcome)].join("\n\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
