/** Three segments with their sparse indexes, and the way to offset 10. */

import { written } from "../code/log/segments.example.ts";
import { find } from "../code/log/segments.ts";
import { arrow, label, line, rect, svg } from "./draw.ts";

export const program = "log/segments";
export const seed = 7;

const wanted = 10;
const cellPx = 60;
const leftPx = 62;
const rowPx = 84;
const topPx = 24;

export function draw(): string {
  const { segments, endOffset } = written();
  const rows = segments.flatMap((segment, at) => {
    const { baseOffset, records, index } = segment;
    const y = topPx + at * rowPx;
    const next = segments[at + 1]?.baseOffset ?? endOffset;
    const isHere = baseOffset <= wanted && wanted < next;
    const { position, scanned } = isHere ? find(segment, wanted) : { position: -1, scanned: 0 };
    const isLooked = (place: number) => place <= position && place > position - scanned;
    const cells = records.flatMap(({ offset, key, value }, place) => {
      const x = leftPx + place * cellPx;
      const middle = { "text-anchor": "middle" };
      const isFound = place === position;
      return [
        rect(x, y, cellPx, 26, {
          class: `${isLooked(place) ? "fill-field" : "fill-paper"} ${isFound ? "stroke-accent" : "stroke-ink"}`,
          "stroke-width": isFound ? 2.2 : 1,
        }),
        label(x + cellPx / 2, y + 17, `${key} ${value ?? "gone"}`, middle),
        label(x + cellPx / 2, y - 4, String(offset), {
          ...middle,
          class: "label-quiet",
          "font-size": 9.4,
        }),
      ];
    });
    const lines = index.flatMap(({ offset, position: place }) => {
      const x = leftPx + place * cellPx + cellPx / 2;
      const isUsed = isHere && place === position - scanned + 1;
      return [
        rect(x - 16, y + 40, 32, 16, {
          class: isUsed ? "fill-none stroke-accent" : "fill-none stroke-quiet",
          "stroke-width": isUsed ? 2 : 0.8,
        }),
        label(x, y + 52, String(offset), { "text-anchor": "middle" }),
        arrow(x, y + 40, x, y + 28, isUsed ? "accent" : "quiet"),
      ];
    });
    const isActive = at === segments.length - 1;
    return [
      label(0, y + 13, String(baseOffset).padStart(3, "0"), { class: "label-strong" }),
      label(0, y + 26, isActive ? "active" : "closed", { class: "label-quiet", "font-size": 9.4 }),
      label(0, y + 52, "index", { class: "label-quiet", "font-size": 9.4 }),
      ...cells,
      ...lines,
    ];
  });
  const last = segments.at(-1);
  const endX = leftPx + (last?.records.length ?? 0) * cellPx;
  const endY = topPx + (segments.length - 1) * rowPx;
  return svg(
    456,
    topPx + segments.length * rowPx - 12,
    ...rows,
    line(endX, endY - 4, endX, endY + 30, { class: "stroke-ink", "stroke-width": 2.4 }),
    label(endX + 6, endY + 17, `next: ${endOffset}`, { class: "label-quiet" }),
  );
}
