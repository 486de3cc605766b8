import { describe, expect, test } from "vitest";
import { checkListAppend } from "../kernel/serializable.ts";
import { seeds } from "../seeds.ts";
import {
  earlyRelease,
  forgetCommitted,
  lateSnapshot,
  noFirstCommitter,
  noPredicates,
} from "./broken.ts";
import {
  degree0,
  readCommitted,
  serializable,
  snapshotIsolation,
  twoPhaseLocking,
} from "./levels.ts";
import { runSchedule, type Schedule } from "./schedule.ts";
import { type Rules, storeOf } from "./store.ts";
import {
  clientHistory,
  cycleIn,
  runWorkload,
} from "./workload.scenario.ts";

const policies = ["detect", "wound-wait", "wait-die"] as const;

/** The cycles that some seeds lead to, each once. */
function cyclesOf(rules: Rules, count: number): readonly string[] {
  const found = Array.from({ length: count }, (_, seed) => {
    const run = runWorkload(seed + 1, rules, "detect");
    return cycleIn(run, rules) ?? "none";
  });
  return [...new Set(found)].sort((a, b) => (a < b ? -1 : 1));
}

describe("random transactions", () => {
  test.each(seeds(60))("serializable has no cycle, seed %i", (seed) => {
    const run = runWorkload(seed, serializable, "detect");
    expect(run.waiting).toEqual([]);
    expect(cycleIn(run, serializable)).toBeNull();
    const history = clientHistory(run);
    const verdict = checkListAppend(history, { level: "serializable" });
    expect(verdict).toEqual({ verdict: "ok" });
  });

  // 245: who waited for two stood in two circles, and only one was cut.
  test.each([...seeds(40), 245, 273])(
    "locking: no cycle, seed %i",
    (seed) => {
      for (const policy of policies) {
        const run = runWorkload(seed, twoPhaseLocking, policy);
        expect(run.waiting).toEqual([]);
        expect(cycleIn(run, twoPhaseLocking)).toBeNull();
        const history = clientHistory(run);
        const level = "strict-serializable";
        expect(checkListAppend(history, { level })).toEqual({
          verdict: "ok",
        });
      }
    },
  );

  test.each(seeds(40))(
    "a snapshot allows G2 at most, seed %i",
    (seed) => {
      const run = runWorkload(seed, snapshotIsolation, "detect");
      expect([null, "G2"]).toContain(cycleIn(run, snapshotIsolation));
      const level = "snapshot-isolation";
      const verdict = checkListAppend(clientHistory(run), { level });
      expect(verdict).toEqual({ verdict: "ok" });
    },
  );

  test.each(seeds(40))(
    "read committed allows no G1, seed %i",
    (seed) => {
      const run = runWorkload(seed, readCommitted, "detect");
      expect(run.waiting).toEqual([]);
      expect([null, "G2", "G-single"]).toContain(
        cycleIn(run, readCommitted),
      );
      const level = "read-committed";
      const verdict = checkListAppend(clientHistory(run), { level });
      expect(verdict).toEqual({ verdict: "ok" });
    },
  );

  test("a weaker level does show what a stronger one forbids", () => {
    expect(cyclesOf(degree0, 100)).toContain("G0");
    expect(cyclesOf(readCommitted, 100)).toContain("G-single");
    expect(cyclesOf(snapshotIsolation, 100)).toContain("G2");
  });
});

describe("the read-only anomaly (Fekete, O'Neil and O'Neil 2004)", () => {
  const read = (txn: string, key: string) =>
    [txn, { do: "read", key }] as const;
  const write = (txn: string, key: string) =>
    [txn, { do: "write", key, value: txn }] as const;
  const commit = (txn: string) => [txn, { do: "commit" }] as const;
  const three: readonly Schedule[] = [
    [read("T1", "y"), write("T1", "y"), commit("T1")],
    [read("T2", "x"), read("T2", "y"), write("T2", "x"), commit("T2")],
    [read("T3", "x"), read("T3", "y"), commit("T3")],
  ];

  /** All orders of all steps that keep each transaction's own. */
  function interleaved(rest: readonly Schedule[]): Schedule[] {
    const open = rest.filter(({ length }) => length > 0);
    if (open.length === 0) return [[]];
    return open.flatMap((one) => {
      const others = open.map((o) => (o === one ? o.slice(1) : o));
      const tails = interleaved(others);
      return tails.map((tail) => [...one.slice(0, 1), ...tail]);
    });
  }

  const cycles = (rules: Rules) => {
    const start = storeOf({ x: 0, y: 0 });
    return interleaved(three).filter(
      (schedule) =>
        cycleIn(
          runSchedule(schedule, rules, start, "detect"),
          rules,
        ) !== null,
    ).length;
  };

  test("is in none of 4200 interleavings where serializable", () => {
    expect(interleaved(three)).toHaveLength(4200);
    expect(cycles(snapshotIsolation)).toBeGreaterThan(0);
    expect(cycles(serializable)).toBe(0);
  });
});

describe("the checker from outside catches", () => {
  const verdicts = (
    rules: Rules,
    level: "snapshot-isolation" | "serializable",
  ) =>
    Array.from({ length: 150 }, (_, seed) => {
      const run = runWorkload(seed + 1, rules, "detect");
      return checkListAppend(clientHistory(run), { level }).verdict;
    });

  test("read committed that calls itself a snapshot", () => {
    const found = verdicts(readCommitted, "snapshot-isolation");
    expect(found).toContain("illegal");
  });

  test("a snapshot that calls itself serializable", () => {
    const found = verdicts(snapshotIsolation, "serializable");
    expect(found).toContain("illegal");
  });

  test.each([
    [noFirstCommitter, "snapshot-isolation"],
    [lateSnapshot, "snapshot-isolation"],
    [earlyRelease, "serializable"],
  ] as const)("the broken level %#", (rules, level) => {
    expect(verdicts(rules, level)).toContain("illegal");
  });

  test("flags forgotten at commit, which is rare", () => {
    expect(cyclesOf(forgetCommitted, 200)).toEqual(["G2", "none"]);
    const run = runWorkload(267, forgetCommitted, "detect");
    const history = clientHistory(run);
    const found = checkListAppend(history, { level: "serializable" });
    expect(found).toMatchObject({ verdict: "illegal" });
  });

  test("not missing predicates: that takes one who sees versions", () => {
    expect(cyclesOf(noPredicates, 150)).toEqual(["G2", "none"]);
  });
});
