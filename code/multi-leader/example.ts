/** Two leaders take writes to one key: what each resolution makes of it. */
import { historyOf } from "../kernel/history.ts";
import { seedFrom } from "../kernel/sample.ts";
import { mineWins } from "./broken.ts";
import { allOf, held, play, servers } from "./cluster.scenario.ts";
import { multiLeader } from "./multi-leader.ts";
import {
  keepSiblings,
  lastWriteWins,
  type Resolve,
  union,
} from "./resolve.ts";

export const defaultSeed = 7;

const resolutions: readonly (readonly [string, Resolve])[] = [
  ["siblings", keepSiblings],
  ["last write wins", lastWriteWins],
  ["union of the words", union],
];

export function run(seed: number): string {
  const node = multiLeader({
    topology: "all-to-all",
    resolve: keepSiblings,
    shipMs: 50,
  });
  const add = (value: string) => [
    { type: "write", key: "cart", value },
  ];
  const writes = { n1: add("eggs"), n3: add("milk") };
  const network = {
    delayMs: { kind: "uniform", min: 1, max: 9 },
  } as const;
  const sim = play(allOf(node), writes, { seed, network });
  sim.runUntil(1000);
  const told = historyOf(sim.trace, ["c1", "c2"]).map(
    ({ process, args, returnMs }) =>
      `${(returnMs ?? 0).toFixed(1).padStart(6)} ms  ` +
      `${process} is told that "${args.value}" is written`,
  );
  const shown = (resolve: (id: string) => Resolve) =>
    servers
      .map((id) => held(sim, id, "cart", resolve(id)).join(" | "))
      .map((values) => values.padEnd(13))
      .join("")
      .trimEnd();
  const rows = resolutions.map(
    ([name, resolve]) => `${name.padEnd(20)}${shown(() => resolve)}`,
  );
  return [
    ...told,
    "",
    `${"".padEnd(20)}${servers
      .map((id) => id.padEnd(13))
      .join("")
      .trimEnd()}`,
    ...rows,
    `${"mine wins".padEnd(20)}${shown(mineWins)}`,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
