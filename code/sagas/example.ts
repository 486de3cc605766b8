/** A saga that ends well, and one whose parcel cannot be sent. */
import { seedFrom } from "../kernel/sample.ts";
import {
  everyCrash,
  led,
  play,
  verdictOfLed,
} from "./order.scenario.ts";
import { story } from "./story.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    "all services say yes:",
    ...told(seed, null),
    "",
    "no carrier takes the parcel:",
    ...told(seed, "parcel"),
  ].join("\n");
}

function told(
  seed: number,
  refusing: string | null,
): readonly string[] {
  const order = led({ seed, refusing });
  const nodes = ["o1", "stock", "card", "parcel", "mail"];
  const crashed = everyCrash(order, nodes, verdictOfLed);
  const right = crashed.filter(
    ({ flaws, isOver }) => isOver && flaws.length === 0,
  );
  return [
    ...story(play(order, null).sim),
    `with a crash at each of ${crashed.length} lines:` +
      ` ${right.length} times paid iff shipped or refunded`,
  ];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
