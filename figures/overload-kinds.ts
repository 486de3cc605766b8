/** Four places for a wall: between threads, processes, data, and whole cells. */
import { label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = 0;

const panelPx = 114;

type Panel = {
  readonly title: string;
  readonly stops: readonly string[];
  readonly draw: (left: number) => readonly string[];
};

const panels: readonly Panel[] = [
  { title: "threads", stops: ["stops a slow", "dependency"], draw: threads },
  { title: "processes", stops: ["stops a crash, a leak,", "a full heap"], draw: processes },
  { title: "data", stops: ["stops a heavy query,", "a full pool"], draw: data },
  { title: "cells", stops: ["stops a bad deploy,", "a poisoned request"], draw: cells },
];

export function draw(): string {
  return svg(456, 176, ...panels.flatMap(panel));
}

function panel({ title, stops, draw: inside }: Panel, n: number): readonly string[] {
  const left = n * panelPx + 4;
  return [
    label(left, 13, title, { class: "label-strong" }),
    ...inside(left),
    ...stops.map((text, at) => label(left, 152 + 14 * at, text, { class: "label-quiet" })),
  ];
}

const thin = { class: "stroke-ink fill-none", "stroke-width": 1 };
const flooded = { class: "stroke-ink fill-accent", "stroke-width": 1 };
const thick = { class: "stroke-ink", "stroke-width": 2.4 };

/** One process, a line through its pool. */
function threads(left: number): readonly string[] {
  return [
    rect(left, 26, 96, 100, thin),
    ...slots(left + 8, 38, 2, true),
    ...slots(left + 60, 38, 2, false),
    line(left + 48, 26, left + 48, 126, thick),
  ];
}

/** Two processes beside one another. */
function processes(left: number): readonly string[] {
  return [
    rect(left, 26, 43, 100, thin),
    rect(left + 53, 26, 43, 100, thin),
    ...slots(left + 8, 38, 2, true),
    ...slots(left + 61, 38, 2, false),
  ];
}

function slots(left: number, top: number, columns: number, isFlooded: boolean): readonly string[] {
  return Array.from({ length: columns * 5 }, (_, n) =>
    rect(
      left + 15 * (n % columns),
      top + 16 * Math.floor(n / columns),
      11,
      11,
      isFlooded ? flooded : thin,
    ),
  );
}

/** One service above, a store and its connections for each kind of data. */
function data(left: number): readonly string[] {
  return [
    rect(left, 26, 96, 30, thin),
    ...[0, 8, 16].map((dx) =>
      line(left + 14 + dx, 56, left + 14 + dx, 86, { class: "stroke-accent", "stroke-width": 2 }),
    ),
    ...[0, 8, 16].map((dx) =>
      line(left + 66 + dx, 56, left + 66 + dx, 86, { class: "stroke-ink", "stroke-width": 1 }),
    ),
    rect(left, 86, 43, 40, flooded),
    rect(left + 53, 86, 43, 40, thin),
    line(left + 48, 62, left + 48, 126, thick),
  ];
}

/** A thin router, and the whole stack twice. */
function cells(left: number): readonly string[] {
  return [
    rect(left, 26, 96, 12, thin),
    ...[0, 53].flatMap((dx, n) => [
      line(left + dx + 21, 38, left + dx + 21, 50, { class: "stroke-ink", "stroke-width": 1 }),
      rect(left + dx, 50, 43, 20, n === 0 ? flooded : thin),
      rect(left + dx, 78, 43, 20, n === 0 ? flooded : thin),
      rect(left + dx, 106, 43, 20, n === 0 ? flooded : thin),
    ]),
    line(left + 48, 46, left + 48, 126, thick),
  ];
}
