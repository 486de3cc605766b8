/** Sessions that each server ends by its own clock, or the log for all. */
import type { Node } from "../kernel/node.ts";
import { seedFrom } from "../kernel/sample.ts";
import { endByOwnClock } from "./broken.ts";
import { service } from "./cluster.scenario.ts";
import type { Service } from "./coordination.ts";
import { takeover } from "./own-clock.scenario.ts";

export const defaultSeed = 2;

export function run(seed: number): string {
  return [
    "Each server ends sessions by its own clock:",
    ...story(endByOwnClock(service), seed),
    "",
    "The end of a session is an entry of the log:",
    ...story(service, seed),
  ].join("\n");
}

function story(node: Node<Service>, seed: number): readonly string[] {
  const run = takeover(node, seed);
  const events = [
    [run.diedMs, "c1, the primary, dies"],
    [run.crashedMs, `${run.oldLeader}, which led the service, crashes`],
    ...run.told.map(
      ({ by, atMs }) =>
        [atMs, `${by} is told: you are primary`] as const,
    ),
    ...run.views
      .filter(({ atMs }) => atMs > run.diedMs)
      .map(
        ({ server, atMs, primary }) =>
          [atMs, `  on ${server}: /primary ${of(primary)}`] as const,
      ),
  ] as const;
  const lines = events
    .toSorted(([one], [other]) => one - other)
    .map(
      ([atMs, text]) => `${atMs.toFixed(0).padStart(5)} ms  ${text}`,
    );
  const verdict = `alive and told so: ${run.primaries.join(" and ")}`;
  return [...lines, verdict];
}

function of(primary: string | null): string {
  return primary === null
    ? "is gone"
    : `is made, and it is ${primary}'s`;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
