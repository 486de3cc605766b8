/** Intervals between heartbeats, and the two curves of suspicion that are made of them. */
import { phi, phiExponential } from "../code/detectors/accrual.ts";
import { deviationMsMin, watching, windowOf } from "../code/detectors/pause.scenario.ts";
import { label, line, plot, polyline, rect, svg } from "./draw.ts";

export const program = "detectors/pause";
export const seed = 7;

const binMs = 10;
const endMs = 600;

export function draw(): string {
  const sim = watching(seed, { sizeMax: 1000, firstIntervalMs: 200, intervalMsMax: 1000 });
  sim.runUntil(240_000);
  const { intervalsMs } = windowOf(sim);
  const window = { lastMs: 0, intervalsMs };
  const bins = Array.from({ length: endMs / binMs }, (_, bin) => {
    const from = bin * binMs;
    return intervalsMs.filter((ms) => ms >= from && ms < from + binMs).length;
  });
  const ticks = [0, 100, 200, 300, 400, 500, 600];
  const x = { label: "", min: 0, max: endMs, ticks };
  const top = plot(34, 26, 412, 78, x, {
    label: "heartbeats that came so long after the one before, of 1,000",
    min: 0,
    max: 200,
    ticks: [0, 100, 200],
  });
  const below = plot(
    34,
    152,
    412,
    150,
    { ...x, label: "silence since the last heartbeat, ms" },
    { label: "phi", min: 0, max: 12, ticks: [0, 1, 3, 8, 12] },
  );
  const times = Array.from({ length: endMs / 2 }, (_, at) => at * 2);
  const normal = times
    .map((ms) => [ms, phi(window, ms, deviationMsMin)] as const)
    .filter(([, level]) => level <= 12);
  const exponential = times.map((ms) => [ms, phiExponential(window, ms)] as const);
  const crossMs = times.find((ms) => phi(window, ms, deviationMsMin) > 8) ?? 0;
  return svg(
    456,
    336,
    top.frame,
    ...bins.map((count, bin) =>
      rect(top.x(bin * binMs) + 0.5, top.y(count), 5.9, top.y(0) - top.y(count), {
        class: "fill-blue",
      }),
    ),
    below.frame,
    line(below.x(0), below.y(8), below.x(endMs), below.y(8), { class: "stroke-ink dashed" }),
    polyline(
      normal.map(([ms, level]) => [below.x(ms), below.y(level)]),
      { class: "stroke-accent", "stroke-width": 1.8 },
    ),
    polyline(
      exponential.map(([ms, level]) => [below.x(ms), below.y(level)]),
      { class: "stroke-blue", "stroke-width": 1.8 },
    ),
    line(below.x(crossMs), below.y(8), below.x(crossMs), below.y(0), {
      class: "stroke-quiet dashed",
    }),
    label(below.x(crossMs) + 6, below.y(4.6), `passes 8 after ${crossMs} ms`),
    label(below.x(crossMs) + 6, below.y(5.9), "normal curve", { class: "label-strong" }),
    label(below.x(590), below.y(2.7), "exponential curve", {
      class: "label-strong",
      "text-anchor": "end",
    }),
    label(below.x(590), below.y(1.6), "passes 8 after 3.7 s", { "text-anchor": "end" }),
    label(below.x(8), below.y(8.4), "threshold 8", { class: "label-quiet" }),
  );
}
