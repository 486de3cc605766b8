/** How the answer to a request is drawn: a circle is a read, a square a write; a cross was refused, a filled one is stale. */
import { circle, label, line, rect } from "./draw.ts";

export type Answer = "fresh" | "stale" | "refused";

/** About seven by seven, round its middle; a refused one is larger, so that its cross leaves its shape to be seen. */
export function requestMark(x: number, y: number, op: "read" | "write", answer: Answer): string {
  const isRefused = answer === "refused";
  const tone = answer === "fresh" ? "stroke-ink fill-paper" : "stroke-accent";
  const fill = answer === "stale" ? "fill-accent" : "fill-paper";
  const attributes = { class: `${tone} ${fill}`, "stroke-width": 1.1 };
  const half = isRefused ? 4.2 : 3;
  const shape =
    op === "read"
      ? circle(x, y, half + 0.3, attributes)
      : rect(x - half, y - half, 2 * half, 2 * half, attributes);
  if (!isRefused) return shape;
  const stroke = { class: "stroke-accent", "stroke-width": 1.3 };
  return (
    shape +
    line(x - 2.3, y - 2.3, x + 2.3, y + 2.3, stroke) +
    line(x - 2.3, y + 2.3, x + 2.3, y - 2.3, stroke)
  );
}

/** What the marks mean: each with its words, from left to right. */
export function requestLegend(
  y: number,
  entries: readonly (readonly [x: number, op: "read" | "write", answer: Answer, words: string])[],
): readonly string[] {
  return entries.map(
    ([x, op, answer, words]) =>
      requestMark(x, y, op, answer) + label(x + 9, y + 4, words, { class: "label-quiet" }),
  );
}
