/** The lag of a follower through a burst, by the run of `replication/lag`. */
import { lagging } from "../code/replication/lag.scenario.ts";
import { type Load, worstLagMs } from "../code/replication/lag.ts";
import { label, line, plot, polyline, rect, svg } from "./draw.ts";

export const program = "replication/lag";
export const seed = 7;

const burst: Load = {
  writesPerSecond: 250,
  appliesPerSecond: 200,
  networkMs: 5,
  burstMs: 2000,
};
/** What this application allows: 300 ms. */
const budgetMs = 300;

export function draw(): string {
  const { samples } = lagging(burst, 10);
  const p = plot(
    44,
    26,
    400,
    150,
    { label: "time, ms", min: 0, max: 3000, ticks: [0, 500, 1000, 1500, 2000, 2500, 3000] },
    {
      label: "age of the oldest entry not applied, ms",
      min: 0,
      max: 600,
      ticks: [0, 200, 400, 600],
    },
  );
  const shown = samples.filter(({ atMs }) => atMs <= 3000);
  const over = shown.filter(({ ms }) => ms > budgetMs).map(({ atMs }) => atMs);
  const [from, to] = [Math.min(...over), Math.max(...over)];
  const growth = burst.writesPerSecond / burst.appliesPerSecond - 1;
  const atOnceMs = worstLagMs({ ...burst, burstMs: 0 });
  const foretold = [
    [0, atOnceMs],
    [burst.burstMs + worstLagMs(burst), worstLagMs(burst)],
  ] as const;
  const middle = { "text-anchor": "middle", class: "label-quiet" };
  return svg(
    456,
    212,
    rect(p.x(from), 26, p.x(to) - p.x(from), 150, { class: "fill-field" }),
    p.frame,
    label(p.x((from + to) / 2), 38, `over budget, ${to - from + 10} ms`, middle),
    line(p.x(0), p.y(budgetMs), p.x(3000), p.y(budgetMs), {
      class: "stroke-accent dashed",
      "stroke-width": 1.2,
    }),
    label(p.x(40), p.y(budgetMs) - 5, `budget ${budgetMs} ms`, { class: "label" }),
    line(p.x(burst.burstMs), p.y(0), p.x(burst.burstMs), p.y(390), {
      class: "stroke-ink dashed",
      "stroke-width": 1,
    }),
    polyline(
      shown.map(({ atMs, ms }) => [p.x(atMs), p.y(ms)] as const),
      { class: "stroke-blue", "stroke-width": 1.6 },
    ),
    polyline(
      foretold.map(([ms, lag]) => [p.x(ms), p.y(lag)] as const),
      { class: "stroke-quiet dashed", "stroke-width": 1 },
    ),
    label(p.x(1120), p.y(150), `${growth * 1000} ms a second`, { class: "label halo" }),
    label(p.x(1980), p.y(24), "last write", { class: "label halo", "text-anchor": "end" }),
  );
}
