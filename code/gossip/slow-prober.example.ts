/** A slow member takes the others for dead, unless it doubts itself. */
import { seedFrom } from "../kernel/sample.ts";
import { group, names, recorder } from "./group.scenario.ts";
import { type Options, practicalOptions } from "./options.ts";
import { swim } from "./swim.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    "16 members; for two minutes all that n04 sends leaves late.",
    "",
    "  late by   health   suspected by n04   by others   confirmed",
    ...[900, 1200, 1600].flatMap((extraMs) =>
      [0, 8].map((healthMax) => row(seed, extraMs, healthMax)),
    ),
    "",
    "health: the highest score; with 0 nobody doubts itself.",
  ].join("\n");
}

function row(seed: number, extraMs: number, healthMax: number): string {
  const { changes, hear } = recorder();
  const options: Options = {
    ...practicalOptions,
    helpers: 3,
    healthMax,
  };
  const sim = group(names(16), swim(options), {
    seed,
    onStep: hear,
    network: { delayMs: { kind: "uniform", min: 1, max: 20 } },
    faults: [{ atMs: 2000, kind: "slow", node: "n04", extraMs }],
  });
  sim.runUntil(120_000);
  const own = firsts(
    changes.filter(({ update }) => update.status === "suspect"),
  );
  const dead = firsts(
    changes.filter(({ update }) => update.status === "confirm"),
  );
  const byN04 = own.filter(({ by }) => by === "n04").length;
  const cells = [
    `${extraMs} ms`.padStart(9),
    `${healthMax}`.padStart(9),
    `${byN04}`.padStart(19),
    `${own.length - byN04}`.padStart(12),
    `${dead.length}`.padStart(12),
  ];
  return cells.join("");
}

type Change = ReturnType<typeof recorder>["changes"][number];

/** Who said it first: the others only pass it on. */
function firsts(changes: readonly Change[]): readonly Change[] {
  const seen = new Set<string>();
  return changes.filter(({ update }) => {
    const { member, incarnation } = update;
    const key = `${member} ${incarnation}`;
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst;
  });
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
