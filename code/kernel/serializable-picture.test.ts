import { describe, expect, it } from "vitest";
import type { Operation } from "./history.ts";
import { checkListAppend } from "./serializable.ts";
import {
  listTransactionsOf,
  registerTransactionsOf,
} from "./serializable-history.ts";
import { drawAnomaly, formatAnomaly } from "./serializable-picture.ts";

function called(
  process: string,
  txn: Operation["args"]["txn"],
  outcome: Operation["outcome"] = "ok",
): Operation {
  const args = { txn: txn ?? null };
  const isOk = outcome === "ok";
  const result = isOk ? { type: "txn_ok", ...args } : null;
  const returnMs = isOk ? 9 : null;
  return {
    process,
    op: "txn",
    args,
    invokeMs: 0,
    returnMs,
    result,
    outcome,
  };
}

const skew = [
  called("a", [
    ["r", "x", null],
    ["append", "y", 1],
  ]),
  called("b", [
    ["r", "y", null],
    ["append", "x", "<2>"],
  ]),
];

function anomaly() {
  const history = listTransactionsOf(skew);
  const found = checkListAppend(history, { level: "serializable" });
  if (found.verdict !== "illegal") throw new Error(found.verdict);
  return { found, history };
}

describe("the picture of an anomaly", () => {
  const { found, history } = anomaly();

  it("as text: who, and why each comes before the next", () => {
    expect(formatAnomaly(found, history)).toBe(
      [
        "G2-item",
        "T1  r x [], append y 1",
        "    rw  T1 read x before anything, and T2 wrote <2>.",
        "T2  r y [], append x <2>",
        "    rw  T2 read y before anything, and T1 wrote 1.",
        "T1",
      ].join("\n"),
    );
  });

  it("as text where there is no cycle", () => {
    const [one] = listTransactionsOf([called("a", [["r", "x", [7]]])]);
    const history = one ? [one] : [];
    const found = checkListAppend(history, { level: "serializable" });
    if (found.verdict !== "illegal") throw new Error(found.verdict);
    expect(formatAnomaly(found, history)).toBe(
      "garbage-read\nT1  r x [7]\nT1 read 7 in x, which nobody wrote.",
    );
    expect(drawAnomaly(found, history)).not.toContain("<path");
  });

  it("as one svg with a box each and an arrow an edge", () => {
    const drawn = drawAnomaly(found, history);
    expect(drawn).toMatch(/^<svg [^>]*viewBox="0 0 456 92"/);
    expect(drawn.match(/<rect/g)).toHaveLength(2);
    expect(
      drawn.match(/<path class="fill-none stroke-accent"/g),
    ).toHaveLength(2);
    expect(drawn).toContain("append x &lt;2&gt;");
    expect(drawn).toContain(">rw x</text>");
    expect(drawn).not.toMatch(/#[0-9a-f]{3}|NaN|undefined/);
  });
});

describe("transactions of a history", () => {
  it("are what was answered; else what was asked, reads unseen", () => {
    const open = called(
      "c",
      [
        ["r", "x", [1]],
        ["append", "x", 3],
      ],
      "info",
    );
    const other = { ...open, op: "read" };
    const [one] = listTransactionsOf([other, open]);
    expect(one).toEqual({
      process: "c",
      invokeMs: 0,
      returnMs: null,
      ops: [
        ["r", "x", null],
        ["append", "x", 3],
      ],
      outcome: "info",
    });
    const both = called("c", [
      ["r", "x", 1],
      ["w", "x", 3],
    ]);
    expect(registerTransactionsOf([both])[0]?.ops).toEqual([
      ["r", "x", 1],
      ["w", "x", 3],
    ]);
    const unseen = called(
      "c",
      [
        ["r", "x", 1],
        ["w", "x", 3],
      ],
      "fail",
    );
    expect(registerTransactionsOf([unseen])[0]?.ops).toEqual([
      ["r", "x", null],
      ["w", "x", 3],
    ]);
  });

  it("refuse what is none", () => {
    const list = (txn: Operation["args"]["txn"]) => () =>
      listTransactionsOf([called("a", txn)]);
    expect(list("r")).toThrow("No transaction");
    expect(list(["r"])).toThrow("No operation");
    expect(list([["w", "x", 1]])).toThrow('no operation "w"');
    expect(list([["r", "x", 1]])).toThrow("No list");
    const append = called("a", [["append", "x", 1]]);
    expect(() => registerTransactionsOf([append])).toThrow("append");
  });
});
