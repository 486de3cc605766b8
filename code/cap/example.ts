/** All rules for two replicas that cannot hear each other; and prices. */
import { seedFrom } from "../kernel/sample.ts";
import { choices, type RoundTrips, waitMs } from "./latency.ts";
import {
  judge,
  pastsUpTo,
  type Rule,
  schedulesOf,
  tryAll,
} from "./rules.ts";

export const defaultSeed = 7;

/** Round trips of three regions, in ms; rounded, and no measurement. */
export const roundTrips: RoundTrips = [
  [1, 70, 90],
  [70, 1, 150],
  [90, 150, 1],
];

/** Nothing here is drawn: each seed gives the same. */
export function run(_seed: number): string {
  const never = tryAll(3, false);
  const may = tryAll(2, true);
  const calls = schedulesOf(2).flat().length;
  return [
    "Rules that always answer; each replica is asked up to 3 times:",
    `  ${schedulesOf(3).length} schedules, ${never.pairs} pairs of rules,`,
    `  ${never.linearizable} of them linearizable.`,
    "",
    "Rules that may refuse; each replica is asked up to 2 times:",
    `  ${schedulesOf(2).length} schedules, ${may.pairs} pairs of rules,`,
    `  ${may.linearizable} linearizable; of these ${may.both} refuse nothing.`,
    `  The best of them refuses ${may.refusedMin} of ${calls} calls,`,
    `  a primary with a silent replica ${refusedByReplica()}.`,
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

/** One replica answers all that it is asked, the other nothing. */
function refusedByReplica(): number {
  const pasts = pastsUpTo(2);
  const told = (past: string) => (past.includes("w") ? 1 : 0);
  const primary = Object.fromEntries(
    pasts.map((past) => [past, past.endsWith("w") ? "ok" : told(past)]),
  ) as Rule;
  const silent: Rule = Object.fromEntries(
    pasts.map((past) => [past, "refuse"]),
  );
  const refused = schedulesOf(2).map(
    (schedule) => judge([primary, silent], schedule).refused,
  );
  return refused.reduce((sum, each) => sum + each, 0);
}

function worst(needed: number): number {
  return Math.max(
    ...roundTrips.map((_, from) => waitMs(roundTrips, from, needed)),
  );
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
