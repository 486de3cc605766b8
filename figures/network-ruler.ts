/** From a cache to the other shore: times on one scale, each step tenfold. */
import { floorMs, greatCircleKm, wireMs } from "../code/link/exercises.ts";
import { circle, label, line, svg } from "./draw.ts";

export const program = null;
export const seed = 1;

const london = [51.507, -0.128] as const;
const newYork = [40.713, -74.006] as const;

/** The list of about 2012, in ns. */
const listed: readonly (readonly [string, number])[] = [
  ["L1 cache", 0.5],
  ["main memory", 100],
  ["4 kB from an SSD, at random", 150_000],
  ["round trip in a datacenter", 500_000],
  ["disk seek", 10_000_000],
  ["California, Netherlands and back", 150_000_000],
];

/** What light and wires allow, in ns. */
const computed: readonly (readonly [string, number])[] = [
  ["1,500 bytes on 1 Gb/s", 1e6 * wireMs(1500, 1e9)],
  ["1 km of fiber and back", 1e6 * floorMs(1)],
  ["100 km of fiber and back", 1e6 * floorMs(100)],
  ["London, New York and back", 1e6 * floorMs(greatCircleKm(london, newYork))],
];

const x = (ns: number) => 24 + 44 * (Math.log10(ns) + 1);

export function draw(): string {
  const rows = [
    ...listed.map(([name, ns]) => ({ name, ns, tone: "fill-quiet" })),
    ...computed.map(([name, ns]) => ({ name, ns, tone: "fill-green" })),
  ].sort((one, other) => one.ns - other.ns);
  const marks = rows.flatMap(({ name, ns, tone }, at) => {
    const y = 40 + at * 19;
    const isRight = x(ns) > 150;
    return [
      line(x(ns), 24, x(ns), y, { class: "stroke-rule", "stroke-width": 0.7 }),
      circle(x(ns), y, 3.5, { class: tone }),
      label(isRight ? x(ns) - 8 : x(ns) + 8, y + 3.7, `${name}, ${told(ns)}`, {
        "text-anchor": isRight ? "end" : "start",
        ...(tone === "fill-green" ? { class: "label-strong" } : {}),
      }),
    ];
  });
  return svg(456, 236, ...scale(), ...marks);
}

function scale(): readonly string[] {
  const names = ["1 ns", "1 µs", "1 ms", "1 s"];
  const ticks = Array.from({ length: 10 }, (_, at) => x(10 ** at)).map((at) =>
    line(at, 18, at, 24, { class: "stroke-ink", "stroke-width": 1 }),
  );
  return [
    line(x(0.1), 24, x(1e9), 24, { class: "stroke-ink", "stroke-width": 1 }),
    ...ticks,
    ...names.map((name, at) => label(x(10 ** (3 * at)), 13, name, { "text-anchor": "middle" })),
  ];
}

function told(ns: number): string {
  if (ns < 1000) return `${ns} ns`;
  if (ns < 1e6) return `${Math.round(ns / 1000)} µs`;
  return `${Math.round(ns / 1e6)} ms`;
}
