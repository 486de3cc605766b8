/** One bit of one message is flipped by the network: what comes of it? */
import type { Body, Effect, Json, Node } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { antiEntropy, type State, type Table } from "./anti-entropy.ts";
import { names } from "./group.scenario.ts";

export const ids = names(8);
export const flipAtMs = 10_000;
/** The bit of a version that is flipped: it becomes a million more. */
export const flippedBit = 2 ** 20;

// #region flip
/**
 * A network card that for some time damages all that a node sends: in what
 * is said of `owner`, one bit of the version and with it the value are
 * wrong. It can still be read; its checksum is what it was.
 */
export function flipping(
  node: Node<State>,
  owner: string,
  atMs: number,
  untilMs: number,
): Node<State> {
  return {
    ...node,
    step(state, input) {
      const [next, effects] = node.step(state, input);
      const isTime = input.nowMs >= atMs && input.nowMs < untilMs;
      return [
        next,
        isTime ? effects.map((e) => flip(e, owner)) : effects,
      ];
    },
  };
}

function flip(effect: Effect, owner: string): Effect {
  if (effect.kind !== "send") return effect;
  const { table } = effect.body as Body & { table: Table };
  const entry = table[owner];
  if (entry === undefined) return effect;
  const version = entry.version + flippedBit;
  const wrong = { version, value: "down" };
  const body = { ...effect.body, table: { ...table, [owner]: wrong } };
  return { ...effect, body };
}
// #endregion flip

/** Eight nodes that gossip once a second; n02's network card is ill. */
export function illCard(seed: number, isChecked: boolean): Simulation {
  const node = antiEntropy({
    periodMs: 1000,
    mode: "push-pull",
    isChecked,
  });
  const ill = flipping(node, "n05", flipAtMs, flipAtMs + 1000);
  const nodes = ids.map(
    (id) => [id, id === "n02" ? ill : node] as const,
  );
  return simulate({
    seed,
    nodes: Object.fromEntries(nodes),
    keepTrace: false,
  });
}

/** How many hold this of n05. */
export function holding(sim: Simulation, value: Json): number {
  return ids.filter(
    (id) =>
      sim.isUp(id) && sim.state<State>(id).table.n05?.value === value,
  ).length;
}

export function rejected(sim: Simulation): number {
  const counts = ids.map((id) => sim.state<State>(id).rejected);
  return counts.reduce((sum, count) => sum + count, 0);
}
