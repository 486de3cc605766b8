/**
 * The link between the tail and all servers is cut, the master included;
 * a client that the tail can still reach asks it. The tail is alive: the
 * master is wrong, and the paper's fail-stop servers do not do this.
 */
import { scriptedClient } from "../kernel/client.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { Body, Node } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { cluster } from "./cluster.scenario.ts";
import type { State } from "./state.ts";

export type Story = {
  readonly sim: Simulation;
  readonly history: readonly Operation[];
};

export const cutMs = 300;

/** c1 writes through the head; c2 reads at n3, cut off from the rest. */
export function deafTail(node: Node<State>, seed: number): Story {
  const c1 = scriptedClient(numbered(20), {
    targets: ["n1"],
    timeoutMs: 80,
    startMs: 100,
    thinkMsMax: 60,
  });
  const c2 = scriptedClient(
    Array(30).fill({ type: "read", key: "x" }),
    {
      targets: ["n3"],
      timeoutMs: 80,
      startMs: 150,
      thinkMsMax: 60,
    },
  );
  const groups = [
    ["n3", "c2"],
    ["n1", "n2", "m", "c1"],
  ];
  const sim = cluster(node, {
    seed,
    nodes: { c1, c2 },
    faults: [{ atMs: cutMs, kind: "partition", groups }],
  });
  sim.runUntil(1500);
  return { sim, history: historyOf(sim.trace, ["c1", "c2"]) };
}

/** Writes of 1, 2, 3 … to x. */
export function numbered(count: number): readonly Body[] {
  return Array.from({ length: count }, (_, at) => ({
    type: "write",
    key: "x",
    value: at + 1,
  }));
}
