/** A consumer step by step: what it does with records that come. */
import { describe, expect, test } from "vitest";
import type { Body } from "../kernel/node.ts";
import {
  type ConsumerOptions,
  type ConsumerState,
  consumer,
} from "./consumer.ts";
import { consumerOptions } from "./groups.scenario.ts";
import { data } from "./record.ts";
import { append, emptyLog, recordsOf } from "./segments.ts";

const empty = emptyLog({ segmentRecords: 8, indexInterval: 4 });
const records = recordsOf(
  append(
    empty,
    [0, 1, 2, 3].map((n) => data("k", `v${n}`, n)),
    1,
  ),
).slice(2);

const state: ConsumerState = {
  id: "c1",
  generation: 3,
  isJoining: false,
  positions: { "t-0": 2, "t-1": 7 },
  unconfirmed: {},
  held: {},
};

const polled = (from: number, next = 4): Body => ({
  type: "poll_ok",
  in_reply_to: ["poll", "t-0", from],
  records,
  next,
});

function hear(
  first: ConsumerOptions["first"],
  body: Body,
  before: ConsumerState = state,
) {
  const message = { src: "n1", dest: "c1", body };
  const event = { kind: "message", message } as const;
  const node = consumer({ ...consumerOptions, first });
  return node.step(before, { event, nowMs: 9, dice: 1 });
}

const commit = {
  kind: "send",
  dest: "g1",
  body: {
    type: "commit",
    generation: 3,
    offsets: { "t-0": 4 },
    msg_id: ["commit", "t-0", 4],
  },
};
const processed = [2, 3].map((offset) => ({
  kind: "send",
  dest: "w1",
  body: {
    type: "process",
    partition: "t-0",
    offset,
    value: `v${offset}`,
    by: "c1",
  },
}));

describe("records that come", () => {
  test("process first: done, then committed", () => {
    expect(hear("process", polled(2))).toEqual([
      {
        ...state,
        positions: { "t-0": 4, "t-1": 7 },
        unconfirmed: { "t-0": 4 },
      },
      [...processed, commit],
    ]);
  });

  test("commit first: held until the commit is confirmed", () => {
    const [held, effects] = hear("commit", polled(2));
    expect(held).toEqual({
      ...state,
      unconfirmed: { "t-0": 4 },
      held: { "t-0": { records, next: 4 } },
    });
    expect(effects).toEqual([commit]);
    const confirmed = (next: number, status = "ok"): Body => ({
      type: "group_ok",
      in_reply_to: ["commit", "t-0", next],
      status,
    });
    expect(hear("commit", confirmed(4), held)).toEqual([
      { ...state, positions: { "t-0": 4, "t-1": 7 } },
      processed,
    ]);
    expect(hear("commit", confirmed(3), held)).toEqual([held, []]);
    const refused = confirmed(4, "ILLEGAL_GENERATION");
    expect(hear("commit", refused, held)).toEqual([held, []]);
  });

  test.each([
    ["from a position of before", polled(1), state],
    [
      "from a partition taken away",
      polled(2),
      { ...state, positions: {} },
    ],
    [
      "while others are held",
      polled(2),
      { ...state, held: { "t-0": { records, next: 4 } } },
    ],
    ["and bring nothing", polled(2, 2), state],
  ])("%s, are not heard", (_, body, before) => {
    expect(hear("process", body, before)).toEqual([before, []]);
    expect(hear("commit", body, before)).toEqual([before, []]);
  });
});
