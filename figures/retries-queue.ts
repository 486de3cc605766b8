/** The server's queue at second 40: who in it is still being waited for? */
import { simulate } from "../code/kernel/simulator.ts";
import type { ServerState } from "../code/retries/server.ts";
import { naive, type StormOptions, storm, timeoutMs } from "../code/retries/storm.ts";
import { label, rect, svg } from "./draw.ts";

export const program = "retries";
export const seed = 7;

const columns = 50;
const dead = { class: "fill-none stroke-accent", "stroke-width": 0.8 };
const awaited = { class: "fill-green" };

export function draw(): string {
  const lifo: StormOptions = { ...naive, discipline: { kind: "lifo" } };
  return svg(
    456,
    246,
    ...queue(12, "First in, first out", naive),
    ...queue(162, "Last in, first out", lifo),
  );
}

/** One square a request, the next to be served first; rows of 50. */
function queue(top: number, title: string, options: StormOptions): readonly string[] {
  const sim = simulate({ seed, keepTrace: false, ...storm(options) });
  sim.runUntil(40_000);
  const { queue } = sim.state("server") as ServerState;
  const inOrder = options.discipline.kind === "lifo" ? queue.toReversed() : queue;
  const inTime = inOrder.map(({ arrivedMs }) => sim.nowMs - arrivedMs <= timeoutMs);
  const count = inTime.filter((inside) => inside).length;
  const squares = inTime.map((inside, index) => {
    const x = 4 + 9 * (index % columns);
    const y = top + 22 + 11 * Math.floor(index / columns);
    return rect(x, y, 7, 8, inside ? awaited : dead);
  });
  const summary = `${inTime.length} waiting, ${count} of them for less than the timeout`;
  return [
    label(4, top, title, { class: "label-strong" }),
    label(4, top + 14, summary, { class: "label-quiet" }),
    ...squares,
  ];
}
