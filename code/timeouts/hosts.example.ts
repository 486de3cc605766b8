/** One host of ten hangs: one breaker for all, or one for each? */
import { seedFrom } from "../kernel/sample.ts";
import {
  breakerOptions,
  guardedRun,
  settings,
  totals,
} from "./breaker.scenario.ts";
import type { GuardedOptions } from "./guarded.ts";

export const defaultSeed = 7;

const hosts = Array.from({ length: 10 }, (_, n) => `host${n}`);
const base = { ...settings, hosts, perSecond: 100, attemptsMax: 3 };

function shared(failurePercent: number): GuardedOptions {
  const breaker = { ...breakerOptions, failurePercent };
  return { ...base, breaker, breakerPer: "service" };
}

const variants: Readonly<Record<string, GuardedOptions>> = {
  "no breaker": { ...base, breaker: null },
  "one, opens at 50%": shared(50),
  "one, opens at 20%": shared(20),
  "one a host, at 50%": { ...base, breakerPer: "host" },
};

export function run(seed: number): string {
  const silent = { fromMs: 0, untilMs: 1e6, says: "failed" } as const;
  const rows = Object.entries(variants).map(([name, options]) => {
    const sim = guardedRun(seed, options, {
      host3: { ...silent, afterMs: 1e6 },
    });
    sim.runUntil(60_000);
    const well = totals(sim, (id) => id !== "host3");
    const sick = totals(sim, (id) => id === "host3");
    const all = totals(sim, () => true);
    const share = (100 * well.good) / well.calls;
    return [
      name.padEnd(20),
      `${share.toFixed(1)}%`.padStart(14),
      `${((100 * all.good) / all.calls).toFixed(1)}%`.padStart(12),
      String(sick.attempts).padStart(16),
    ].join("");
  });
  return [
    "host3 of ten never answers; each key lives on one host; 3 attempts.",
    "",
    "breaker               keys of nine    all keys     attempts that",
    "                        good hosts    answered      wait for host3",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
