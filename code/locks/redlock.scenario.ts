/**
 * Ways in which two clients get a lock on five nodes. The second and the
 * third are those of Kleppmann's article of 2016: the first client locks
 * r1, r2 and r3, for it cannot reach the others.
 */
import type { FaultAction } from "../kernel/faults.ts";
import type { Simulation } from "../kernel/simulator.ts";
import type { Redis } from "./redis.ts";
import type { Store } from "./store.ts";
import {
  instances,
  redisNodes,
  running,
  type Strategy,
  strategies,
  ttlMs,
} from "./strategies.scenario.ts";
import type { Worker } from "./worker.ts";

// #region duels
export type Duel = {
  readonly name: string;
  readonly strategy: Strategy;
  /** What happens when the first has read and not yet written. */
  readonly faults: readonly FaultAction[];
};

const restart: readonly FaultAction[] = [
  { kind: "crash", node: "r3" },
  { kind: "restart", node: "r3" },
];

export const duels: readonly Duel[] = [
  {
    name: "w1 pauses after its last look at the clock",
    strategy: {
      ...strategies.redlock,
      worker: { ...strategies.redlock.worker, isLeaseChecked: false },
    },
    faults: [{ kind: "pause", node: "w1", forMs: 2 * ttlMs }],
  },
  {
    name: "the clock of r3 jumps forward",
    strategy: strategies.redlock,
    faults: [{ kind: "clock-jump", node: "r3", byMs: ttlMs }],
  },
  {
    name: "r3 restarts, and has no disk",
    strategy: strategies.redlock,
    faults: restart,
  },
  {
    name: "the same, and r3 keeps silent for longer than the ttl",
    strategy: strategies.delayed,
    faults: restart,
  },
  {
    name: "the same, and r3 flushes each write (fsync=always)",
    strategy: { ...strategies.redlock, lock: redisNodes(0, true) },
    faults: restart,
  },
];
// #endregion duels

export type Outcome = {
  /** Who has the key on r1 to r5, when w2 begins to work, if ever. */
  readonly keys: readonly string[];
  readonly isShared: boolean;
  readonly value: number;
  readonly writes: number;
};

/** Two workers, one increment each; the second comes a little later. */
export function duel(
  seed: number,
  { strategy, faults }: Duel,
): Outcome {
  const cut = (to: string) =>
    ({ atMs: 0, kind: "cut", from: "w1", to }) as const;
  const sim = running(
    strategy,
    { seed, faults: [cut("r4"), cut("r5")] },
    {
      ids: ["w1", "w2"],
      staggerMs: 50,
      change: { operations: 1, workMs: 50, restMsMax: 40 },
    },
  );
  const isWorking = (id: string) =>
    sim.state<Worker>(id).phase === "work";
  while (!isWorking("w1")) sim.runOne();
  for (const fault of faults) sim.apply(fault);
  while (!isWorking("w2") && sim.nowMs < 900) sim.runOne();
  const keys = instances.map((id) => ownerOf(sim, id));
  const isShared = isWorking("w1");
  sim.runUntil(1000);
  const { value, writes } = sim.state<Store>("s1");
  return { keys, isShared, value, writes: writes.length };
}

function ownerOf(sim: Simulation, id: string): string {
  const value = sim.state<Redis>(id).key?.value;
  const owner = ["w1", "w2"].find(
    (worker) => sim.state<Worker>(worker).attempt?.id === value,
  );
  return value === undefined ? "--" : (owner ?? "--");
}
