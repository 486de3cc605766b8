/** Leave out one rule, and try every line at which somebody can die. */
import { seedFrom } from "../kernel/sample.ts";
import {
  doAfterUndo,
  eventLost,
  logForgotten,
  undoAgain,
} from "./broken.ts";
import { lateCharge } from "./late.scenario.ts";
import {
  danced,
  everyCrash,
  led,
  type OrderOptions,
  type Verdict,
  verdictOfDanced,
  verdictOfLed,
} from "./order.scenario.ts";

export const defaultSeed = 7;

const leaders = ["o1", "stock", "card", "parcel", "mail"];
const dancers = ["stock", "card", "parcel"];

export function run(seed: number): string {
  const parcel = { seed, refusing: "parcel" };
  const byLead = (options: Partial<OrderOptions>) =>
    everyCrash(led({ ...parcel, ...options }), leaders, verdictOfLed);
  const byDance = (options: Partial<OrderOptions>) =>
    everyCrash(
      danced({ ...parcel, ...options }),
      dancers,
      verdictOfDanced,
    );
  const late = (serve?: typeof doAfterUndo) => [
    verdictOfLed(lateCharge(seed, serve)),
  ];
  return [
    "  rule left out                       runs  wrong  the first",
    row("led: nothing", byLead({})),
    row("  the log is on disk", byLead({ lead: logForgotten })),
    row("  undone once is undone", byLead({ serve: undoAgain })),
    row("danced: nothing", byDance({})),
    row("  told until heard", byDance({ dance: eventLost })),
    row("led, a charge comes late: nothing", late()),
    row("  not done after its undo", late(doAfterUndo)),
  ].join("\n");
}

function row(left: string, verdicts: readonly Verdict[]): string {
  const wrong = verdicts.filter(
    ({ flaws, isOver }) => flaws.length > 0 || !isOver,
  );
  // The flaw of the card, if there is one: it is the customer's.
  const flaws = wrong.flatMap((verdict) => verdict.flaws);
  const first = flaws.find((flaw) => flaw.startsWith("card")) ?? "-";
  const counts = [
    `${verdicts.length}`.padStart(4),
    `${wrong.length}`.padStart(6),
  ];
  return `  ${left.padEnd(35)} ${counts.join(" ")}  ${first}`;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
