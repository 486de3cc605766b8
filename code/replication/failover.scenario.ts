/**
 * The leader is cut off with one of its clients; another server is
 * promoted; the cut is mended. Two leaders have acknowledged writes.
 */
import { scriptedClient } from "../kernel/client.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { Body, Node, NodeId } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { threeOf } from "./cluster.scenario.ts";
import type { State } from "./state.ts";

export type Failover = {
  readonly sim: Simulation;
  readonly history: readonly Operation[];
};

export const cutMs = 400;
export const promoteMs = 600;
export const healMs = 1000;

/** c1 stays with n1; c2 goes to n2 as soon as that is promoted. */
export function failover(node: Node<State>, seed: number): Failover {
  const sim = simulate({
    seed,
    nodes: {
      ...threeOf(node),
      c1: writer("a", "n1", 100, 12),
      c2: writer("b", "n2", promoteMs + 50, 8),
      op: scriptedClient([], { targets: ["n2"], timeoutMs: 1 }),
    },
    clients: ["c1", "c2", "op"],
    network: { delayMs: { kind: "uniform", min: 2, max: 8 } },
    faults: [
      { atMs: cutMs, kind: "partition", groups: [["n1", "c1"], rest] },
      { atMs: healMs, kind: "heal" },
    ],
  });
  sim.runUntil(promoteMs);
  const body = { type: "promote", epoch: 2 };
  sim.inject({ src: "op", dest: "n2", body });
  sim.runUntil(2000);
  return { sim, history: historyOf(sim.trace, ["c1", "c2"]) };
}

const rest: readonly NodeId[] = ["n2", "n3", "c2", "op"];

/** Writes a1, a2 … (or b1 …) to one server, one after the other. */
function writer(
  letter: string,
  target: NodeId,
  startMs: number,
  count: number,
) {
  const writes = Array.from(
    { length: count },
    (_, at): Body => ({
      type: "write",
      key: letter,
      value: `${letter}${at + 1}`,
    }),
  );
  const targets = [target];
  return scriptedClient(writes, {
    targets,
    timeoutMs: 100,
    startMs,
    thinkMsMax: 80,
  });
}
