/** One bad host among many: what is left of the good ones behind a shared breaker. */
import { breakerOptions, guardedRun, settings, totals } from "../code/timeouts/breaker.scenario.ts";
import { mostHosts } from "../code/timeouts/exercises.ts";
import type { GuardedOptions } from "../code/timeouts/guarded.ts";
import { circle, label, line, type Plot, plot, polyline, svg } from "./draw.ts";

export const program = null;
export const seed = 7;

const counts = [2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 24, 28, 32, 40];
const attemptsMax = 3;
const silent = { fromMs: 0, untilMs: 1e6, says: "failed", afterMs: 1e6 } as const;

const curves = [
  { percent: 50, tone: "green", stroke: "stroke-green", at: 7 },
  { percent: 20, tone: "blue", stroke: "stroke-blue dashed", at: 21 },
  { percent: 10, tone: "accent", stroke: "stroke-accent", at: 34 },
];

export function draw(): string {
  const p = plot(
    38,
    34,
    406,
    170,
    { label: "hosts, one of them silent", min: 0, max: 42, ticks: [0, 4, 13, 20, 28, 40] },
    {
      label: "calls to the good hosts that are answered, %",
      min: 0,
      max: 105,
      ticks: [0, 50, 100],
    },
  );
  return svg(456, 246, p.frame, ...curves.flatMap((curve) => drawn(p, curve)));
}

function drawn(p: Plot, { percent, tone, stroke, at }: (typeof curves)[number]): readonly string[] {
  const points = counts.map((hosts) => [p.x(hosts), p.y(answered(hosts, percent))] as const);
  const border = p.x(mostHosts(attemptsMax, percent));
  const y = p.y(answered(at, percent));
  return [
    line(border, p.y(0), border, p.y(0) - 12, { class: stroke, "stroke-width": 2.5 }),
    polyline(points, { class: stroke, "stroke-width": 1.5 }),
    ...points.map(([x, y]) => circle(x, y, 2.4, { class: `fill-${tone}` })),
    label(
      p.x(at) + (percent === 50 ? 8 : 6),
      percent === 50 ? y + 16 : y + 16,
      `opens at ${percent}%`,
      { class: "label-strong halo" },
    ),
  ];
}

/** Of a minute's calls to the hosts that are well, in percent. */
function answered(count: number, failurePercent: number): number {
  const hosts = Array.from({ length: count }, (_, n) => `host${n}`);
  const breaker = { ...breakerOptions, failurePercent };
  const options: GuardedOptions = { ...settings, hosts, perSecond: 100, attemptsMax, breaker };
  const sim = guardedRun(seed, options, { host1: silent });
  sim.runUntil(60_000);
  const { calls, good } = totals(sim, (id) => id !== "host1");
  return (100 * good) / calls;
}
