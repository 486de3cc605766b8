/** Broadcasts over an overlay: what they cost, and who gets them. */
import type { Fault } from "../kernel/faults.ts";
import type { Node, NodeId } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { names } from "./group.scenario.ts";
import { plumtree, type State } from "./plumtree.ts";
import { shuffled } from "./probe-order.ts";

/** A ring in a drawn order, and another ring: everybody knows four. */
export function twoRings(
  ids: readonly NodeId[],
  dice: number,
): { readonly [id: NodeId]: readonly NodeId[] } {
  const rings = [shuffled(ids, dice), shuffled(ids, dice + 1)];
  const entries = ids.map((id) => {
    const around = rings.flatMap((ring) => {
      const at = ring.indexOf(id);
      return [ring.at(at - 1), ring[(at + 1) % ring.length]];
    });
    const known = new Set(around.filter((x) => x !== undefined));
    return [id, [...known].filter((other) => other !== id)] as const;
  });
  return Object.fromEntries(entries);
}

export type Sent = {
  readonly payloads: number;
  readonly control: number;
  /** Live nodes that have it, and live nodes. */
  readonly reached: number;
  readonly live: number;
};

export const nodes = names(32);

/** So many broadcasts from n01, one a second; messages sent for each. */
export function broadcasts(
  seed: number,
  count: number,
  faults: readonly Fault[] = [],
  messageLossProbability = 0,
  change = (node: Node<State>) => node,
): { readonly sim: Simulation; readonly sent: readonly Sent[] } {
  const neighbors = twoRings(nodes, seed);
  const node = change(plumtree({ neighbors, graftAfterMs: 200 }));
  const sim = simulate({
    seed,
    nodes: Object.fromEntries(nodes.map((id) => [id, node])),
    network: {
      delayMs: { kind: "uniform", min: 5, max: 15 },
      messageLossProbability,
    },
    faults,
  });
  const sent = Array.from({ length: count }, (_, nth) => {
    const from = sim.trace.length;
    const body = { type: "broadcast", message: `m${nth}`, value: nth };
    sim.inject({ src: "n01", dest: "n01", body });
    sim.runFor(3000);
    const live = nodes.filter((id) => sim.isUp(id)).length;
    return {
      ...sentIn(sim, from),
      reached: reached(sim, `m${nth}`),
      live,
    };
  });
  return { sim, sent };
}

function sentIn(sim: Simulation, from: number) {
  const types = sim.trace
    .slice(from)
    .flatMap((event) =>
      event.kind === "send" ? [event.message.body.type] : [],
    );
  const payloads = types.filter((type) => type === "gossip").length;
  const control = types.filter((type) =>
    ["ihave", "graft", "prune"].includes(type),
  ).length;
  return { payloads, control };
}

/** How many live nodes have received this message. */
export function reached(sim: Simulation, message: string): number {
  return nodes.filter(
    (id) => sim.isUp(id) && message in sim.state<State>(id).received,
  ).length;
}
