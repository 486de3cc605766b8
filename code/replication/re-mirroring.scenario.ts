/** Ten storage servers lose the network for two seconds. */
import type { NodeId } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import {
  type Mirror,
  type MirrorOptions,
  mirror,
} from "./re-mirroring.ts";

export const cutMs = 2000;
export const healMs = 4000;

export type Reading = {
  readonly second: number;
  /** Requests for room sent in this second. */
  readonly searches: number;
  readonly stuck: number;
  readonly spare: number;
};

/** Cut so many of ten servers off, each from all; read each second. */
export function storming(
  options: MirrorOptions,
  seed: number,
  cutOff: number,
): readonly Reading[] {
  const ids = Array.from({ length: 10 }, (_, at) => `s${at}`);
  const node = mirror(options);
  const alone: readonly (readonly NodeId[])[] = [
    ...ids.slice(0, cutOff).map((id) => [id]),
    ids.slice(cutOff),
  ];
  const sim = simulate({
    seed,
    keepTrace: false,
    nodes: Object.fromEntries(ids.map((id) => [id, node])),
    network: { delayMs: { kind: "uniform", min: 1, max: 9 } },
    faults: [
      { atMs: cutMs, kind: "partition", groups: alone },
      { atMs: healMs, kind: "heal" },
    ],
  });
  const total = (field: "searches" | "stuck" | "spare") =>
    ids.reduce((sum, id) => sum + sim.state<Mirror>(id)[field], 0);
  let before = 0;
  return Array.from({ length: 10 }, (_, at) => {
    sim.runUntil((at + 1) * 1000);
    const searches = total("searches") - before;
    before += searches;
    const [stuck, spare] = [total("stuck"), total("spare")];
    return { second: at + 1, searches, stuck, spare };
  });
}
