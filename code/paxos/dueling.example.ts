/**
 * Dueling proposers: each new ballot overtakes the other's, so that none
 * is accepted ("Paxos Made Simple", §2.4). Patience and chance end it.
 */

import { seedFrom } from "../kernel/sample.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { chosenIn } from "./check.scenario.ts";
import { cluster } from "./cluster.ts";
import { majority } from "./paxos.ts";
import { tell } from "./story.scenario.ts";

export const defaultSeed = 7;

/** Two proposers 6 ms apart, three acceptors, 5 ms a message. */
export function duel(
  seed: number,
  retryMs: readonly [min: number, max: number],
): Simulation {
  const sim = simulate({
    seed,
    nodes: cluster({
      values: ["db1", "db2"],
      acceptorCount: 3,
      startAfterMs: [0, 6],
      retryMs,
    }),
    network: { delayMs: { kind: "constant", ms: 5 } },
    checkPurity: true,
  });
  sim.runUntil(1000);
  return sim;
}

export function run(seed: number): string {
  const { trace } = duel(seed, [12, 12]);
  const beginning = trace.filter(({ atMs }) => atMs <= 26);
  return [
    "retry after 12 ms, whatever happens",
    tell(beginning),
    `   ...  ${summary(duel(seed, [12, 12]))}`,
    "",
    "retry after 30 to 90 ms, by chance",
    `        ${summary(duel(seed, [30, 90]))}`,
  ].join("\n");
}

/** How many ballots there were in a second, and what came of them. */
function summary({ trace }: Simulation): string {
  const ballots = trace.filter(
    (event) => event.kind === "persist" && event.key === "ballot",
  );
  const first = chosenIn(trace, majority(3))[0];
  const outcome = first
    ? `ballot ${first.ballot} chose ${first.value}`
    : "nothing chosen";
  return `1000 ms: ${ballots.length} ballots, ${outcome}`;
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
