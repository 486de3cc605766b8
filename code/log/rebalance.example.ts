/** A third consumer joins: all stop, or only what has to move does. */
import { seedFrom } from "../kernel/sample.ts";
import {
  eagerOptions,
  groupOf,
  groupOptions,
  ownedBy,
  watchGroup,
} from "./groups.scenario.ts";

export const defaultSeed = 7;

const members = ["c1", "c2", "c3"];

export function run(seed: number): string {
  return [
    ...story("eager", seed, eagerOptions),
    "",
    ...story("cooperative", seed, groupOptions),
  ].join("\n");
}

function story(
  name: string,
  seed: number,
  group: typeof groupOptions,
): readonly string[] {
  const delayMs = { kind: "constant", ms: 2 } as const;
  const sim = groupOf({
    seed,
    group,
    network: { delayMs },
    members: { c1: 200, c2: 205, c3: 900 },
  });
  sim.runUntil(890);
  const start = ownedBy(sim, members);
  const { changes, idlePartitionMs, taken } = watchGroup(
    sim,
    members,
    1500,
  );
  const rows = [{ atMs: 890, owned: start }, ...changes].map(
    ({ atMs, owned }) => {
      const cells = members.map((id) => {
        const own = (owned[id] ?? []).map((p) => p.slice(-1));
        return (own.join(" ") || "-").padEnd(9);
      });
      const time = `${atMs.toFixed(0).padStart(6)} ms`;
      return `${time}   ${cells.join("  ")}`.trimEnd();
    },
  );
  const heads = members.map((id) => id.padEnd(9)).join("  ");
  const idle = `idle: ${idlePartitionMs.toFixed(0)} partition-ms`;
  return [
    `${name.padEnd(12)}${heads}`.trimEnd(),
    ...rows,
    `  taken away: ${taken}, ${idle}`,
  ];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
