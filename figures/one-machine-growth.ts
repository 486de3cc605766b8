/** How large an answer may grow before a blink of the network is the end. */
import { grown } from "../code/fallacies/membership.example.ts";
import { circle, label, plot, polyline, svg } from "./draw.ts";

export const program = "fallacies/membership";
export const seed = 7;

const sizesMs = [200, 300, 400, 500, 550, 600, 625, 650, 700, 800];
const seeds = [3, 4, 5, 6, 7];

export function draw(): string {
  const xAxis = {
    label: "time that one answer takes, ms",
    min: 100,
    max: 900,
    ticks: [200, 400, 600, 800],
  };
  const yAxis = { label: "percent", min: 0, max: 105, ticks: [0, 25, 50, 75, 100] };
  const { frame, x, y } = plot(40, 26, 400, 170, xAxis, yAxis);
  const runs = sizesMs.map((ms) => seeds.map((one) => grown(one, ms)));
  const dots = runs.flatMap((ofOne, at) =>
    ofOne.map(({ errors }) =>
      circle(x(sizesMs[at] ?? 0), y(errors[2] ?? 0), 3.2, { class: "fill-accent" }),
    ),
  );
  const busy = runs.map(
    (ofOne, at) => [x(sizesMs[at] ?? 0), y(100 * (ofOne[0]?.busy ?? 0))] as const,
  );
  return svg(
    456,
    238,
    frame,
    polyline(busy, { class: "stroke-blue", "stroke-width": 1.6 }),
    ...dots,
    label(x(330), y(34), "busy before the cut", { class: "label halo", "text-anchor": "middle" }),
    label(x(640), y(90), "errors 16 minutes after the cut,", { "text-anchor": "end" }),
    label(x(640), y(82), "a dot for each of five seeds", { "text-anchor": "end" }),
  );
}
