/** Retries and a breaker: which of the two should be outside? */
import { seedFrom } from "../kernel/sample.ts";
import {
  changesOf,
  guardedRun,
  received,
  settings,
} from "./breaker.scenario.ts";
import type { GuardedOptions } from "./guarded.ts";

export const defaultSeed = 7;

const base = { ...settings, attemptsMax: 3 };

const variants: Readonly<Record<string, GuardedOptions>> = {
  "no breaker": { ...base, breaker: null },
  "breaker outside": { ...base, order: "breaker-outside" },
  "breaker inside": { ...base, order: "retry-outside" },
};

export function run(seed: number): string {
  const hangs = {
    fromMs: 10_000,
    untilMs: 40_000,
    says: "failed",
    afterMs: 1e6,
  } as const;
  const rows = Object.entries(variants).map(([name, options]) => {
    const sim = guardedRun(seed, options, { host0: hangs });
    sim.runUntil(hangs.fromMs);
    const before = received(sim, "host0");
    sim.runUntil(hangs.untilMs);
    const sent = received(sim, "host0") - before;
    sim.runUntil(60_000);
    const openedMs = changesOf(sim).find(({ to }) => to === "open");
    const closedMs = changesOf(sim).findLast(
      ({ to }) => to === "closed",
    );
    return [
      name.padEnd(18),
      after(openedMs?.atMs, hangs.fromMs).padStart(11),
      String(sent).padStart(15),
      after(closedMs?.atMs, hangs.untilMs).padStart(17),
    ].join("");
  });
  return [
    "The host hangs from second 10 to 40; 50 calls a second, 3 attempts",
    "of 500 ms each. The breaker opens at 50% of 50.",
    "",
    "                     opens after   attempts sent   closes after the",
    "                    it hangs, s    while it hangs    hang is over, s",
    ...rows,
  ].join("\n");
}

function after(atMs: number | undefined, fromMs: number): string {
  return atMs === undefined ? "-" : ((atMs - fromMs) / 1000).toFixed(1);
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
