/** Five nodes, three homes a key, and clients that read and write. */
import { five } from "../abd/cluster.scenario.ts";
import type { Dot } from "../clocks/dotted.ts";
import { covers, type VectorClock } from "../clocks/vector.ts";
import {
  type ClientOptions,
  type ClientState,
  client,
} from "../kernel/client.ts";
import { type ChaosKind, chaosKinds, swarm } from "../kernel/faults.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import { canonical } from "../kernel/models.ts";
import type { Body, Node, NodeId } from "../kernel/node.ts";
import { fraction, stream } from "../kernel/random.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import { preferenceList } from "../placement/ring.ts";
import type { State } from "./state.ts";

export const servers = five;
export const clients: readonly NodeId[] = ["c1", "c2", "c3"];

export function cluster(
  node: Node<State>,
  more: Partial<SimulationOptions> = {},
): Simulation {
  const stores = Object.fromEntries(servers.map((id) => [id, node]));
  const asking = Object.keys(more.nodes ?? {});
  const nodes = { ...stores, ...more.nodes };
  return simulate({ seed: 1, ...more, nodes, clients: asking });
}

/** Reads, and writes and deletes with what was read before, or not. */
export function drawing(options: ClientOptions, operations: number) {
  return client(options, ({ begun, id, answers }, dice) => {
    if (begun >= operations) return null;
    const own = answers.filter((_, at) => at % 2 === begun % 2);
    const read = own.findLast((answer) => answer?.type === "read_ok");
    const key = begun % 2 === 0 ? "x" : "y";
    const luck = fraction(stream(dice, 1));
    const context = luck < 0.9 ? (read?.context ?? {}) : {};
    if (luck < 0.5) return { type: "read", key };
    if (luck < 0.55) return { type: "delete", key, context };
    const value = `${id}-${begun + 1}`;
    return { type: "write", key, value, context };
  });
}

// #region missed
/**
 * Reads that know nothing of a write that was acknowledged before they
 * began: neither its value nor one that replaced it.
 */
export function missed(
  history: readonly Operation[],
): readonly Operation[] {
  const done = history.filter(({ outcome }) => outcome === "ok");
  return done.filter(({ op, args, result, invokeMs }) => {
    const known = (result?.context ?? {}) as VectorClock;
    const isMissing = (write: Operation) => {
      const { node, count } = dotOf(write.result);
      const isBefore = (write.returnMs ?? Infinity) <= invokeMs;
      const isSame = write.args.key === args.key;
      return isSame && isBefore && !covers(known, { [node]: count });
    };
    const writes = done.filter((one) => one.op !== "read");
    return op === "read" && writes.some(isMissing);
  });
}

function dotOf(answer: Body | null): Dot {
  return (answer?.dot ?? { node: "", count: 0 }) as Dot;
}
// #endregion missed

// #region agreement
/** Do all homes of these keys hold the same? */
export function agree(
  sim: Simulation,
  keys: readonly string[],
  n: number,
): boolean {
  return keys.every((key) => {
    const { ring } = sim.state<State>(servers[0] ?? "");
    const held = preferenceList(ring, key, n).map((id) =>
      canonical(sim.state<State>(id).data[key] ?? []),
    );
    return new Set(held).size === 1;
  });
}
// #endregion agreement

export type Storm = {
  readonly sim: Simulation;
  readonly history: readonly Operation[];
};

export function storm(
  seed: number,
  node: Node<State>,
  kinds: readonly ChaosKind[] = chaosKinds,
): Storm {
  const untilMs = 1500;
  const chaos = { nodes: servers, untilMs, pauseMsMax: 100, kinds };
  const weather = swarm(seed, { ...chaos, faultMsMax: 400 });
  const often = { targets: servers, timeoutMs: 250, thinkMsMax: 30 };
  const asking = drawing(often, 30);
  const nodes = Object.fromEntries(clients.map((id) => [id, asking]));
  const sim = cluster(node, { ...weather, seed, nodes });
  sim.runUntil(untilMs + 500);
  const isAsking = (id: NodeId) =>
    sim.state<ClientState>(id).answers.length < 30;
  while (clients.some(isAsking)) sim.runFor(200);
  sim.runFor(2500);
  return { sim, history: historyOf(sim.trace, clients) };
}
