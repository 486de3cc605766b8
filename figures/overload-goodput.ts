/** Answers in time against calls, for one server and four ways to bound its work. */
import {
  brownout,
  capacity,
  goodput,
  loadRun,
  type Variant,
  variants,
} from "../code/overload/load.scenario.ts";
import { circle, label, line, type Plot, plot, polyline, svg } from "./draw.ts";

export const program = "overload";
export const seed = 7;

const loads = [25, 50, 75, 90, 100, 110, 125, 150, 200, 250, 300];

type Curve = {
  readonly variant: Variant | undefined;
  readonly text: string;
  readonly tone: string;
  readonly stroke: string;
  readonly textAt: readonly [load: number, good: number];
};

const curves: readonly Curve[] = [
  {
    variant: variants["endless queue"],
    text: "no bound",
    tone: "accent",
    stroke: "stroke-accent",
    textAt: [128, 12],
  },
  {
    variant: variants["AIMD limit"],
    text: "AIMD limit",
    tone: "blue",
    stroke: "stroke-blue dashed",
    textAt: [228, 80],
  },
  {
    variant: variants["queue of 50"],
    text: "queue of 50",
    tone: "ink",
    stroke: "stroke-ink",
    textAt: [228, 107],
  },
  {
    variant: brownout,
    text: "queue of 50, optional part dimmed",
    tone: "green",
    stroke: "stroke-green",
    textAt: [163, 170],
  },
];

export function draw(): string {
  const p = plot(
    38,
    28,
    406,
    190,
    { label: "calls a second", min: 0, max: 310, ticks: [0, 100, 200, 300] },
    { label: "answers in time, a second", min: 0, max: 180, ticks: [0, 50, 100, 150] },
  );
  const full = line(p.x(capacity), p.y(0), p.x(capacity), p.y(180), {
    class: "stroke-quiet dashed",
    "stroke-width": 0.8,
  });
  return svg(456, 262, p.frame, full, ...curves.flatMap((curve) => drawn(p, curve)));
}

function drawn(p: Plot, { variant, text, tone, stroke, textAt }: Curve): readonly string[] {
  if (variant === undefined) throw new Error(`no variant for ${text}`);
  const points = loads.map((load) => {
    const good = goodput(loadRun(seed, variant, load), 20, 30);
    return [p.x(load), p.y(good)] as const;
  });
  return [
    polyline(points, { class: stroke, "stroke-width": 1.5 }),
    ...points.map(([x, y]) => circle(x, y, 2.2, { class: `fill-${tone}` })),
    label(p.x(textAt[0]), p.y(textAt[1]), text, { class: "label-strong halo" }),
  ];
}
