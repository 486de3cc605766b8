/** What six detectors of one bad day achieve: time to detect, and errors an hour. */

import { detector, type Judge } from "../code/detectors/detector.ts";
import { measure, phiJudge } from "../code/detectors/measure.scenario.ts";
import { falseAnHour } from "../code/impossible/bounds.ts";
import { circle, label, line, type Point, polyline, rect, svg } from "./draw.ts";

export const program = "detectors";
export const seed = 7;

const fixed = (timeoutMs: number): Judge => ({ kind: "fixed", timeoutMs });

type Spot = readonly [name: string, heartbeatMs: number, judge: Judge, dx: number, dy: number];

const spots: readonly Spot[] = [
  ["300 ms", 200, fixed(300), 9, -4],
  ["700 ms", 200, fixed(700), -9, 13],
  ["2000 ms", 200, fixed(2000), -9, -8],
  ["700 ms, 8 times the messages", 25, fixed(700), 9, -12],
  ["phi > 8", 200, phiJudge(8), 9, 2],
  ["phi > 30", 200, phiJudge(30), 9, 2],
];

const area = { left: 44, right: 448, top: 26, bottom: 196 };

export function draw(): string {
  const ink = { class: "stroke-ink", "stroke-width": 1 };
  const points = spots.map(([name, heartbeatMs, judge, dx, dy]) => {
    const node = detector({ heartbeatMs, checkMs: 10, judge });
    const { detectionMs, falseAnHour: errors } = measure(node, [seed, seed + 1]);
    const isDear = heartbeatMs < 200;
    return [
      circle(x(detectionMs), y(errors), 5, {
        class: isDear ? "fill-paper stroke-accent" : "fill-blue",
        "stroke-width": 1.8,
      }),
      label(x(detectionMs) + dx, y(errors) + dy, name, {
        "text-anchor": dx < 0 ? "end" : "start",
        class: "halo",
      }),
    ].join("");
  });
  const curve: readonly Point[] = Array.from({ length: 200 }, (_, at): Point => {
    const timeoutMs = 260 + at * 10;
    return [x(timeoutMs - 100), y(falseAnHour(timeoutMs, 200, 60, 0.05))];
  });
  return svg(
    456,
    232,
    rect(area.left, y(1), x(750) - area.left, area.bottom - y(1), { class: "fill-field" }),
    label(area.left + 6, area.bottom - 8, "fast and accurate", { class: "label-strong" }),
    ...[1000, 100, 10, 1].map((errors) =>
      line(area.left, y(errors), area.right, y(errors), {
        class: "stroke-rule",
        "stroke-width": 0.7,
      }),
    ),
    ...[1000, 100, 10, 1].map((errors) =>
      label(area.left - 6, y(errors) + 4, String(errors), { "text-anchor": "end" }),
    ),
    label(area.left - 6, y(0) + 4, "none", { "text-anchor": "end" }),
    ...[0, 500, 1000, 1500, 2000].flatMap((ms) => [
      line(x(ms), area.bottom, x(ms), area.bottom + 4, ink),
      label(x(ms), area.bottom + 16, String(ms), { "text-anchor": "middle" }),
    ]),
    line(area.left, area.bottom, area.right, area.bottom, ink),
    line(area.left, area.top, area.left, area.bottom, ink),
    label(4, 12, "false suspicions for each pair, an hour", { class: "label-quiet" }),
    label(area.right, 229, "from crash to suspicion, ms", {
      "text-anchor": "end",
      class: "label-quiet",
    }),
    polyline(curve, { class: "stroke-quiet dashed", "stroke-width": 1 }),
    ...points,
  );
}

function x(ms: number): number {
  return area.left + (ms / 2100) * (area.right - area.left);
}

/** Decades are equally far apart; what is under a tenth lies at the foot. */
function y(errors: number): number {
  const decades = Math.log10(Math.max(errors, 0.1)) + 1;
  return area.bottom - 8 - (decades / 4.2) * (area.bottom - area.top - 8);
}
