/** Who believes what of n05 while one wrong bit spreads, and while the nodes are restarted. */

import type { State } from "../code/gossip/anti-entropy.ts";
import { ids, illCard } from "../code/gossip/flipped-bit.scenario.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = "gossip/flipped-bit";
export const seed = 7;

const left = 42;
const rowPx = 13;
const secondPx = 7.7;
const fromSecond = 8;
const toSecond = 60;

type Belief = "up" | "down" | "off";

export function draw(): string {
  const one = watch((sim, second) => {
    if (second < 16 || second >= 16 + 4 * ids.length || second % 4 > 0) return;
    const id = ids[second / 4 - 4] ?? "";
    sim.apply({ kind: "crash", node: id });
    sim.apply({ kind: "restart", node: id });
  });
  const all = watch((sim, second) => {
    if (second === 16) for (const id of ids) sim.apply({ kind: "crash", node: id });
    if (second === 18) for (const id of ids) sim.apply({ kind: "restart", node: id });
  });
  return svg(
    456,
    334,
    panel(24, "Restarted one after the other, from second 16", one),
    panel(184, "All stopped at second 16, started at second 18", all),
  );
}

type Watched = readonly { readonly second: number; readonly beliefs: readonly Belief[] }[];

function watch(act: (sim: ReturnType<typeof illCard>, second: number) => void): Watched {
  const sim = illCard(seed, false);
  return Array.from({ length: toSecond - fromSecond }, (_, at) => {
    const second = fromSecond + at;
    sim.runUntil(second * 1000);
    act(sim, second);
    sim.runUntil(second * 1000 + 500);
    const beliefs = ids.map((id): Belief => {
      if (!sim.isUp(id)) return "off";
      return sim.state<State>(id).table.n05?.value === "down" ? "down" : "up";
    });
    return { second, beliefs };
  });
}

function panel(top: number, title: string, watched: Watched): string {
  const x = (second: number) => left + (second - fromSecond) * secondPx;
  const tones = { up: "fill-field", down: "fill-accent", off: "fill-ink" };
  const bottom = top + ids.length * rowPx;
  return [
    label(left, top - 8, title, { class: "label-strong" }),
    ...ids.map((id, row) => label(left - 6, top + row * rowPx + 10, id, { "text-anchor": "end" })),
    ...watched.flatMap(({ second, beliefs }) =>
      beliefs.map((belief, row) => {
        const heightPx = belief === "off" ? 3 : rowPx - 2;
        const downPx = belief === "off" ? 5 : 1;
        return rect(x(second) + 0.6, top + row * rowPx + downPx, secondPx - 1.2, heightPx, {
          class: tones[belief],
        });
      }),
    ),
    ...[10, 20, 30, 40, 50, 60].flatMap((second) => [
      line(x(second), bottom + 1, x(second), bottom + 5, { class: "stroke-ink" }),
      label(x(second), bottom + 16, `${second}`, { "text-anchor": "middle" }),
    ]),
    label(x(toSecond) - 12, bottom + 29, "time, s", {
      class: "label-quiet",
      "text-anchor": "end",
    }),
  ].join("");
}
