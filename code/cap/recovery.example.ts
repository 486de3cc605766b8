/** Six writes that one coast has and the other has not. */
import { seedFrom } from "../kernel/sample.ts";
import { reconcile, type Write } from "./recovery.ts";

export const defaultSeed = 7;

/** Taken in the East before the failover, never copied to the West. */
export const east: readonly Write[] = [
  { key: "pr 17 status", value: "merged" },
  { key: "issue 4 title", value: "Crash on save" },
  { key: "issue 4 title", value: "Crash on save, Windows only" },
  { key: "user ada email", value: "ada@example.org" },
  { key: "pr 18 status", value: "closed" },
  { key: "star 99 by bob", value: true },
];

/** Taken in the West since. */
export const west: readonly Write[] = [
  { key: "pr 18 status", value: "merged" },
  { key: "pr 19 status", value: "open" },
  { key: "star 99 by bob", value: true },
  { key: "user ada email", value: "a.lovelace@example.org" },
  { key: "pr 17 status", value: "open" },
  { key: "pr 17 status", value: "merged" },
];

/** Nothing here is drawn: each seed gives the same. */
export function run(_seed: number): string {
  const { apply, repeated, ask } = reconcile(east, west);
  const part = (name: string, writes: readonly Write[]) => [
    name,
    ...writes.map(({ key, value }) => `  ${key}: ${value}`),
  ];
  return [
    ...part("Bring over, nobody touched these:", apply),
    ...part("Drop, the user has done it again:", repeated),
    ...part("Ask somebody:", ask),
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
