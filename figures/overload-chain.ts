/** Four stages at second 20, without a bound and with credits: where do the items wait? */
import type { StageState } from "../code/overload/credits.ts";
import { pipeline, pipelineRun, stageMs, stages } from "../code/overload/pipeline.scenario.ts";
import { arrow, label, rect, svg } from "./draw.ts";

export const program = "overload/backpressure";
export const seed = 7;

const boxPx = 62;
const stepPx = 129;

export function draw(): string {
  return svg(456, 270, ...story(0, null), ...story(138, 8));
}

function story(top: number, room: number | null): readonly string[] {
  const sim = pipelineRun(seed, pipeline(room), 0);
  sim.runUntil(10_000);
  const before = stages.map((id) => sim.state<StageState>(id).done);
  sim.runUntil(20_000);
  const after = stages.map((id) => sim.state<StageState>(id));
  const title = room === null ? "no bound" : `credits for ${room} items a stage`;
  return [
    label(4, top + 13, `${title}, second 20`, { class: "label-strong" }),
    ...stages.flatMap((id, n) => {
      const left = 4 + n * stepPx;
      const rate = ((after[n]?.done ?? 0) - (before[n] ?? 0)) / 10;
      const waiting = after[n]?.buffer.length ?? 0;
      const inFront = n === 0 ? [] : queue(left - 47, top + 34, waiting, room);
      return [...box(left, top + 34, id, rate), ...inFront];
    }),
    ...(room === null ? [] : stages.slice(1).map((_, n) => credit(n, top))),
    label(
      452,
      top + 112,
      `an item leaves ${withComma(after.at(-1)?.lastAgeMs ?? 0)} ms after it was made`,
      { "text-anchor": "end" },
    ),
  ];
}

function box(left: number, top: number, id: string, rate: number): readonly string[] {
  const middle = { "text-anchor": "middle" };
  const center = left + boxPx / 2;
  return [
    rect(left, top, boxPx, 44, { class: "stroke-ink fill-none", "stroke-width": 1 }),
    label(center, top + 18, id, { ...middle, class: "label-strong" }),
    label(center, top + 34, `does ${rate.toFixed(0)}/s`, middle),
    label(center, top + 58, `could ${(1000 / (stageMs[id] ?? 1)).toFixed(0)}/s`, {
      ...middle,
      class: "label-quiet",
    }),
  ];
}

/** A buffer, filled as far as eight items go; the number tells the rest. */
function queue(left: number, top: number, waiting: number, room: number | null) {
  const fill = 4 * Math.min(waiting, 8);
  const tone = waiting > 8 ? "fill-accent" : "fill-blue";
  const edge = room === null ? "stroke-rule dashed fill-none" : "stroke-ink fill-none";
  return [
    arrow(left - 18, top + 22, left - 2, top + 22, "ink"),
    rect(left, top + 6 + 32 - fill, 26, fill, { class: tone }),
    rect(left, top + 6, 26, 32, { class: edge, "stroke-width": 1 }),
    label(left + 13, top + 58, withComma(waiting), { "text-anchor": "middle" }),
    arrow(left + 28, top + 22, left + 45, top + 22, "ink"),
  ];
}

/** From a stage back to the one before it. */
function credit(n: number, top: number): string {
  const right = 4 + (n + 1) * stepPx + 8;
  const left = 4 + n * stepPx + boxPx - 8;
  return arrow(right, top + 27, left, top + 27, "green", { "stroke-dasharray": "3 2" });
}

function withComma(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
