/** The Failure-Detector Trilemma, measured: fast, accurate, cheap. */
import { seedFrom } from "../kernel/sample.ts";
import { detector, type Judge } from "./detector.ts";
import {
  type Measured,
  measure,
  phiJudge,
} from "./measure.scenario.ts";

export const defaultSeed = 7;

type Row = readonly [name: string, heartbeatMs: number, judge: Judge];

const fixed = (timeoutMs: number): Judge => ({
  kind: "fixed",
  timeoutMs,
});

const rows: readonly Row[] = [
  ["timeout 300 ms", 200, fixed(300)],
  ["timeout 700 ms", 200, fixed(700)],
  ["timeout 2000 ms", 200, fixed(2000)],
  ["timeout 700 ms", 25, fixed(700)],
  ["phi > 1", 200, phiJudge(1)],
  ["phi > 8", 200, phiJudge(8)],
  ["phi > 30", 200, phiJudge(30)],
];

/** What this day asks for; which of the three does a detector miss? */
function givenUp(measured: Measured): string {
  const wishes: readonly (readonly [string, boolean])[] = [
    ["fast", measured.detectionMs <= 750],
    ["accurate", measured.falseAnHour <= 1],
    ["cheap", measured.messagesASecond <= 100],
  ];
  return wishes
    .filter(([, isMet]) => !isMet)
    .map(([name]) => name)
    .join(", ");
}

export function run(seed: number): string {
  const lines = rows.map(([name, heartbeatMs, judge]) => {
    const node = detector({ heartbeatMs, checkMs: 10, judge });
    const measured = measure(node, [seed, seed + 1]);
    return [
      name.padEnd(17),
      ...[
        heartbeatMs,
        measured.messagesASecond,
        measured.detectionMs,
        measured.detectionMsMax,
        measured.falseAnHour,
      ].map((value) => value.toFixed(0).padStart(8)),
      `  ${givenUp(measured)}`,
    ].join("");
  });
  return [
    "Five nodes; 5% of messages lost, delays 5 ms (median), 60 ms (p99),",
    "pauses of up to 600 ms. Then n5 crashes; when do all suspect it?",
    "",
    "detector         beat, ms  msgs/s mean, ms max, ms  false/h  given up",
    ...lines,
    "",
    "false/h: suspicions of a live node, for one pair of nodes in an hour.",
    "Fast: 750 ms in the mean; accurate: once an hour; cheap: 100 msgs/s.",
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
