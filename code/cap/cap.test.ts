import { describe, expect, test } from "vitest";
import { choices, waitMs } from "./latency.ts";
import {
  judge,
  pastsUpTo,
  type Rule,
  rulesUpTo,
  schedulesOf,
  tryAll,
} from "./rules.ts";

/** Takes all, and tells what it was told itself. */
const available: Rule = Object.fromEntries(
  pastsUpTo(3).map((past) => [
    past,
    past.endsWith("w") ? "ok" : past.includes("w") ? 1 : 0,
  ]),
);
const silent: Rule = Object.fromEntries(
  pastsUpTo(3).map((past) => [past, "refuse"]),
);

describe("two replicas that cannot hear each other", () => {
  test("are asked in all ways there are", () => {
    expect(schedulesOf(1)).toHaveLength(2 + 2 + 2 * 4);
    const schedules = schedulesOf(2);
    const told = schedules.map((each) => JSON.stringify(each));
    expect(new Set(told).size).toBe(told.length);
    // By how often each is asked: 1 0, 2 0, 1 1, 2 1, 2 2.
    expect(told).toHaveLength(2 * 2 + 2 * 4 + 8 + 2 * 24 + 96);
    expect(schedules[0]).toEqual([{ at: 0, op: "w" }]);
    for (const replica of [0, 1]) {
      const most = schedules.map(
        (each) => each.filter(({ at }) => at === replica).length,
      );
      expect(Math.max(...most)).toBe(2);
    }
    expect(schedulesOf(3)).toHaveLength(2228);
    expect(pastsUpTo(2)).toEqual(["w", "r", "ww", "wr", "rw", "rr"]);
  });

  test("have all rules there are", () => {
    // 7 pasts end in a read; each tells 0 or 1.
    expect(rulesUpTo(3, false)).toHaveLength(2 ** 7);
    // 3 pasts end in a write, 3 in a read; each may be refused.
    expect(rulesUpTo(2, true)).toHaveLength(2 ** 3 * 3 ** 3);
  });

  test("take a write or refuse it, and never tell a value for it", () => {
    for (const rule of rulesUpTo(2, true))
      for (const [past, act] of Object.entries(rule))
        expect(
          past.endsWith("w") ? ["ok", "refuse"] : [0, 1, "refuse"],
        ).toContain(act);
  });

  test("are not both linearizable and always available (Theorem 1)", () => {
    expect(tryAll(2, false)).toEqual({
      pairs: 64,
      linearizable: 0,
      both: 0,
      refusedMin: null,
    });
    expect(tryAll(3, false)).toEqual({
      pairs: 16_384,
      linearizable: 0,
      both: 0,
      refusedMin: null,
    });
  });

  test("are linearizable when they may refuse, and then they must", () => {
    expect(tryAll(1, true)).toEqual({
      pairs: 36,
      linearizable: 9,
      both: 0,
      refusedMin: 10,
    });
    expect(tryAll(2, true)).toEqual({
      pairs: 46_656,
      linearizable: 297,
      both: 0,
      refusedMin: 220,
    });
  });

  test("asked nothing, they do both", () => {
    expect(tryAll(0, true)).toEqual({
      pairs: 1,
      linearizable: 1,
      both: 1,
      refusedMin: 0,
    });
  });

  test("the best pair takes all writes, and reads what it wrote", () => {
    const flag: Rule = {
      w: "ok",
      ww: "ok",
      wr: 1,
      rw: "ok",
      r: "refuse",
      rr: "refuse",
    };
    const judged = schedulesOf(2).map((one) =>
      judge([flag, flag], one),
    );
    expect(judged.every((each) => each.isLinearizable)).toBe(true);
    const refused = judged.map((each) => each.refused);
    expect(refused.reduce((sum, each) => sum + each, 0)).toBe(220);
  });

  test("with nobody at the other replica, all can be answered", () => {
    const alone = schedulesOf(3).filter((schedule) =>
      schedule.every(({ at }) => at === 0),
    );
    expect(alone).toHaveLength(2 + 4 + 8);
    for (const schedule of alone)
      expect(judge([available, silent], schedule)).toEqual({
        isLinearizable: true,
        refused: 0,
      });
  });

  test("a primary answers all, and the other nothing", () => {
    for (const schedule of schedulesOf(3)) {
      const { isLinearizable, refused } = judge(
        [available, silent],
        schedule,
      );
      expect(isLinearizable).toBe(true);
      expect(refused).toBe(
        schedule.filter(({ at }) => at === 1).length,
      );
    }
  });

  test("both answering: a write here, a read there is all it takes", () => {
    const pair = [available, available] as const;
    const here = { at: 0, op: "w" } as const;
    const there = { at: 1, op: "r" } as const;
    expect(judge([...pair], [here, there]).isLinearizable).toBe(false);
    expect(judge([...pair], [there, here]).isLinearizable).toBe(true);
  });
});

describe("without a partition", () => {
  const roundTrips = [
    [1, 70, 90],
    [70, 1, 150],
    [90, 150, 1],
  ];

  test.each([
    [0, 1, 1],
    [0, 2, 70],
    [0, 3, 90],
    [1, 2, 70],
    [2, 2, 90],
    [2, 3, 150],
  ])("from region %i, %i answers take %i ms", (from, needed, ms) => {
    expect(waitMs(roundTrips, from, needed)).toBe(ms);
  });

  test("a read sees the last write just where the two sets overlap", () => {
    const seen = (n: number) =>
      choices(n).map(({ write, read, sees }) => [write, read, sees]);
    expect(seen(3)).toEqual([
      [3, 1, true],
      [2, 2, true],
      [1, 3, true],
      [2, 1, false],
      [1, 1, false],
    ]);
    expect(seen(4)[1]).toEqual([3, 3, true]);
    expect(choices(3).map(({ name }) => name)).toEqual([
      "all / one",
      "majority / majority",
      "one / all",
      "majority / one",
      "one / one",
    ]);
    expect(waitMs(roundTrips, 3, 1)).toBeNaN();
    expect(waitMs(roundTrips, 0, 4)).toBeNaN();
  });
});
