/** The threads of the API at four moments: who holds them while one zone of four hangs? */
import type { ServiceState } from "../code/timeouts/service.ts";
import { region, threads } from "../code/timeouts/threads.scenario.ts";
import { circle, label, rect, svg } from "./draw.ts";

export const program = "timeouts/threads";
export const seed = 7;

const moments = [10, 13, 16, 20];
const stepPx = 114;
const cellPx = 10;

type Kind = "stuck" | "other" | "idle";

export function draw(): string {
  const sim = region(seed, 30_000);
  const frames = moments.flatMap((second, index) => {
    sim.runUntil(second * 1000);
    return frame(index * stepPx + 4, second, sim.state<ServiceState>("api"));
  });
  return svg(456, 196, ...key(), ...frames);
}

function frame(left: number, second: number, state: ServiceState): readonly string[] {
  const stuck = state.jobs.filter(({ route }) => route === "zone1").length;
  const other = state.jobs.length - stuck;
  const cells = Array.from({ length: threads }, (_, n) => {
    const kind = n < stuck ? "stuck" : n < stuck + other ? "other" : "idle";
    const x = left + cellPx * (n % 10);
    const y = 46 + cellPx * Math.floor(n / 10);
    return cell(x, y, kind);
  });
  return [
    label(left, 36, `second ${second}`, { class: "label-strong" }),
    ...cells,
    label(left, 164, `${stuck} stuck, ${other} at work`),
    label(left, 180, `${state.queue.length} in the queue`, { class: "label-quiet" }),
  ];
}

/** Filled squares are stuck, dots at work for the other zones, hollow squares idle. */
function cell(x: number, y: number, kind: Kind): string {
  if (kind === "stuck") return rect(x, y, 8, 8, { class: "fill-accent" });
  const hollow = { class: "fill-none stroke-rule", "stroke-width": 0.8 };
  const outline = rect(x + 0.4, y + 0.4, 7.2, 7.2, hollow);
  if (kind === "idle") return outline;
  return outline + circle(x + 4, y + 4, 2.6, { class: "fill-green" });
}

function key(): readonly string[] {
  return [
    cell(4, 5, "stuck"),
    label(17, 13, "waits for zone1"),
    cell(124, 5, "other"),
    label(137, 13, "at work for another zone"),
    cell(284, 5, "idle"),
    label(297, 13, "idle"),
  ];
}
