/** Clients with breakers, and hosts that fall sick. */
import { simulate } from "../kernel/simulator.ts";
import type { SimulationOptions } from "../kernel/world.ts";
import type { BreakerOptions } from "./breaker.ts";
import {
  type GuardedOptions,
  type GuardedState,
  guarded,
  type HostTally,
} from "./guarded.ts";
import { type HostState, host, type Sickness } from "./host.ts";

// #region breaker-settings
export const breakerOptions: BreakerOptions = {
  window: { kind: "count", calls: 50 },
  minimumCalls: 20,
  failurePercent: 50,
  slowMs: 200,
  slowPercent: 80,
  openMs: 3000,
  probes: 5,
};

export const settings: GuardedOptions = {
  hosts: ["host0"],
  perSecond: 50,
  timeoutMs: 500,
  attemptsMax: 1,
  breaker: breakerOptions,
  breakerPer: "service",
  order: "retry-outside",
};
// #endregion breaker-settings

// #region guarded-run
/** A client and its hosts, of which those named fall sick. */
export function guardedRun(
  seed: number,
  options: GuardedOptions,
  sick: { readonly [host: string]: Sickness },
  more: Partial<SimulationOptions> = {},
) {
  const hosts = options.hosts.map((id) => {
    const node = host({ workMs: 10, sick: sick[id] ?? null });
    return [id, node] as const;
  });
  return simulate({
    seed,
    nodes: { ...Object.fromEntries(hosts), client: guarded(options) },
    clients: ["client"],
    network: { delayMs: { kind: "constant", ms: 1 } },
    keepTrace: false,
    ...more,
  });
}

type Run = ReturnType<typeof guardedRun>;

/** Counts over all hosts, or over those that a test accepts. */
export function totals(
  sim: Run,
  accepts: (host: string) => boolean,
): HostTally {
  const { hosts } = sim.state<GuardedState>("client");
  const sum = { calls: 0, attempts: 0, good: 0, failed: 0, refused: 0 };
  for (const [id, tally] of Object.entries(hosts)) {
    if (!accepts(id)) continue;
    sum.calls += tally.calls;
    sum.attempts += tally.attempts;
    sum.good += tally.good;
    sum.failed += tally.failed;
    sum.refused += tally.refused;
  }
  return sum;
}

export function changesOf(sim: Run) {
  return sim.state<GuardedState>("client").changes;
}

/** How many attempts reached a host. */
export function received(sim: Run, id: string): number {
  return sim.state<HostState>(id).received;
}
// #endregion guarded-run
