/** The output partition after one late request, with one epoch for many transactions and with one for each. */
import type { Broker } from "../code/log/broker.ts";
import { leaderOf } from "../code/log/cluster.scenario.ts";
import { lateWrite } from "../code/log/hanging.scenario.ts";
import type { LogRecord } from "../code/log/record.ts";
import { recordsOf } from "../code/log/segments.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = "log/hanging";
export const seed = 7;

const cellPx = 71;
const leftPx = 6;

export function draw(): string {
  return svg(
    456,
    234,
    ...panel("One producer epoch for many transactions", true, 0),
    ...panel("An epoch for each transaction (KIP-890)", false, 120),
  );
}

function panel(title: string, reuseEpoch: boolean, top: number): readonly string[] {
  const { sim, highWatermark, lastStableOffset } = lateWrite(seed, reuseEpoch);
  const replica = sim.state<Broker>(leaderOf(sim, "out-0")).replicas["out-0"];
  const records = replica === undefined ? [] : recordsOf(replica.log);
  const y = top + 38;
  const markX = (offset: number) => leftPx + offset * cellPx;
  const isSame = highWatermark === lastStableOffset;
  const nextTo = { "text-anchor": "start", "font-size": 9.4 };
  return [
    label(0, top + 12, title, { class: "label-strong" }),
    ...records.flatMap((record) => cell(record, y, record.offset < lastStableOffset)),
    line(markX(lastStableOffset), y - 6, markX(lastStableOffset), y + 46, {
      class: "stroke-accent",
      "stroke-width": 2.4,
    }),
    label(markX(lastStableOffset) + 4, y + 46, `last stable offset ${lastStableOffset}`, nextTo),
    line(markX(highWatermark), y - 6, markX(highWatermark), y + (isSame ? 46 : 60), {
      class: isSame ? "stroke-accent" : "stroke-blue",
      "stroke-width": isSame ? 2.4 : 2,
    }),
    label(markX(highWatermark) + (isSame ? 4 : -4), y + 60, `high watermark ${highWatermark}`, {
      ...nextTo,
      "text-anchor": isSame ? "start" : "end",
    }),
  ];
}

function cell({ kind, offset, stamp }: LogRecord, y: number, isStable: boolean): readonly string[] {
  const x = leftPx + offset * cellPx;
  const middle = { "text-anchor": "middle", "font-size": 9.4 };
  const who = stamp === null ? "w2" : "w1";
  const what = kind === "data" ? "record" : `${kind}`;
  return [
    rect(x, y, cellPx, 34, {
      class: `${isStable ? "fill-field" : "fill-paper"} stroke-ink${isStable ? "" : " dashed"}`,
      "stroke-width": 1,
    }),
    label(x + cellPx / 2, y + 13, `${who} ${what}`, middle),
    label(
      x + cellPx / 2,
      y + 27,
      stamp === null ? "no transaction" : `epoch ${stamp.epoch}`,
      middle,
    ),
    label(x + cellPx / 2, y - 5, String(offset), { ...middle, class: "label-quiet" }),
  ];
}
