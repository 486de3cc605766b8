/** Eleven incidents: left alone, treated, and treated badly. */
import { seedFrom } from "../kernel/sample.ts";
import { damage } from "./dashboard.ts";
import { incidents } from "./data.scenario.ts";
import { minutes, threeWays } from "./room.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const rows = incidents.map((incident) => {
    const ways = threeWays(incident, seed);
    const cells = [ways.untreated, ways.mitigated, ways.worse].map(
      (readings) => {
        const { minutes, calls } = damage(readings);
        const text = `${minutes} min`.padStart(7);
        return `${text}${String(calls).padStart(6)}`;
      },
    );
    return `${incident.name.padEnd(22)}  ${cells.join("  ")}`;
  });
  return [
    `Of ${minutes} minutes those degraded (over 5 % of the answers bad),`,
    "and the number of bad answers.",
    "",
    "                            untreated      mitigated     made worse",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
