/** A death that all hear of, and a suspicion that is answered. */
import { seedFrom } from "../kernel/sample.ts";
import {
  type Change,
  group,
  names,
  recorder,
} from "./group.scenario.ts";
import { paperOptions } from "./options.ts";
import { swim } from "./swim.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const ids = names(16);
  const { changes, hear } = recorder();
  const node = swim({ ...paperOptions, suspicionPeriods: 6 });
  const sim = group(ids, node, {
    seed,
    onStep: hear,
    network: {
      delayMs: { kind: "uniform", min: 1, max: 20 },
      messageLossProbability: 0.02,
    },
    faults: [
      { atMs: 5000, kind: "crash", node: "n05" },
      { atMs: 20_000, kind: "pause", node: "n09", forMs: 5000 },
    ],
  });
  sim.runUntil(40_000);

  return [
    "16 members, a period of 1 s, 3 helpers, 6 periods of suspicion.",
    "",
    " 5.0 s  n05 crashes",
    ...story(changes, "n05"),
    "",
    "20.0 s  n09 stands still until 25.0 s",
    ...story(changes, "n09"),
  ].join("\n");
}

/** For each thing that was said of a member: who knew it when. */
function story(changes: readonly Change[], member: string) {
  const said = new Map<string, readonly Change[]>();
  for (const change of changes) {
    const { status, incarnation } = change.update;
    if (change.update.member !== member) continue;
    const what = `${status} ${incarnation}`;
    said.set(what, [...(said.get(what) ?? []), change]);
  }
  return [...said].map(([what, heard]) => {
    const [first, last] = [heard[0], heard.at(-1)];
    const half = heard[Math.floor((heard.length - 1) / 2)];
    return [
      `${seconds(first)}  ${what.padEnd(10)} ${first?.by} first,`,
      ` half by ${seconds(half)}, all ${heard.length} by ${seconds(last)}`,
    ].join("");
  });
}

function seconds(change: Change | undefined): string {
  return `${((change?.atMs ?? 0) / 1000).toFixed(1).padStart(4)} s`;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
