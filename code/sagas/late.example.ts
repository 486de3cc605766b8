/** A charge that comes after its own refund, with and without a note. */
import { seedFrom } from "../kernel/sample.ts";
import { doAfterUndo } from "./broken.ts";
import { lateCharge } from "./late.scenario.ts";
import { booksOf } from "./order.scenario.ts";
import { story } from "./story.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    "the card service forgets what it undid in vain:",
    ...told(seed, doAfterUndo),
    "",
    "it keeps a note:",
    ...told(seed),
  ].join("\n");
}

function told(
  seed: number,
  serve?: typeof doAfterUndo,
): readonly string[] {
  const sim = lateCharge(seed, serve);
  const { done = 0, undone = 0 } = booksOf(sim).card ?? {};
  return [
    ...story(sim).filter((line) => /card|charge/.test(line)),
    `charged ${done}, refunded ${undone}`,
  ];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
