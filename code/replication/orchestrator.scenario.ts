/**
 * GitHub, 2018-10-21, by its mechanism: for 43 s the data center of the
 * primary is cut off. Those who watch it sit elsewhere and promote a
 * replica on the other coast. Writes of the last moments before and
 * during the cut are in the east alone; after it, the west takes writes.
 * Rates and delays are ours; the 43 s are the report's.
 */
import { scriptedClient } from "../kernel/client.ts";
import type { Body, NodeId } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { controller } from "./controller.ts";
import { replica } from "./replication.ts";
import { asyncOptions, type Entry, type State } from "./state.ts";

export const cutMs = 10_000;
export const healMs = cutMs + 43_000;
const east: readonly NodeId[] = ["east1", "east2"];
const west: readonly NodeId[] = ["west1", "west2"];
const coasts = [...east, ...west];

export type Orchestrated = {
  readonly sim: Simulation;
  /** The log of the old primary at the moment the link is mended. */
  readonly eastLog: readonly Entry[];
};

/** Whoever is silent for `deadAfterMs` is taken for dead. */
export function orchestrated(
  seed: number,
  deadAfterMs: number,
): Orchestrated {
  const node = replica({ ...asyncOptions, firstLeader: "east1" });
  const op = controller({
    servers: coasts,
    firstLeader: "east1",
    probeMs: 1000,
    deadAfterMs,
    fencedMin: 2,
  });
  const app = writer("e", ["east1"], 0, 200);
  const heir = writer("w", west, healMs, 100);
  const sim = simulate({
    seed,
    nodes: {
      ...Object.fromEntries(coasts.map((id) => [id, node])),
      app,
      heir,
      op,
    },
    clients: ["app", "heir", "op"],
    network: { delayMs: { kind: "uniform", min: 20, max: 40 } },
    faults: [
      {
        atMs: cutMs,
        kind: "partition",
        groups: [
          [...east, "app"],
          [...west, "op", "heir"],
        ],
      },
    ],
  });
  sim.runUntil(healMs);
  const eastLog = sim.state<State>("east1").log;
  sim.apply({ kind: "heal" });
  sim.runUntil(healMs + 60_000);
  return { sim, eastLog };
}

/** One that writes every half second or so, to whom takes it. */
function writer(
  letter: string,
  targets: readonly NodeId[],
  startMs: number,
  count: number,
) {
  const writes = Array.from(
    { length: count },
    (_, at): Body => ({ type: "write", key: letter, value: at + 1 }),
  );
  return scriptedClient(writes, {
    targets,
    attemptsMax: targets.length,
    timeoutMs: 2000,
    startMs,
    thinkMsMax: 1000,
  });
}
