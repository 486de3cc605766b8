/**
 * The Write-Path Trilemma with the four modes of the sample
 * `replication/trilemma` in their places: each stands far from the corner
 * that it spends, with the number that the run measured there.
 */
import { losslessOptions } from "../code/replication/cluster.scenario.ts";
import { asyncOptions } from "../code/replication/state.ts";
import { tradeOf } from "../code/replication/trilemma.scenario.ts";
import { arrow, circle, label, polyline, svg } from "./draw.ts";

export const program = "replication/trilemma";
export const seed = 7;

type Point = readonly [x: number, y: number];
const durable: Point = [228, 34];
const fast: Point = [64, 256];
const available: Point = [392, 256];

export function draw(): string {
  const async = tradeOf(asyncOptions, seed);
  const brief = tradeOf({ ...losslessOptions, fallBackAfterMs: 100 }, seed);
  const lasting = tradeOf(losslessOptions, seed);
  const sync = tradeOf({ ...asyncOptions, mode: "sync" }, seed);
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const asyncAt: Point = [228, 256];
  const semiAt: Point = [139, 154];
  const syncAt: Point = [228, 74];
  return svg(
    456,
    300,
    polyline([durable, fast, available, durable], { class: "stroke-ink", "stroke-width": 1.2 }),
    corner(durable, "durable", "the next leader has it", 0, -20, "middle"),
    corner(fast, "fast", "a short wait for the ok", 0, 18, "middle"),
    corner(available, "available", "an ok with servers down", 0, 18, "middle"),
    mode(
      syncAt,
      "sync",
      [`${ms(sync.latencyMs)} to the ok`, `one down: ${sync.oneDown} fail`],
      58,
      "start",
    ),
    mode(
      semiAt,
      "semi-sync, forever",
      [`${ms(lasting.latencyMs)}, none lost`, `two down: ${lasting.noneReached} fail`],
      -26,
      "end",
    ),
    arrow(semiAt[0] + 6, semiAt[1] + 8, asyncAt[0] - 8, asyncAt[1] - 9, "accent"),
    label(192, 180, "a timeout of 100 ms:", { class: "label halo" }),
    label(192, 194, `${brief.lost} acknowledged lost`, { class: "label halo label-strong" }),
    circle(asyncAt[0], asyncAt[1], 5, { class: "fill-blue" }),
    label(asyncAt[0], asyncAt[1] + 18, "async", {
      class: "label halo label-strong",
      "text-anchor": "middle",
    }),
    label(asyncAt[0], asyncAt[1] + 31, `${ms(async.latencyMs)}, ${async.lost} lost`, {
      class: "label halo",
      "text-anchor": "middle",
    }),
  );
}

function corner(
  [x, y]: Point,
  name: string,
  words: string,
  dx: number,
  dy: number,
  anchor: string,
): string {
  const at = { "text-anchor": anchor };
  return [
    label(x + dx, y + dy, name, { ...at, class: "label-strong" }),
    label(x + dx, y + dy + 13, words, { ...at, class: "label-quiet" }),
  ].join("");
}

function mode(
  [x, y]: Point,
  name: string,
  lines: readonly string[],
  dx: number,
  anchor: string,
): string {
  const at = { "text-anchor": anchor };
  return [
    circle(x, y, 5, { class: "fill-blue" }),
    label(x + dx, y - 6, name, { ...at, class: "label halo label-strong" }),
    ...lines.map((words, nth) =>
      label(x + dx, y + 7 + 13 * nth, words, { ...at, class: "label halo" }),
    ),
  ].join("");
}
