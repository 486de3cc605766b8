/** The arithmetic of membership: what it costs, and how often it errs. */

import type { Node } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { antiEntropy, type State } from "./anti-entropy.ts";
import { flipAtMs, flippedBit, ids } from "./flipped-bit.scenario.ts";
import { group, names, recorder } from "./group.scenario.ts";
import { paperOptions } from "./options.ts";
import { swim } from "./swim.ts";

// #region probe
/**
 * A probe of a live member fails: the ping or its ack is lost, and so is
 * one of the four messages on the way through each helper.
 */
export function probeFails(loss: number, helpers: number): number {
  const direct = 1 - (1 - loss) ** 2;
  const indirect = 1 - (1 - loss) ** 4;
  return direct * indirect ** helpers;
}

/** The fewest helpers for at most so many suspicions in a day. */
export function helpersFor(
  loss: number,
  members: number,
  suspicionsADay: number,
): number {
  const probesADay = members * 86_400;
  let helpers = 0;
  while (probeFails(loss, helpers) * probesADay > suspicionsADay)
    helpers += 1;
  return helpers;
}
// #endregion probe

// #region cost
/** From a crash until all know: first ping, suspicion, and the news. */
export function swimPeriods(members: number): number {
  const firstPing = Math.E / (Math.E - 1);
  const suspicion = 3 * Math.ceil(Math.log(members + 1));
  return firstPing + suspicion + Math.log2(members);
}

/** Messages a member sends in the time in which a crash must be found. */
export function swimMessages(members: number): number {
  return 2 * swimPeriods(members);
}

/** The same if all watch all, and so many losses in a row are borne. */
export function heartbeats(
  members: number,
  lossesBorne: number,
): number {
  return (members - 1) * lossesBorne;
}

/** The smallest group in which SWIM sends less. */
export function flip(lossesBorne: number): number {
  let members = 2;
  while (swimMessages(members) >= heartbeats(members, lossesBorne))
    members += 1;
  return members;
}
// #endregion cost

// #region memory
/** The bit is flipped in the memory of a node, before any checksum. */
export function withIllMemory(
  node: Node<State>,
  owner: string,
): Node<State> {
  return {
    ...node,
    step(state, input) {
      const entry = state.table[owner];
      const isTime =
        input.nowMs >= flipAtMs && input.nowMs < flipAtMs + 1000;
      if (!isTime || entry === undefined || entry.version >= flippedBit)
        return node.step(state, input);
      const wrong = {
        version: entry.version + flippedBit,
        value: "down",
      };
      const table = { ...state.table, [owner]: wrong };
      return node.step({ ...state, table }, input);
    },
  };
}
// #endregion memory

/** Eight nodes with checksums; one bit of n02's memory is ill. */
export function illMemory(seed: number): Simulation {
  const node = antiEntropy({
    periodMs: 1000,
    mode: "push-pull",
    isChecked: true,
  });
  const ill = withIllMemory(node, "n05");
  return simulate({
    seed,
    nodes: Object.fromEntries(
      ids.map((id) => [id, id === "n02" ? ill : node] as const),
    ),
    keepTrace: false,
  });
}

/** One of eight stands still for 3.5 periods: how often is it buried? */
export function buried(seed: number, suspicionPeriods: number): number {
  const { changes, hear } = recorder();
  const node = swim({ ...paperOptions, suspicionPeriods });
  const sim = group(names(8), node, {
    seed,
    onStep: hear,
    faults: [{ atMs: 5000, kind: "pause", node: "n02", forMs: 3500 }],
  });
  sim.runUntil(30_000);
  const said = changes.map(({ update }) => update.status);
  return said.filter((status) => status === "confirm").length;
}
