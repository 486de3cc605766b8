/** The eleven incidents: left alone, treated, and treated badly. */
import { badShare, type Reading } from "../code/incidents/dashboard.ts";
import { incidents } from "../code/incidents/data.scenario.ts";
import { threeWays } from "../code/incidents/room.scenario.ts";
import { element, label, line, type Point, polyline, rect, svg } from "./draw.ts";

export const program = "incidents";
export const seed = 7;

const [cellWidth, cellHeight, columns] = [152, 112, 3];
const [plotWidth, plotHeight] = [122, 62];

const strokes = {
  untreated: { class: "stroke-quiet dashed", "stroke-width": 1.1 },
  worse: { class: "stroke-accent", "stroke-width": 1.4 },
  mitigated: { class: "stroke-green", "stroke-width": 2 },
};

export function draw(): string {
  const cells = incidents.map((incident, n) => {
    const ways = threeWays(incident, seed);
    return cell(n, incident.name, ways);
  });
  return svg(456, 4 * cellHeight - 4, ...cells, key(incidents.length));
}

function cell(n: number, name: string, ways: ReturnType<typeof threeWays>): string {
  const [left, top] = [(n % columns) * cellWidth + 4, Math.floor(n / columns) * cellHeight];
  const x = (minute: number) => left + 14 + (minute / 20) * plotWidth;
  const y = (share: number) => top + 24 + (1 - share) * plotHeight;
  const steps = (readings: readonly Reading[]) =>
    readings.flatMap((r): readonly Point[] => [
      [x(r.minute - 1), y(badShare(r))],
      [x(r.minute), y(badShare(r))],
    ]);
  const isLastRow = n >= incidents.length - columns;
  const ticks = [0, 10, 20].map((minute) =>
    label(x(minute), top + 24 + plotHeight + 13, String(minute), {
      "text-anchor": "middle",
      class: "label-quiet",
      "font-size": 9.6,
    }),
  );
  return element(
    "g",
    {},
    label(left, top + 15, name, { class: "label-strong" }),
    rect(x(0), y(1), plotWidth, plotHeight, { class: "fill-field" }),
    line(x(0), y(0), x(20), y(0), { class: "stroke-ink", "stroke-width": 0.8 }),
    polyline(steps(ways.untreated), strokes.untreated),
    polyline(steps(ways.worse), strokes.worse),
    polyline(steps(ways.mitigated), strokes.mitigated),
    ...(isLastRow ? ticks : []),
  );
}

function key(n: number): string {
  const [left, top] = [(n % columns) * cellWidth + 14, Math.floor(n / columns) * cellHeight];
  const entry = (y: number, way: keyof typeof strokes, text: string) =>
    polyline(
      [
        [left, top + y - 3.5],
        [left + 22, top + y - 3.5],
      ],
      strokes[way],
    ) + label(left + 28, top + y, text);
  return element(
    "g",
    {},
    entry(26, "untreated", "left alone"),
    entry(42, "mitigated", "mitigated"),
    entry(58, "worse", "made worse"),
    label(left, top + 78, "height: 0 to 100 % bad", { class: "label-quiet" }),
    label(left, top + 92, "width: 20 minutes", { class: "label-quiet" }),
  );
}
