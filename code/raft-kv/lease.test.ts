/** Reads by lease (thesis §6.4.1), judged by the checker. */
import { describe, expect, test } from "vitest";
import { kvClient } from "../kernel/client.ts";
import { chaos } from "../kernel/faults.ts";
import { historyOf } from "../kernel/history.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import { kv } from "../kernel/models.ts";
import { simulate } from "../kernel/simulator.ts";
import { calmOptions, leaseOptions } from "../raft/options.ts";
import { seeds } from "../seeds.ts";
import { driftRead } from "./drift-read.scenario.ts";
import { raftKv } from "./raft-kv.ts";
import { staleRead } from "./stale-read.scenario.ts";

const three = ["n1", "n2", "n3"];
const clients = ["c1", "c2", "c3"];

/** Clients in a storm that leaves clocks alone but for their drift. */
function storm(seed: number, driftPpmMax: number) {
  const untilMs = 4000;
  const kinds = [
    "crash",
    "crash-between-effects",
    "isolate",
    "one-way",
    "pause",
  ] as const;
  const faults = chaos(seed, {
    nodes: three,
    untilMs,
    kinds,
    pauseMsMax: 200,
  });
  const client = kvClient({
    targets: three,
    timeoutMs: 200,
    thinkMsMax: 20,
    keys: ["x", "y"],
    operations: 60,
  });
  const node = raftKv(leaseOptions);
  const sim = simulate({
    seed,
    nodes: {
      ...Object.fromEntries(three.map((id) => [id, node])),
      ...Object.fromEntries(clients.map((id) => [id, client])),
    },
    clients,
    clocks: { skewMsMax: 500, driftPpmMax },
    faults,
  });
  sim.runUntil(untilMs + 1000);
  return sim;
}

function verdictOn(sim: ReturnType<typeof storm>, who = clients) {
  return checkLinearizable(kv, historyOf(sim.trace, who)).verdict;
}

describe("reads by lease (thesis §6.4.1)", () => {
  // 1.0049 / 0.9951 is less than the bound of 1.01.
  test.each(seeds(10))(
    "are linearizable within the bound, seed %i",
    (seed) => {
      const sim = storm(seed, 4900);
      expect(verdictOn(sim)).toBe("ok");
    },
  );

  test.each(seeds(20))("no stale read in haste, seed %i", (seed) => {
    const sim = driftRead(raftKv(leaseOptions), seed, 4900);
    if (sim) expect(verdictOn(sim, ["c1", "c2"])).toBe("ok");
  });

  test("are stale where a clock drifts beyond the bound", () => {
    // Of the first 150 only the twelfth draws a slow enough leader.
    const sim = driftRead(raftKv(leaseOptions), 12, 400_000);
    if (sim === null) throw new Error("nobody led");
    expect(verdictOn(sim, ["c1", "c2"])).toBe("illegal");
    const asks = driftRead(raftKv(calmOptions), 12, 400_000);
    if (asks === null) throw new Error("nobody led");
    expect(verdictOn(asks, ["c1", "c2"])).toBe("ok");
  });

  test("are stale where the leader's clock is set back", () => {
    const late = staleRead(raftKv(leaseOptions), 1, -2000);
    expect(verdictOn(late.sim, ["c1", "c2"])).toBe("illegal");
    const right = staleRead(raftKv(leaseOptions), 1);
    expect(verdictOn(right.sim, ["c1", "c2"])).toBe("ok");
    const asks = staleRead(raftKv(calmOptions), 1, -2000);
    expect(verdictOn(asks.sim, ["c1", "c2"])).toBe("ok");
  });
});
