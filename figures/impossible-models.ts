/** The map of system models: how many processes it takes to bear f faults, deterministically. */

import { type Faults, smallestGroup, type Timing } from "../code/impossible/bounds.ts";
import { label, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const timings: readonly (readonly [Timing, string, string])[] = [
  ["synchronous", "synchronous", "bounds known"],
  ["partial", "partially synchronous", "bounds some day"],
  ["asynchronous", "asynchronous", "no bounds"],
];
const kinds: readonly (readonly [Faults, string, string])[] = [
  ["crash", "crash", "stops for good"],
  ["omission", "omission", "messages go missing"],
  ["signed", "Byzantine, signed", "lies, forges no signature"],
  ["byzantine", "Byzantine", "lies as it likes"],
];
const left = 132;
const widthPx = 104;
const heightPx = 40;
const top = 40;

export function draw(): string {
  const middle = { "text-anchor": "middle" };
  const heads = timings.map(([, name, meaning], column) => {
    const x = left + column * (widthPx + 4) + widthPx / 2;
    return (
      label(x, 13, name, { ...middle, class: "label-strong" }) +
      label(x, 28, meaning, { ...middle, class: "label-quiet" })
    );
  });
  const rows = kinds.flatMap(([faults, name, meaning], row) => {
    const y = top + row * (heightPx + 4);
    const cells = timings.map(([timing], column) => {
      const x = left + column * (widthPx + 4);
      const [one, two] = [1, 2].map((faulty) => smallestGroup(timing, faults, faulty));
      const isPossible = Number.isFinite(one);
      return [
        rect(x, y, widthPx, heightPx, {
          class: isPossible ? "fill-field stroke-rule" : "fill-paper stroke-accent dashed",
          "stroke-width": 1,
        }),
        label(x + widthPx / 2, y + 17, isPossible ? formula(one ?? 0, two ?? 0) : "none", {
          ...middle,
          class: "label-strong",
        }),
        label(x + widthPx / 2, y + 32, isPossible ? `${one} for one fault` : "(FLP)", {
          ...middle,
          class: "label-quiet",
        }),
      ].join("");
    });
    return [
      label(left - 8, y + 17, name, { "text-anchor": "end", class: "label-strong" }),
      label(left - 8, y + 32, meaning, { "text-anchor": "end", class: "label-quiet" }),
      ...cells,
    ];
  });
  return svg(456, top + kinds.length * (heightPx + 4), ...heads, ...rows);
}

/** From the numbers for one and two faults to k f + 1. */
function formula(one: number, two: number): string {
  const slope = two - one;
  return `${slope === 1 ? "" : slope}f + ${one - slope}`;
}
