/** Three worlds that a client cannot tell apart while it waits. */
import type { NetworkOptions } from "../kernel/network.ts";
import type { NodeId } from "../kernel/node.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import { client, counter } from "./counter.ts";

export const delayMs = 20;
const delay = { kind: "constant", ms: delayMs } as const;

/** What this node sends in the first 50 ms is lost. */
function mute(node: NodeId): NetworkOptions {
  return {
    delayMs: delay,
    fate: ({ src }, nowMs) =>
      src === node && nowMs < 50 ? "lose" : undefined,
  };
}

// #region silences
/** What may have happened when nothing has come back. */
export const silences: {
  readonly [name: string]: Pick<
    SimulationOptions,
    "network" | "faults"
  >;
} = {
  "request lost": { network: mute("client") },
  "reply lost": { network: mute("server") },
  "server slow": {
    network: { delayMs: delay },
    faults: [{ atMs: 5, kind: "pause", node: "server", forMs: 105 }],
  },
};
// #endregion silences

/** One addition; after 100 ms the client asks again. */
export function wait(name: string, untilMs: number): Simulation {
  const sim = simulate({
    seed: 1,
    nodes: {
      client: client({
        server: "server",
        additions: 1,
        timeoutMs: 100,
      }),
      server: counter(2 ** 31),
    },
    clients: ["client"],
    ...silences[name],
  });
  sim.runUntil(untilMs);
  return sim;
}
