/** The life of a packet: where it is put on a wire, where it waits, where it flies. */
import { gigabit, waitsAt } from "../code/link/bottleneck.ts";
import { floorMs } from "../code/link/exercises.ts";
import { arrow, label, line, rect, svg } from "./draw.ts";

export const program = "link/bottleneck";
export const seed = 7;

export function draw(): string {
  const { packetUs, bufferPackets } = gigabit;
  const flightUs = (1000 * floorMs(100)) / 2;
  const busy = waitsAt(seed, 20_000, 90, gigabit);
  const fullUs = packetUs * bufferPackets;
  const middle = { "text-anchor": "middle" };
  const box = (x: number, width: number, name: string) => [
    rect(x, 30, width, 34, { class: "fill-paper stroke-ink", "stroke-width": 1 }),
    label(x + width / 2, 51, name, { ...middle, class: "label-strong" }),
  ];
  const queued = Array.from({ length: 7 }, (_, at) =>
    rect(136 + at * 9, 38, 6, 18, { class: at < 5 ? "fill-accent" : "fill-none stroke-quiet" }),
  );
  const note = (x: number, first: string, second: string, third = "") => [
    label(x, 84, first, { ...middle, class: "label-strong" }),
    label(x, 99, second, middle),
    label(x, 113, third, { ...middle, class: "label-quiet" }),
  ];
  return svg(
    456,
    124,
    ...box(4, 62, "sender"),
    arrow(66, 47, 124, 47, "blue"),
    rect(126, 30, 78, 34, { class: "fill-paper stroke-ink", "stroke-width": 1 }),
    ...queued,
    label(165, 22, "switch, queue", { ...middle, class: "label-strong" }),
    line(204, 47, 330, 47, {
      class: "stroke-blue",
      "stroke-width": 1.1,
      "stroke-dasharray": "7 3",
    }),
    label(267, 40, "100 km of fiber", { ...middle, class: "label-quiet" }),
    arrow(330, 47, 386, 47, "blue"),
    ...box(388, 64, "receiver"),
    ...note(52, "transmission", `${packetUs} µs`, "at 1 Gb/s"),
    ...note(165, "queueing", `0 to ${fullUs} µs`, `half wait under ${busy.medianUs}`),
    ...note(290, "propagation", `${flightUs} µs`, "5 µs a kilometer"),
    ...note(412, "transmission", "once a hop", ""),
  );
}
