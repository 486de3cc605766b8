import { expect, test } from "vitest";
import type { Operation } from "../kernel/history.ts";
import { agesMs, eventual, seenAcross } from "./eventual.scenario.ts";

test.each([3, 7, 11])(
  "seed %i: the cut makes few reads stale; it parts the sides",
  (seed) => {
    const [whole, cut] = [eventual(seed, false), eventual(seed, true)];
    const [few, more] = [agesMs(whole).length, agesMs(cut).length];
    expect(more).toBeGreaterThan(few);
    expect(more / few).toBeLessThan(1.1);
    expect(agesMs(cut).at(-1)).toBeGreaterThan(
      agesMs(whole).at(-1) ?? 0,
    );
    expect(seenAcross(whole)).toBeGreaterThan(90);
    expect(seenAcross(cut)).toBe(0);
    expect(cut.every(({ result }) => result?.type !== "error")).toBe(
      true,
    );
  },
);

test("a value is as old as the first write that made it so", () => {
  const one = (
    op: string,
    value: number,
    invokeMs: number,
  ): Operation => ({
    process: op === "read" ? "c3" : "c1",
    op,
    args: op === "read" ? { key: "x" } : { key: "x", value },
    invokeMs,
    returnMs: invokeMs + 10,
    result: op === "read" ? { type: "read_ok", value } : null,
    outcome: "ok",
  });
  const history = [
    one("write", 1, 1000),
    one("write", 2, 1100),
    one("write", 3, 1200),
    one("read", 1, 1300),
    one("read", 3, 1320),
    one("read", 1, 3000),
  ];
  expect(agesMs(history)).toEqual([190]);
  expect(seenAcross(history)).toBe(2);
});
