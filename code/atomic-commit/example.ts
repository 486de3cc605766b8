/** Two-phase commit when nothing goes wrong: messages and writes. */
import { seedFrom } from "../kernel/sample.ts";
import { countForced, runCommit } from "./cluster.scenario.ts";
import { twoPhaseCluster } from "./protocols.scenario.ts";
import { standing, told } from "./story.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const cluster = twoPhaseCluster({ participants: ["p1", "p2"] }, []);
  const outcome = runCommit(cluster, {
    seed,
    untilMs: 100,
    network: { delayMs: { kind: "uniform", min: 2, max: 9 } },
  });
  const writes = `forced writes: ${countForced(outcome)}`;
  return [told(outcome, 100), standing(outcome), writes].join("\n\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
