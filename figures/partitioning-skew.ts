/** The hottest partition's part of all requests, as the skew grows. */
import { loadsOf } from "../code/partitioning/hot-key.ts";
import { zipf } from "../code/partitioning/zipf.ts";
import { circle, label, type Plot, plot, polyline, svg } from "./draw.ts";

export const program = "partitioning";
export const seed = 7;

const exponents = Array.from({ length: 15 }, (_, n) => n / 10);
const keyCount = 10_000;
/** Names of keys differ by seed, so each curve is a mean over these. */
const seeds = [7, 8, 9, 10, 11];

export function draw(): string {
  const p = plot(
    40,
    30,
    300,
    190,
    {
      label: "Zipf exponent of the keys' popularity",
      min: 0,
      max: 1.45,
      ticks: [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4],
    },
    {
      label: "the hottest partition's part of all requests, %",
      min: 0,
      max: 45,
      ticks: [0, 10, 20, 30, 40],
    },
  );
  const keyAlone = exponents.map((s) => [s, 100 * (zipf(keyCount, s)[0] ?? 0)] as const);
  return svg(
    456,
    262,
    p.frame,
    curve(p, hottest(16), "blue"),
    curve(p, hottest(64), "green"),
    curve(p, hottest(256), "accent"),
    polyline(
      keyAlone.map(([s, part]) => [p.x(s), p.y(part)] as const),
      { class: "stroke-ink dashed", "stroke-width": 1.3 },
    ),
    name(p, 43.3, "16 partitions", "fill-blue"),
    name(p, 38.9, "64 partitions", "fill-green"),
    name(p, 34.5, "256 partitions", "fill-accent"),
    name(p, 30.1, "hottest key alone", "fill-ink"),
  );
}

type Points = readonly (readonly [exponent: number, percent: number])[];

function hottest(partitions: number): Points {
  return exponents.map((exponent) => {
    const parts = zipf(keyCount, exponent);
    const each = seeds.map((one) => {
      const demands = parts.map((reads, rank) => ({
        key: `key-${one}-${rank}`,
        reads: 100 * reads,
        writes: 0,
      }));
      return Math.max(...loadsOf(demands, partitions));
    });
    const sum = each.reduce((total, part) => total + part, 0);
    return [exponent, sum / each.length] as const;
  });
}

function curve(p: Plot, points: Points, color: string): string {
  const places = points.map(([s, part]) => [p.x(s), p.y(part)] as const);
  const dots = places.map(([x, y]) => circle(x, y, 2, { class: `fill-${color}` }));
  return polyline(places, { class: `stroke-${color}`, "stroke-width": 1.6 }) + dots.join("");
}

/** A line of the key, beside the curves' ends, with a mark of its color. */
function name(p: Plot, at: number, text: string, color: string): string {
  const y = p.y(at);
  return circle(352, y - 3.6, 3, { class: color }) + label(360, y, text, { class: "label-strong" });
}
