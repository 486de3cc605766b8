import { expect, test } from "vitest";
import {
  cutMinutes,
  exposure,
  flipHours,
  isServed,
  type Level,
} from "./exercises.ts";
import { east, west } from "./recovery.example.ts";
import { reconcile } from "./recovery.ts";

test("89 ms for all outweigh a minute for each refused, up to 43 h", () => {
  expect(flipHours(89, 0.3, 60)).toBeCloseTo(43.31, 2);
  expect(flipHours(89, 0.3, 3600)).toBeCloseTo(0.722, 3);
  expect(flipHours(12, 0.4, 300)).toBeCloseTo(0.876, 3);
  expect(flipHours(1, 0.3, 60)).toBeCloseTo(0.487, 3);
});

test("a target allows so many minutes of partition", () => {
  expect(cutMinutes(0.9999, 0.3)).toBeCloseTo(175.2, 1);
  expect(cutMinutes(0.99999, 0.3)).toBeCloseTo(17.52, 2);
  expect(cutMinutes(0.999, 1)).toBeCloseTo(525.6, 1);
});

test("each site that decides alone adds its limit to the risk", () => {
  expect(exposure(2, 200, 300)).toBe(100);
  expect(exposure(40, 200, 300)).toBe(7700);
  expect(exposure(1, 200, 300)).toBe(0);
});

test("three replicas in each of two data centers, cut apart", () => {
  const levels: readonly Level[] = [
    "ONE",
    "LOCAL_QUORUM",
    "QUORUM",
    "EACH_QUORUM",
    "ALL",
  ];
  const served = (here: number, there: number) =>
    levels.map((level) => isServed(level, here, there));
  expect(served(3, 3)).toEqual([true, true, false, false, false]);
  expect(served(5, 3)).toEqual([true, true, true, false, false]);
  expect(served(3, 5)).toEqual([true, true, false, false, false]);
  expect(served(4, 3)).toEqual([true, true, true, false, false]);
  expect(served(4, 4)).toEqual([true, true, false, false, false]);
  expect(served(3, 0)).toEqual([true, true, true, true, true]);
  expect(served(0, 3)).toEqual([false, false, false, false, false]);
});

test("stranded writes are brought over, dropped, or asked about", () => {
  const keys = (writes: readonly { readonly key: string }[]) =>
    writes.map(({ key }) => key);
  const { apply, repeated, ask } = reconcile(east, west);
  expect(apply).toEqual([
    { key: "issue 4 title", value: "Crash on save, Windows only" },
  ]);
  expect(keys(repeated)).toEqual(["pr 17 status", "star 99 by bob"]);
  expect(keys(ask)).toEqual(["user ada email", "pr 18 status"]);
  expect(reconcile([], west)).toEqual({
    apply: [],
    repeated: [],
    ask: [],
  });
  expect(reconcile(east, []).apply).toHaveLength(5);
});

test("no key in dispute, and yet nobody is left to administer", () => {
  const stranded = [{ key: "ada is admin", value: false }];
  const serving = [{ key: "bob is admin", value: false }];
  const plan = reconcile(stranded, serving);
  expect(plan).toEqual({ apply: stranded, repeated: [], ask: [] });
});
