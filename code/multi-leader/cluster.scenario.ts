/** Four leaders, two clients at each: runs for tests and examples. */
import { scriptedClient } from "../kernel/client.ts";
import { type ChaosKind, swarm } from "../kernel/faults.ts";
import type { Body, Node, NodeId } from "../kernel/node.ts";
import { intBetween, stream } from "../kernel/random.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import { type State, view } from "./multi-leader.ts";
import type { Resolve } from "./resolve.ts";

export const servers: readonly NodeId[] = ["n1", "n2", "n3", "n4"];

/** What a server answers to a read of this key. */
export function held(
  sim: Simulation,
  id: NodeId,
  key: string,
  resolve: Resolve,
): readonly string[] {
  const siblings = sim.state<State>(id).items[key] ?? [];
  return view(resolve, siblings).map(({ value }) => value);
}

export type Writes = { readonly [server: NodeId]: readonly Body[] };

/** A client at each server writes these things, one after the other. */
export function play(
  nodes: Readonly<Record<NodeId, Node<State>>>,
  writes: Writes,
  more: Partial<SimulationOptions> = {},
): Simulation {
  const clients = Object.entries(writes).map(([id, script], at) => {
    const options = {
      targets: [id],
      timeoutMs: 100,
      startMs: 100,
      thinkMsMax: 100,
    };
    return [`c${at + 1}`, scriptedClient(script, options)] as const;
  });
  return simulate({
    seed: 1,
    ...more,
    nodes: { ...nodes, ...Object.fromEntries(clients) },
    clients: clients.map(([id]) => id),
  });
}

export function allOf(node: Node<State>): Record<NodeId, Node<State>> {
  return Object.fromEntries(servers.map((id) => [id, node]));
}

/** Everybody writes to the same keys in a storm; then it is calm. */
export function storm(
  seed: number,
  nodes: Record<NodeId, Node<State>>,
): Simulation {
  const untilMs = 2000;
  const kinds: readonly ChaosKind[] = [
    "crash",
    "crash-between-effects",
    "halves",
    "isolate",
    "one-way",
    "pause",
    "slow",
    "clock-jump",
  ];
  const weather = swarm(seed, {
    nodes: servers,
    untilMs,
    kinds,
    pauseMsMax: 200,
  });
  const writes = Object.fromEntries(
    servers.map((id, at) => {
      const dice = stream(stream(seed, 55), at);
      const script = Array.from({ length: 12 }, (_, nth): Body => {
        const which = intBetween(stream(dice, nth), 0, 2);
        const key = ["x", "y", "z"][which] ?? "x";
        return { type: "write", key, value: `${id}-${nth}` };
      });
      return [id, script];
    }),
  );
  const sim = play(nodes, writes, { ...weather, seed });
  sim.runUntil(untilMs + 1500);
  return sim;
}

/** How many messages with updates were sent. */
export function shipsIn(sim: Simulation): number {
  return sim.trace.filter(
    (event) =>
      event.kind === "send" && event.message.body.type === "ship",
  ).length;
}
