import { describe, expect, test } from "vitest";
import { choices, waitMs } from "./latency.ts";
import {
  judge,
  pastsUpTo,
  type Rule,
  rulesUpTo,
  schedulesUpTo,
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
    expect(schedulesUpTo(1)).toHaveLength(4);
    expect(schedulesUpTo(3)).toHaveLength(4 + 16 + 64);
    const told = schedulesUpTo(3).map((each) => JSON.stringify(each));
    expect(new Set(told).size).toBe(84);
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
    expect(tryAll(2, false)).toMatchObject({
      linearizable: 0,
      both: 0,
    });
    expect(tryAll(3, false)).toMatchObject({
      pairs: 16_384,
      linearizable: 0,
      both: 0,
      refusedMin: null,
    });
  });

  test("are linearizable when they may refuse, and then they must", () => {
    const { linearizable, both, refusedMin } = tryAll(2, true);
    expect(linearizable).toBeGreaterThan(0);
    expect(both).toBe(0);
    expect(refusedMin).toBeGreaterThan(0);
  });

  test("one call alone can always be answered", () => {
    expect(tryAll(1, true)).toMatchObject({ both: 1, refusedMin: 0 });
  });

  test("a primary answers all, and the other nothing", () => {
    for (const schedule of schedulesUpTo(3)) {
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
  });
});
