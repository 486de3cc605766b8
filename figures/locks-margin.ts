/** A lease of ten seconds between a fast service and a slow holder; bounds drawn large. */
import { usableMs } from "../code/locks/lease-lock.ts";
import { element, label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const ttlMs = 10_000;
const drift = 0.1;
const delayMs = 500;
const left = 12;
const perSecond = 36;
const x = (ms: number) => left + (ms / 1000) * perSecond;
const rowPx = 52;

export function draw(): string {
  // By a clock without fault: the service is fast, the holder slow.
  const takenMs = ttlMs / (1 + drift);
  const naiveMs = ttlMs / (1 - drift);
  const carefulMs = usableMs(ttlMs, drift, delayMs) / (1 - drift);
  const bottom = 30 + 3 * rowPx;
  return svg(
    456,
    bottom + 36,
    bar("the service, by its fast clock, keeps others out", 0, takenMs, "green", "10 s counted"),
    bar("the holder, by its slow clock, all of the lease", 1, naiveMs, "accent", "10 s counted"),
    overlap(takenMs, naiveMs),
    bar("the holder, with both allowances", 2, carefulMs, "blue", counted()),
    rect(x(carefulMs), 24 + 2 * rowPx, x(carefulMs + delayMs) - x(carefulMs), 18, {
      class: "fill-none stroke-blue dashed",
      "stroke-width": 1,
    }),
    label(x(carefulMs + delayMs) + 9, 37 + 2 * rowPx, "its last message arrives", {
      class: "label-quiet",
    }),
    line(x(takenMs), 8, x(takenMs), bottom, { class: "stroke-ink dashed", "stroke-width": 1 }),
    line(left, bottom, x(12_000), bottom, { class: "stroke-ink", "stroke-width": 1 }),
    ...[0, 2, 4, 6, 8, 10, 12].flatMap((second) => [
      line(x(second * 1000), bottom, x(second * 1000), bottom + 4, {
        class: "stroke-ink",
        "stroke-width": 1,
      }),
      label(x(second * 1000), bottom + 16, String(second), { "text-anchor": "middle" }),
    ]),
    label(x(12_000), bottom + 31, "true time since the question, s", {
      class: "label-quiet",
      "text-anchor": "end",
    }),
  );
}

function counted(): string {
  return `${(usableMs(ttlMs, drift, delayMs) / 1000).toFixed(2)} s counted`;
}

function bar(title: string, row: number, untilMs: number, tone: string, words: string): string {
  const top = 24 + row * rowPx;
  const place = [x(0), top, x(untilMs) - x(0), 18] as const;
  return element(
    "g",
    {},
    label(left, top - 6, title),
    rect(...place, { class: `fill-${tone}`, "fill-opacity": 0.2 }),
    rect(...place, { class: `fill-none stroke-${tone}`, "stroke-width": 1.2 }),
    label(left + 8, top + 13, words, { class: "label-strong" }),
  );
}

function overlap(takenMs: number, naiveMs: number): string {
  const top = 24 + rowPx;
  const seconds = ((naiveMs - takenMs) / 1000).toFixed(1);
  return element(
    "g",
    {},
    rect(x(takenMs), top, x(naiveMs) - x(takenMs), 18, {
      class: "fill-accent",
      "fill-opacity": 0.45,
    }),
    label(x(takenMs) + 6, top + 31, `two holders for ${seconds} s`, { class: "label-strong" }),
  );
}
