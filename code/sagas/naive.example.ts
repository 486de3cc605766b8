/** An order process that remembers in memory where it is, and dies. */
import { seedFrom } from "../kernel/sample.ts";
import { logForgotten } from "./broken.ts";
import {
  everyCrash,
  led,
  type OrderOptions,
  play,
  verdictOfLed,
} from "./order.scenario.ts";
import { story } from "./story.scenario.ts";

export const defaultSeed = 7;

const everybody = ["o1", "stock", "card", "parcel", "mail"];

export function run(seed: number): string {
  const options = {
    seed,
    refusing: "parcel",
    lead: logForgotten,
  } satisfies OrderOptions;
  // It has heard that no carrier takes the parcel, and done nothing yet.
  const point = { node: "o1", step: 3, effect: 0 };
  const { sim } = play(led(options), point);
  const { books } = verdictOfLed(sim);
  const { done = 0, undone = 0 } = books.card ?? {};
  const verdicts = everyCrash(led(options), everybody, verdictOfLed);
  const isCharged = verdicts.filter(({ flaws }) =>
    flaws.includes("card, but no parcel"),
  );
  return [
    ...story(sim).filter((line) => !line.startsWith("saga log")),
    `1500 ms  charged ${done} time, refunded ${undone}, no parcel`,
    "",
    `lines at which somebody can die: ${verdicts.length}`,
    `the customer has paid for nothing: ${isCharged.length}`,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
