/** Half a failure: what the group thinks of n05, and it of the group. */
import { type Fault, oneWay } from "../kernel/faults.ts";
import { seedFrom } from "../kernel/sample.ts";
import { group, names, recorder } from "./group.scenario.ts";
import { practicalOptions } from "./options.ts";
import { membersOf, type State, swim } from "./swim.ts";

export const defaultSeed = 7;

const ids = names(16);
const others = ids.filter((id) => id !== "n05");
const atMs = 5000;

/** Nothing gets in: every link to it is cut in that direction. */
const deaf: readonly Fault[] = others.map((from) => ({
  atMs,
  kind: "cut",
  from,
  to: "n05",
}));

/** Half of the others can neither hear it nor be heard by it. */
const half: readonly Fault[] = others.slice(0, 7).flatMap((id) => [
  { atMs, kind: "cut", from: id, to: "n05" },
  { atMs, kind: "cut", from: "n05", to: id },
]);

const rows: readonly (readonly [string, readonly Fault[]])[] = [
  ["crashed", [{ atMs, kind: "crash", node: "n05" }]],
  ["hears, cannot be heard", oneWay("n05", ids, atMs)],
  ["is heard, cannot hear", deaf],
  ["cut off from 7 of 15", half],
];

export function run(seed: number): string {
  return [
    "16 members; from 5 s on n05 is ill. At 65 s:",
    "",
    "n05                       without it   it misses   suspicions of it",
    ...rows.map(([name, faults]) => row(seed, name, faults)),
    "",
    "without it: so many of 15 have no n05 among their members.",
    "it misses: so many of 15 are no members any more to n05.",
  ].join("\n");
}

function row(seed: number, name: string, faults: readonly Fault[]) {
  const { changes, hear } = recorder();
  const sim = group(ids, swim(practicalOptions), {
    seed,
    onStep: hear,
    network: { delayMs: { kind: "uniform", min: 1, max: 20 } },
    faults,
  });
  sim.runUntil(65_000);
  const without = others.filter(
    (id) => !membersOf(sim.state<State>(id)).includes("n05"),
  ).length;
  const missed = sim.isUp("n05")
    ? `${15 - membersOf(sim.state<State>("n05")).length}`
    : "-";
  const suspicions = new Set(
    changes
      .filter(
        ({ update }) =>
          update.member === "n05" && update.status === "suspect",
      )
      .map(({ update }) => update.incarnation),
  ).size;
  const cells = [
    `${without}`.padStart(12),
    missed.padStart(12),
    `${suspicions}`.padStart(18),
  ];
  return `${name.padEnd(24)}${cells.join("")}`;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
