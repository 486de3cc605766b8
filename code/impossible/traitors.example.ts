/** Generals with one traitor among them: every rule and every lie. */
import { seedFrom } from "../kernel/sample.ts";
import { everyLie, searchTeams } from "./byzantine.ts";

export const defaultSeed = 7;

/** Nothing here is left to chance: every lie is told. */
export function run(_seed: number): string {
  const majority = [3, 4, 5].map((generals) => {
    const { runs, failures } = everyLie(generals, 1);
    const row = [generals, runs, failures.length];
    return row.map((cell) => String(cell).padStart(8)).join("  ");
  });
  const [worst] = everyLie(3, 1).failures;
  const taken = worst?.taken.map(
    ([id, order]) => `${id} takes ${order}`,
  );
  const every = [2, 3].map((lieutenants) => {
    const found = searchTeams(lieutenants);
    const row = [
      lieutenants + 1,
      found.rules.length,
      found.obedient.length,
      found.teams.length,
      found.agreeing.length,
    ];
    return row.map((cell) => String(cell).padStart(8)).join("  ");
  });
  return [
    "Say it, say it on, take the majority: OM(1) against every lie.",
    "generals      lies     fail",
    ...majority,
    `of three: commander ${worst?.order}, traitor ${worst?.traitor}, ${taken?.join()} (${worst?.rule})`,
    "",
    "Every rule that a lieutenant could have instead.",
    "generals     rules  keep IC2     teams  keep IC1",
    ...every,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
