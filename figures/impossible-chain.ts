/** All that can happen to three messengers: neighbors look alike to one of the generals. */

import { outcomes } from "../code/impossible/two-generals.ts";
import { arrow, label, line, svg } from "./draw.ts";

export const program = "impossible";
export const seed = 7;

const messages = 3;
const pitchPx = 114;
const headPx = 46;
const legPx = 34;

export function draw(): string {
  const all = outcomes(messages);
  const bottom = headPx + messages * legPx + 10;
  const columns = all.flatMap(({ atA, atB }, arrived) => {
    const [a, b] = [placeOf(arrived) - 32, placeOf(arrived) + 32];
    const legs = Array.from({ length: Math.min(arrived + 1, messages) }, (_, at) => {
      const isFromA = at % 2 === 0;
      const [from, to] = isFromA ? [a, b] : [b, a];
      const [y1, y2] = [headPx + at * legPx + 6, headPx + (at + 1) * legPx];
      if (at < arrived) return arrow(from, y1, to, y2, "ink");
      const [x, y] = [from + (to - from) * 0.6, y1 + (y2 - y1) * 0.6];
      return [
        line(from, y1, x, y, { class: "stroke-accent dashed", "stroke-width": 1.2 }),
        line(x - 5, y - 5, x + 5, y + 5, { class: "stroke-accent", "stroke-width": 1.8 }),
        line(x - 5, y + 5, x + 5, y - 5, { class: "stroke-accent", "stroke-width": 1.8 }),
      ].join("");
    });
    const middle = { "text-anchor": "middle" };
    return [
      label(placeOf(arrived), 13, arrived === messages ? "all arrive" : `${arrived} arrive`, {
        ...middle,
        class: "label-strong",
      }),
      ...[a, b].map((x) =>
        line(x, headPx, x, bottom, { class: "stroke-quiet", "stroke-width": 1 }),
      ),
      label(a, 36, "A", middle),
      label(b, 36, "B", middle),
      ...legs,
      label(a, bottom + 15, `got ${atA}`, middle),
      label(b, bottom + 15, `got ${atB}`, middle),
    ];
  });
  const links = all.slice(1).flatMap((next, at) => {
    const before = all[at];
    const isA = before?.atA === next.atA;
    const shift = isA ? -32 : 32;
    const [x1, x2] = [placeOf(at) + shift, placeOf(at + 1) + shift];
    const y = bottom + (isA ? 24 : 46);
    const top = bottom + 22;
    const told = `the same to ${isA ? "A" : "B"}`;
    const stroke = { class: "stroke-blue", "stroke-width": 1.4 };
    return [
      line(x1, top, x1, y + 8, stroke),
      line(x1, y + 8, x2, y + 8, stroke),
      line(x2, y + 8, x2, top, stroke),
      // The last one stands beside its bracket: another one passes below.
      isA && at > 0
        ? label(x2 + 6, y + 10, told)
        : label((x1 + x2) / 2, y + 22, told, { "text-anchor": "middle" }),
    ];
  });
  return svg(456, bottom + 74, ...columns, ...links);
}

function placeOf(arrived: number): number {
  return 57 + arrived * pitchPx;
}
