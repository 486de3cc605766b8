/** The load meter, held still: writes against the flush, leaders against a stall. */
import { groupCommit } from "../code/coordination/group-commit.ts";
import { stalls } from "../code/coordination/stall.scenario.ts";
import { circle, label, type Plot, plot, polyline, svg } from "./draw.ts";

export const program = null;
export const seed = 7;

const flushesMs = [0.1, 0.2, 0.5, 1, 2, 3, 4, 5, 7.5, 10, 15, 20];
const stallsMs = [0, 100, 150, 200, 250, 300, 400, 500, 600, 700, 800, 1000, 1200, 1400];

export function draw(): string {
  const writes = plot(
    40,
    34,
    166,
    130,
    { label: "one flush, ms", min: 0, max: 20, ticks: [0, 5, 10, 15, 20] },
    { label: "writes/s of 5,000", min: 0, max: 5000, ticks: [0, 1000, 2000, 3000, 4000, 5000] },
  );
  const leaders = plot(
    274,
    34,
    172,
    130,
    { label: "stall every 2 s, ms", min: 0, max: 1400, ticks: [0, 400, 800, 1200] },
    { label: "new leaders in 20 s", min: 0, max: 12, ticks: [0, 5, 10] },
  );
  const name = { class: "label-strong halo" };
  return svg(
    456,
    198,
    writes.frame,
    leaders.frame,
    batch(writes, 1, "accent"),
    batch(writes, 16, "green"),
    batch(writes, 256, "blue"),
    label(writes.x(5.4), writes.y(520), "1 write a flush", name),
    label(writes.x(6.6), writes.y(2560), "16 a flush", name),
    label(writes.x(7), writes.y(4480), "256 a flush", name),
    patience(leaders, 1, "accent"),
    patience(leaders, 4, "blue"),
    label(leaders.x(300), leaders.y(10.6), "timeout 150–300 ms", name),
    label(leaders.x(800), leaders.y(5.6), "600–1,200 ms", name),
  );
}

function batch(p: Plot, batchMax: number, color: string): string {
  const points = flushesMs.map((fsyncMs) => {
    const report = groupCommit({ fsyncMs, batchMax, arrivalsPerS: 5000, forMs: 5000 });
    return [p.x(fsyncMs), p.y(report.writesPerS)] as const;
  });
  return curve(points, color);
}

function patience(p: Plot, factor: number, color: string): string {
  const points = stallsMs.map((stallMs) => {
    const options = { stallMs, everyMs: 2000, forMs: 20_000, patience: factor };
    return [p.x(stallMs), p.y(stalls(options, seed).leaderChanges)] as const;
  });
  return curve(points, color);
}

function curve(points: readonly (readonly [number, number])[], color: string): string {
  const dots = points.map(([x, y]) => circle(x, y, 2, { class: `fill-${color}` }));
  return polyline(points, { class: `stroke-${color}`, "stroke-width": 1.5 }) + dots.join("");
}
