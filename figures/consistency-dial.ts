/** The workload of the sample `consistency`: what each setting costs. */
import { type Level, levels } from "../code/consistency/levels.ts";
import { latencies, servers, staleReads, workload } from "../code/consistency/workload.scenario.ts";
import { circle, label, line, rect, svg } from "./draw.ts";

export const program = "consistency";
export const seed = 7;

const [top, row] = [44, 25];
const ms = (value: number) => 122 + value * 2.1;
const percent = (value: number) => 330 + value * 2;

export function draw(): string {
  const rows = (Object.keys(levels) as Level[]).flatMap((level, nth) => {
    const y = top + nth * row;
    const { readMs, writeMs, stalePercent } = measured(level);
    return [
      line(ms(0), y, ms(80), y, { class: "stroke-rule", "stroke-width": 0.7 }),
      label(0, y + 4, level),
      rect(ms(writeMs) - 4, y - 4, 8, 8, { class: "fill-paper stroke-blue", "stroke-width": 1.4 }),
      circle(ms(readMs), y, 3, { class: "fill-blue" }),
      rect(percent(0), y - 6, Math.max(0.8, stalePercent * 2), 12, { class: "fill-accent" }),
      label(percent(stalePercent) + 5, y + 4, `${stalePercent.toFixed(0)}%`),
    ];
  });
  const bottom = top + 7 * row - 4;
  const ticks = [0, 20, 40, 60, 80].map((value) =>
    label(ms(value), bottom + 8, `${value}`, { "text-anchor": "middle", class: "label-quiet" }),
  );
  return svg(
    456,
    bottom + 14,
    label(0, 12, "setting", { class: "label-strong" }),
    label(ms(0), 12, "median latency, ms", { class: "label-strong" }),
    circle(ms(0) + 4, 25, 3, { class: "fill-blue" }),
    label(ms(0) + 12, 29, "read"),
    rect(ms(0) + 46, 21, 8, 8, { class: "fill-paper stroke-blue", "stroke-width": 1.4 }),
    label(ms(0) + 60, 29, "write"),
    label(percent(0), 12, "stale reads", { class: "label-strong" }),
    ...rows,
    ...ticks,
  );
}

function measured(level: Level) {
  const clients = { c1: servers, c2: servers, c3: servers };
  const histories = Array.from(
    { length: 20 },
    (_, nth) =>
      workload({ seed: seed + nth, levelOf: () => level, clients, operations: 15 }).history,
  );
  const of = (op: string) => histories.flat().filter((one) => one.op === op);
  return {
    readMs: latencies(of("read")).medianMs,
    writeMs: latencies(of("write")).medianMs,
    stalePercent: (100 * histories.flatMap(staleReads).length) / of("read").length,
  };
}
