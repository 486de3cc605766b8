/** The numbers of the chapter and of its exercises. */
import { describe, expect, test } from "vitest";
import { exercise, mixed, onlyKey } from "./exercises.scenario.ts";
import { missShare, quietS, roundMs, staleShare } from "./exercises.ts";
import {
  historyNamed,
  models,
  verdictOf,
} from "./histories.scenario.ts";

describe("how often a replica is behind", () => {
  test("is the chance of a write within the lag", () => {
    expect(staleShare(0, 5)).toBe(0);
    expect(staleShare(1, 1)).toBeCloseTo(0.632, 3);
    expect(staleShare(1 / 86_400, 0.2)).toBeCloseTo(2.3e-6, 7);
    expect(staleShare(1 / 60, 0.2)).toBeCloseTo(0.00333, 5);
    expect(staleShare(1 / 86_400, 7200)).toBeCloseTo(0.08, 3);
    expect(staleShare(1 / 600, 3)).toBeCloseTo(0.005, 4);
    expect(staleShare(1 / 600, 0.6)).toBeCloseTo(0.001, 5);
    expect(staleShare(1 / 600, 7200)).toBeCloseTo(1 - 6e-6, 6);
  });

  test("turned round: how quiet a key must be", () => {
    expect(quietS(1e-4, 0.2)).toBeCloseTo(2000, 0);
    expect(quietS(1e-4, 7200) / 86_400).toBeCloseTo(833.3, 0);
    expect(staleShare(1 / quietS(0.01, 3), 3)).toBeCloseTo(0.01);
  });
});

describe("one round to a majority", () => {
  test("takes as long as its slowest member", () => {
    expect(roundMs([])).toBe(0);
    expect(roundMs([9, 4])).toBe(4);
    expect(roundMs([12, 70, 75, 140])).toBe(70);
    expect(roundMs([140, 75, 12, 70])).toBe(70);
    expect(roundMs([12, 75, 140, Infinity])).toBe(75);
    expect(roundMs([12, 70, 20, 140])).toBe(20);
    expect(roundMs([10, 20, 30])).toBe(20);
  });
});

describe("a partial quorum of which nothing spreads", () => {
  test.each([
    [3, 1, 1, 2 / 3],
    [3, 1, 2, 1 / 3],
    [3, 2, 1, 1 / 3],
    [3, 2, 2, 0],
    [5, 2, 2, 3 / 10],
    [5, 3, 3, 0],
  ])("N %i, R %i, W %i: %d", (n, r, w, expected) => {
    expect(missShare(n, r, w)).toBeCloseTo(expected);
  });
});

describe("which models allow the history", () => {
  const allowing = (history: ReturnType<typeof exercise>) =>
    models.filter((model) => verdictOf(model, history) === "ok");

  test("overlap: all of them", () => {
    expect(allowing(exercise("overlap"))).toEqual(models);
  });

  test("late: all but linearizability", () => {
    expect(allowing(exercise("late"))).toEqual(models.slice(1));
  });

  test("two keys: the guarantees of a session, key by key", () => {
    expect(allowing(exercise("two keys"))).toEqual(models.slice(4));
  });
});

describe("two notes that cross, key by key", () => {
  const whole = historyNamed("two notes that cross");
  const verdicts = (model: "linearizable" | "sequential") =>
    [whole, onlyKey(whole, "x"), onlyKey(whole, "y")].map((one) =>
      verdictOf(model, one),
    );

  test("each key is sequential, and both together are not", () => {
    expect(onlyKey(whole, "x")).toHaveLength(2);
    expect(verdicts("sequential")).toEqual(["illegal", "ok", "ok"]);
  });

  test("linearizability is local: a part shows it (H&W, §3.1)", () => {
    const found = ["illegal", "illegal", "illegal"];
    expect(verdicts("linearizable")).toEqual(found);
  });
});

describe("the dial set for reads and for writes apart", () => {
  test("strong reads over weak writes are no strong reads", () => {
    expect(mixed("linearizable", "eventual")).toEqual({
      reads: 455,
      stale: 31,
      notLinearizable: 12,
      withoutOwnWrites: 2,
    });
  });

  test("weak reads over strong writes are weak reads", () => {
    expect(mixed("eventual", "linearizable")).toEqual({
      reads: 455,
      stale: 58,
      notLinearizable: 20,
      withoutOwnWrites: 20,
    });
  });

  test("both strong: none is stale", () => {
    expect(mixed("linearizable", "linearizable")).toEqual({
      reads: 455,
      stale: 0,
      notLinearizable: 0,
      withoutOwnWrites: 0,
    });
  });

  test("both weak: half of the reads are stale", () => {
    expect(mixed("eventual", "eventual")).toEqual({
      reads: 455,
      stale: 226,
      notLinearizable: 20,
      withoutOwnWrites: 20,
    });
  });
});
