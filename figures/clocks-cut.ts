/**
 * One run of the sample `clocks/snapshot`, cut twice: where each branch
 * wrote down its balance by its own clock, and where the markers made it
 * record. A transfer that is received before a cut and sent after it is
 * counted twice.
 */
import { bank, byClockOf, names, recordedOf } from "../code/clocks/snapshot.example.ts";
import { totalOf } from "../code/clocks/snapshot.ts";
import type { Simulation } from "../code/kernel/simulator.ts";
import { arrow, circle, element, label, line, svg } from "./draw.ts";

export const program = "clocks/snapshot";
export const seed = 194;

const [fromMs, toMs, topPx, scale] = [62, 156, 52, 2.5];
const y = (ms: number) => topPx + scale * (ms - fromMs);

export function draw(): string {
  const sim = bank(seed, { fifo: true, skewMsMax: 20 });
  const { balances, onWire, total } = totalOf(recordedOf(sim));
  return svg(
    456,
    y(toMs) + 34,
    panel(sim, 34, byClockCut(sim), "by each branch's clock", [
      `balances ${byClockOf(sim)}, of 300 that there are`,
    ]),
    panel(sim, 276, markerCut(sim), "by markers", [
      `balances ${balances} + wires ${onWire} = ${total}`,
    ]),
  );
}

/** True time at which each branch's record timer went off. */
function byClockCut(sim: Simulation): number[] {
  return names.map((id) =>
    timeOf(sim, (t) => t.kind === "timer" && t.node === id && t.name === "record"),
  );
}

/** True time at which each branch sent its markers: it records then. */
function markerCut(sim: Simulation): number[] {
  return names.map((id) =>
    timeOf(
      sim,
      (t) => t.kind === "send" && t.message.src === id && t.message.body.type === "marker",
    ),
  );
}

function timeOf(sim: Simulation, is: (event: Simulation["trace"][number]) => boolean): number {
  return sim.trace.find(is)?.atMs ?? Number.NaN;
}

function panel(
  sim: Simulation,
  left: number,
  cut: readonly number[],
  title: string,
  sums: readonly string[],
): string {
  const x = (node: string) => left + 66 * names.indexOf(node);
  const at = (node: string) => cut[names.indexOf(node)] ?? Number.NaN;
  const transfers = sim.trace.flatMap((t) => {
    if (t.kind !== "deliver" || t.message.body.type !== "transfer") return [];
    const { src, dest, body } = t.message;
    if (t.atMs < fromMs || t.sentMs < fromMs || t.atMs > toMs) return [];
    const sentBefore = t.sentMs < at(src);
    const heardBefore = t.atMs < at(dest);
    const tone = sentBefore === heardBefore ? "quiet" : sentBefore ? "blue" : "accent";
    const strong = tone === "quiet" ? {} : { "stroke-width": 1.8 };
    return [
      arrow(x(src), y(t.sentMs), x(dest), y(t.atMs), tone, strong),
      ...(tone === "quiet"
        ? []
        : [
            // Below the arrow, near its tail: clear of the dashed cut.
            label(0.65 * x(src) + 0.35 * x(dest), y(t.atMs) + 1, `${body.amount}`, {
              class: `label-strong fill-${tone}`,
              "text-anchor": "middle",
            }),
          ]),
    ];
  });
  const cutLine = element("polyline", {
    points: names.map((id) => `${x(id)},${y(at(id)).toFixed(2)}`).join(" "),
    class: "stroke-ink dashed",
    fill: "none",
    "stroke-width": 1.6,
  });
  return element(
    "g",
    {},
    label(left + 66, 14, title, { class: "label-strong", "text-anchor": "middle" }),
    ...names.flatMap((id) => [
      label(x(id), 36, id, { "text-anchor": "middle" }),
      line(x(id), topPx - 8, x(id), y(toMs), { class: "stroke-rule", "stroke-width": 1.4 }),
    ]),
    ...transfers,
    cutLine,
    ...names.map((id) => circle(x(id), y(at(id)), 3.6, { class: "fill-ink" })),
    ...sums.map((text, i) =>
      label(left + 66, y(toMs) + 18 + 13 * i, text, { "text-anchor": "middle" }),
    ),
  );
}
