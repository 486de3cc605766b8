/** All voted yes and the coordinator is silent: who may move? Nobody. */
import { seedFrom } from "../kernel/sample.ts";
import { blocked, runCommit } from "./cluster.scenario.ts";
import { twoPhaseCluster } from "./protocols.scenario.ts";
import { standing, told } from "./story.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const cluster = twoPhaseCluster({ participants: ["p1", "p2"] }, []);
  // It has both votes and would now write its decision.
  const crash = { node: "c", step: 2, effect: 0 };
  const tell = (restartAfterMs: number | null, toMs: number) => {
    const options = { seed, untilMs: 1000, crash, restartAfterMs };
    const outcome = runCommit(cluster, options);
    const inDoubt = blocked(outcome).join(", ") || "nobody";
    return [
      told(outcome, toMs),
      standing(outcome),
      `in doubt after a second: ${inDoubt}`,
    ].join("\n");
  };
  return [
    "The coordinator does not come back",
    tell(null, 80),
    "",
    "It comes back after 500 ms, with nothing in its log",
    tell(500, 0).split("\n").slice(1).join("\n"),
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
