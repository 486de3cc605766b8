/** Name servers that find themselves unfit, all of them, all at once. */
import { seedFrom } from "../kernel/sample.ts";
import { badShare } from "./dashboard.ts";
import { withdrawal } from "./past.scenario.ts";
import { play } from "./room.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const [strict, open] = [false, true].map((failsOpen) => {
    const incident = withdrawal(failsOpen);
    return play(incident, seed, incident.mitigation).readings;
  });
  const rows = [3, 4, 5, 8, 12, 13, 14].map((minute) => {
    const share = (readings = strict) => {
      const reading = readings?.[minute - 1];
      const percent = reading ? 100 * badShare(reading) : 0;
      return `${percent.toFixed(0)} %`.padStart(16);
    };
    return `${String(minute).padStart(6)}${share()}${share(open)}`;
  });
  return [
    "Three name servers; from minute 3 to 12 the backbone is cut, and",
    "none of them reaches the data center. Each could answer all along.",
    "",
    "questions without an answer",
    "minute   each withdraws   last ones stay",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
