/**
 * The run of the sample `clocks`: three processes, each event with its
 * Lamport number and its vector. Two concurrent events are ringed, and
 * the past of the later-numbered one is filled. Places are in the order of
 * true time, which no process knows; near events are drawn further apart.
 */
import { eventsOf, misleadingPair, nameOf, names, threeProcesses } from "../code/clocks/example.ts";
import { pasts } from "../code/clocks/happens-before.ts";
import type { Stamped } from "../code/clocks/process.ts";
import type { Simulation } from "../code/kernel/simulator.ts";
import { arrow, circle, element, label, line, svg } from "./draw.ts";

export const program = "clocks";
export const seed = 3;

const [topPx, rowPx, widthPx] = [34, 21, 456];
/** Uneven, so that no message seems to pass through an event of n2. */
const columnPx = [102, 256, 372];
/** Left of the line where no arrow passes: n1's, and two crowded ones. */
const isLeft = (e: Stamped) => e.node === "n1" || ["n2.3", "n2.4"].includes(nameOf(e));

export function draw(): string {
  const sim = threeProcesses(seed);
  const events = eventsOf(sim);
  const timeOf = trueTimes(sim, events);
  const inTime = [...events].sort((a, b) => (timeOf.get(a) ?? 0) - (timeOf.get(b) ?? 0));
  const times = inTime.map((e) => timeOf.get(e) ?? 0);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  // Partly by rank, partly by true time: so near events do not overlap.
  const elapsed = (e: Stamped) =>
    ((events.length - 1) * ((timeOf.get(e) ?? 0) - first)) / (last - first);
  const x = (node: string) => columnPx[names.indexOf(node)] ?? 0;
  const y = (e: Stamped) => topPx + 8 + rowPx * (0.85 * inTime.indexOf(e) + 0.15 * elapsed(e));
  const bottom = topPx + 8 + rowPx * events.length;
  const pair: readonly Stamped[] = misleadingPair(events) ?? [];
  const later = pair.at(-1);
  const past = later ? pasts(events).get(later) : undefined;

  const lines = names.flatMap((node) => [
    label(x(node), 16, node, { class: "label-strong", "text-anchor": "middle" }),
    line(x(node), topPx - 8, x(node), bottom, { class: "stroke-rule", "stroke-width": 1.4 }),
  ]);
  const messages = events
    .filter((e) => e.kind === "receive")
    .flatMap((to) => {
      const from = events.find((e) => e.kind === "send" && e.message === to.message);
      return from ? [arrow(x(from.node), y(from), x(to.node), y(to), "blue")] : [];
    });
  const dots = events.flatMap((e) => {
    const filled = e === later || past?.has(e);
    return [
      ...(pair.includes(e)
        ? [circle(x(e.node), y(e), 8, { class: "stroke-accent fill-paper", "stroke-width": 1.6 })]
        : []),
      circle(x(e.node), y(e), 4, {
        class: filled ? "fill-ink stroke-ink" : "fill-paper stroke-ink",
        "stroke-width": 1.3,
      }),
      stamps(e, x(e.node) + (isLeft(e) ? -66 : 14), y(e) + 3.6),
    ];
  });
  const axis = [
    arrow(18, topPx - 8, 18, bottom, "quiet"),
    label(14, bottom + 14, "time", { class: "label-quiet" }),
  ];
  return svg(widthPx, bottom + 20, ...axis, ...lines, ...messages, ...dots);
}

/** Lamport number in strong type, then the vector; on paper. */
function stamps(e: Stamped, x: number, y: number): string {
  const vector = names.map((n) => e.vector[n] ?? 0).join(",");
  return element(
    "g",
    {},
    label(x, y, String(e.lamport), { class: "label-strong halo" }),
    label(x + 13, y, `(${vector})`, { class: "label halo" }),
    element("title", {}, nameOf(e)),
  );
}

/** The log of a process has no true times; the trace has. */
function trueTimes(sim: Simulation, events: readonly Stamped[]) {
  const times = new Map<Stamped, number>();
  for (const node of names) {
    const happened = sim.trace.filter(
      (t) =>
        (t.kind === "timer" && t.node === node) ||
        (t.kind === "deliver" && t.message.dest === node),
    );
    for (const e of events.filter((e) => e.node === node)) {
      times.set(e, happened[e.index]?.atMs ?? Number.NaN);
    }
  }
  return times;
}
