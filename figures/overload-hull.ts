/** The fifty threads of the shop's front, one square each: who holds them when C hangs? */

import type { GateState } from "../code/overload/gate.ts";
import { cascade, fronts } from "../code/overload/hull.scenario.ts";
import type { HullState } from "../code/overload/hull.ts";
import type { ServiceState } from "../code/timeouts/service.ts";
import { label, line, svg, worker } from "./draw.ts";

export const program = "overload/bulkhead";
export const seed = 7;

const moments = [10, 11, 25];
const cellPx = 10;
const firstPx = 118;
const stepPx = 116;

type Threads = { readonly recs: number; readonly checkout: number; readonly size: number };

/** Each front, and how its state is read as compartments of threads. */
const shown = [
  { name: "one pool", lines: ["one pool", "of 50 threads"], read: onePool },
  {
    name: "semaphore: 20 recs",
    lines: ["one pool, and", "20 permits for", "recommendations"],
    read: (state: unknown) => onePool((state as GateState<ServiceState>).inner),
  },
  { name: "a pool for each", lines: ["two pools", "of 25 threads"], read: twoPools },
];

export function draw(): string {
  const heads = moments.map((second, n) =>
    label(firstPx + n * stepPx, 42, `second ${second}`, { class: "label-strong" }),
  );
  return svg(456, 262, ...key(), ...heads, ...shown.flatMap(row));
}

function row({ name, lines, read }: (typeof shown)[number], n: number): readonly string[] {
  const top = 52 + n * 71;
  const A = fronts[name];
  if (A === undefined) throw new Error(`no front ${name}`);
  const sim = cascade(seed, A, 60);
  const grids = moments.flatMap((second, at) => {
    sim.runUntil(second * 1000);
    return grid(firstPx + at * stepPx, top, read(sim.state<unknown>("A")));
  });
  const words = lines.map((text, at) => label(4, top + 18 + 14 * at, text));
  return [...words, ...grids];
}

function onePool(state: unknown): readonly Threads[] {
  const { jobs } = state as ServiceState;
  const recs = jobs.filter(({ route }) => route === "recs").length;
  return [{ recs, checkout: jobs.length - recs, size: 50 }];
}

function twoPools(state: unknown): readonly Threads[] {
  const { recs, checkout } = state as HullState;
  return [
    { recs: recs?.jobs.length ?? 0, checkout: 0, size: 25 },
    { recs: 0, checkout: checkout?.jobs.length ?? 0, size: 25 },
  ];
}

/** Compartments side by side, a wall between them. */
function grid(left: number, top: number, parts: readonly Threads[]): readonly string[] {
  const columns = 10 / parts.length;
  const wall = parts.length > 1 ? [wallAt(left + 5 * cellPx + 1, top)] : [];
  const cells = parts.flatMap(({ recs, checkout, size }, part) => {
    const x0 = left + part * (columns * cellPx + 5);
    return Array.from({ length: size }, (_, n) => {
      const x = x0 + cellPx * (n % columns);
      const y = top + cellPx * Math.floor(n / columns);
      return worker(x, y, n < recs ? "stuck" : n < recs + checkout ? "working" : "idle");
    });
  });
  return [...wall, ...cells];
}

function wallAt(x: number, top: number): string {
  return line(x, top - 3, x, top + 51, { class: "stroke-ink", "stroke-width": 1.6 });
}

/** Recommendations are stuck, checkouts at work. */
function key(): readonly string[] {
  return [
    worker(4, 5, "stuck"),
    label(17, 13, "held by a call for recommendations"),
    worker(218, 5, "working"),
    label(231, 13, "held by a checkout"),
    worker(350, 5, "idle"),
    label(363, 13, "idle"),
  ];
}
