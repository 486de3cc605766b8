/** The threads of the API at four moments: who holds them while one zone of four hangs? */
import type { ServiceState } from "../code/timeouts/service.ts";
import { region, threads } from "../code/timeouts/threads.scenario.ts";
import { label, svg, worker } from "./draw.ts";

export const program = "timeouts/threads";
export const seed = 7;

const moments = [10, 13, 16, 20];
const stepPx = 114;
const cellPx = 10;

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
    const kind = n < stuck ? "stuck" : n < stuck + other ? "working" : "idle";
    const x = left + cellPx * (n % 10);
    const y = 46 + cellPx * Math.floor(n / 10);
    return worker(x, y, kind);
  });
  return [
    label(left, 36, `second ${second}`, { class: "label-strong" }),
    ...cells,
    label(left, 164, `${stuck} stuck, ${other} at work`),
    label(left, 180, `${state.queue.length} in the queue`, { class: "label-quiet" }),
  ];
}

function key(): readonly string[] {
  return [
    worker(4, 5, "stuck"),
    label(17, 13, "waits for zone1"),
    worker(124, 5, "working"),
    label(137, 13, "at work for another zone"),
    worker(284, 5, "idle"),
    label(297, 13, "idle"),
  ];
}
