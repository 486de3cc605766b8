/** The answer to a refund is lost, and the orchestrator asks again. */
import { seedFrom } from "../kernel/sample.ts";
import { undoAgain } from "./broken.ts";
import {
  booksOf,
  led,
  type OrderOptions,
  play,
} from "./order.scenario.ts";
import { story } from "./story.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    "the card service refunds whenever it is asked:",
    ...told({ seed, refusing: "parcel", serve: undoAgain }),
    "",
    "it knows the order, and what it did:",
    ...told({ seed, refusing: "parcel" }),
  ].join("\n");
}

/** It dies when the refund is on disk and its answer not yet sent. */
function told(options: OrderOptions): readonly string[] {
  const point = { node: "card", step: 1, effect: 1 };
  const { sim } = play(led(options), point);
  const { done = 0, undone = 0 } = booksOf(sim).card ?? {};
  return [
    ...story(sim).filter((line) => !/mail|stock|reserve$/.test(line)),
    `charged ${done} time, refunded ${undone}`,
  ];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
