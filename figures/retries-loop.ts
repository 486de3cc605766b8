/** The smallest model: clients, a queue, a server, and the way back into the queue. */
import { naive, serviceMs, timeoutMs } from "../code/retries/storm.ts";
import { element, label, type Point, polyline, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const ink = { class: "stroke-ink", "stroke-width": 1.2 };
const again = { class: "stroke-accent dashed", "stroke-width": 1.4 };
const middle = { "text-anchor": "middle" };
const strong = { ...middle, class: "label-strong" };
const quiet = { ...middle, class: "label-quiet" };

export function draw(): string {
  const cells = Array.from({ length: 9 }, (_, index) =>
    rect(178 + 15 * index, 60, 12, 28, { class: "fill-field stroke-ink", "stroke-width": 0.8 }),
  );
  const retries = naive.attemptsMax - 1;
  return svg(
    456,
    152,
    box(4, "10 clients", "70 calls/s"),
    ...cells,
    label(244, 104, `queue of ${naive.queueMax}`, quiet),
    box(358, "server", `${serviceMs} ms each`),
    arrow([104, 74], [172, 74], ink),
    arrow([315, 74], [352, 74], ink),
    bent([405, 96], [405, 134], [52, 134], [52, 102], ink),
    label(228, 129, "answer", { ...middle, class: "halo" }),
    bent([52, 52], [52, 24], [184, 24], [184, 54], again),
    label(192, 14, `after ${timeoutMs / 1000} s without an answer:`, { class: "label-strong" }),
    label(192, 28, `the same call again, at most ${retries} times`),
  );
}

function box(x: number, name: string, rate: string): string {
  return (
    rect(x, 52, 94, 44, { class: "fill-paper stroke-ink", "stroke-width": 1.2 }) +
    label(x + 47, 71, name, strong) +
    label(x + 47, 86, rate, middle)
  );
}

type Stroke = { readonly class: string; readonly "stroke-width": number };

function arrow(from: Point, to: Point, stroke: Stroke): string {
  return polyline([from, to], stroke) + head(to, "right", stroke);
}

/** Out, along, and in again: the last stretch ends in an arrowhead. */
function bent(from: Point, one: Point, two: Point, to: Point, stroke: Stroke): string {
  const turn = to[1] < two[1] ? "up" : "down";
  return polyline([from, one, two, to], stroke) + head(to, turn, stroke);
}

function head([x, y]: Point, turn: "right" | "up" | "down", stroke: Stroke): string {
  const color = stroke.class.includes("accent") ? "fill-accent" : "fill-ink";
  const sign = turn === "up" ? 1 : -1;
  const path =
    turn === "right" ? `M${x + 4} ${y}l-8 -4v8z` : `M${x} ${y - 4 * sign}l-4 ${8 * sign}h8z`;
  return element("path", { d: path, class: color });
}
