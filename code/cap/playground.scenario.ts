/**
 * The partition lab, slowed down until each request can be looked at:
 * one key, fewer requests, and links that may be cut at any time.
 */
import { drawing } from "../abd/cluster.scenario.ts";
import { dial } from "../consistency/dial.ts";
import type { Policy } from "../consistency/partition.scenario.ts";
import { withSession } from "../consistency/session.ts";
import {
  farApart,
  options,
  roaming,
  servers,
} from "../consistency/workload.scenario.ts";
import type { Fault } from "../kernel/faults.ts";
import type { Body, NodeId } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";

/** The replicas that each client may turn to. */
export const sides: { readonly [client: NodeId]: readonly NodeId[] } = {
  c1: ["n1", "n2"],
  c2: ["n1", "n2"],
  c3: ["n3", "n4", "n5"],
  c4: ["n3", "n4", "n5"],
};

export type Playground = {
  readonly seed: number;
  readonly policy: Policy;
  readonly faults: readonly Fault[];
};

/** Made, and not yet run: whoever plays runs it, and cuts links. */
export function playground(lab: Playground): Simulation {
  const { seed, policy, faults } = lab;
  const levelOf = ({ type }: Body) =>
    policy[type === "read" ? "read" : "write"];
  const asking = Object.entries(sides).map(([id, replicas]) => {
    const times = { timeoutMs: 500, thinkMsMax: 300 };
    const client = drawing({ ...times, targets: replicas }, ["x"], 100);
    return [id, withSession(roaming(client, replicas), levelOf)];
  });
  const replicas = servers.map((id) => [id, dial(options)]);
  return simulate({
    seed,
    network: farApart,
    faults,
    nodes: Object.fromEntries([...replicas, ...asking]),
    clients: Object.keys(sides),
  });
}
