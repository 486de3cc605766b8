/** The liability matrix: who dies when, what is decided, who waits. */
import { seedFrom } from "../kernel/sample.ts";
import { liabilities, twoPhaseCluster } from "./protocols.scenario.ts";

export const defaultSeed = 7;

/** Every crash point is tried; the seed changes nothing. */
export function run(_seed: number): string {
  const table = (title: string, isCooperative: boolean) => [
    title,
    "  dies         before it can      decided       blocked  held ms",
    ...liabilities(twoPhaseCluster({ isCooperative }, [])).map(
      (row) => {
        const { who, before, outcomes, blocked, heldMsMax } = row;
        const decided = outcomes
          .join(" or ")
          .replace("nothing", "none");
        const words = [
          who.padEnd(12),
          before.padEnd(18),
          decided.padEnd(15),
        ];
        const waits = `${blocked}`.padStart(5);
        return `  ${words.join(" ")}${waits}  ${heldMsMax}`.replace(
          / {2}(\d+)$/,
          (_, held: string) => held.padStart(9),
        );
      },
    ),
  ];
  return [
    ...table("In doubt: ask the coordinator", false),
    "",
    ...table("In doubt: ask the other participants too", true),
    "",
    "blocked: participants in doubt for ever if it stays down",
    "held ms: longest lock of a survivor if it is back in 300 ms",
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
