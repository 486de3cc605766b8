/** Practice incident: in doubt after the loss of the coordinator's disk. */
import { seedFrom } from "../kernel/sample.ts";
import { backMs, burnMs, diskLoss } from "./disk-loss.scenario.ts";
import { decisionOf } from "./protocols.scenario.ts";
import { standing, told } from "./story.scenario.ts";

export const defaultSeed = 7;

/** The incident has no chance in it; the seed changes nothing. */
export function run(_seed: number): string {
  const incident = diskLoss(true, false);
  const cases = [false, true].flatMap((isCooperative) =>
    [false, true].map((isDiskLost) => {
      const outcome = diskLoss(isDiskLost, isCooperative);
      const cells = [
        (isCooperative ? "all the others" : "coordinator only").padEnd(
          17,
        ),
        (isDiskLost ? "empty" : "kept").padEnd(6),
        decisionOf(outcome),
      ];
      return `  ${cells.join(" ")}`;
    }),
  );
  return [
    `The coordinator burns at ${burnMs} ms; another is up at ${backMs}`,
    told(incident, 400),
    "",
    standing(incident),
    "",
    "  who is asked      disk   decision",
    ...cases,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
