/** All rules for two replicas that cannot hear each other; and prices. */
// unprinted: for the chapter on CAP
import { seedFrom } from "../kernel/sample.ts";
import { choices, type RoundTrips, waitMs } from "./latency.ts";
import { schedulesUpTo, tryAll } from "./rules.ts";

export const defaultSeed = 7;

/** Round trips of three regions, in ms; rounded, and no measurement. */
const roundTrips: RoundTrips = [
  [1, 70, 90],
  [70, 1, 150],
  [90, 150, 1],
];

/** Nothing here is drawn: each seed gives the same. */
export function run(_seed: number): string {
  const never = tryAll(3, false);
  const may = tryAll(2, true);
  const calls = schedulesUpTo(2).flat().length;
  return [
    "Rules that always answer, on all schedules of up to 3 calls:",
    `  ${never.pairs} pairs, ${never.linearizable} of them linearizable.`,
    "",
    "Rules that may refuse, on all schedules of up to 2 calls:",
    `  ${may.pairs} pairs, ${may.linearizable} linearizable;`,
    `  of these ${may.both} refuse nothing; the best of them refuses`,
    `  ${may.refusedMin} of ${calls} calls.`,
    "",
    "No partition: ms for a write and a read, from the worst region.",
    "",
    "replicas asked           write     read  sees the last write",
    ...choices(3).map(({ name, write, read, sees }) =>
      [
        name.padEnd(21),
        String(worst(write)).padStart(9),
        String(worst(read)).padStart(9),
        sees ? "  yes" : "  no",
      ].join(""),
    ),
  ].join("\n");
}

function worst(needed: number): number {
  return Math.max(
    ...roundTrips.map((_, from) => waitMs(roundTrips, from, needed)),
  );
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
