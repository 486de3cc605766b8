import { describe, expect, test } from "vitest";
import { anomalies, tryAnomaly } from "./anomalies.ts";
import {
  earlyRelease,
  forgetCommitted,
  lateSnapshot,
  noFirstCommitter,
  noPredicates,
} from "./broken.ts";
import {
  degree0,
  levels,
  readCommitted,
  serializable,
  snapshotIsolation,
  twoPhaseLocking,
} from "./levels.ts";
import type { Policy } from "./schedule.ts";
import type { Rules } from "./store.ts";

const happenAt = (rules: Rules, policy: Policy = "detect") =>
  anomalies
    .filter((one) => tryAnomaly(one, rules, policy) === "happens")
    .map(({ name }) => name);

const fuzzy = ["fuzzy read", "read skew", "lost update", "phantom"];
const skewed = ["predicate write skew", "write skew"];
const readOnly = "read-only anomaly";

describe("the levels allow what the literature says they allow", () => {
  test("degree 0 allows all (Berenson 1995, table 2)", () => {
    expect(happenAt(degree0)).toEqual(anomalies.map((a) => a.name));
  });

  test("read committed forbids P0 and P1 only (Berenson, table 4)", () => {
    const allowed = [...fuzzy, ...skewed, readOnly];
    expect(happenAt(readCommitted)).toEqual(allowed);
  });

  test("snapshot isolation allows A5B and P3 (Berenson, table 4)", () => {
    // And the anomaly of a transaction that only reads (Fekete 2004).
    expect(happenAt(snapshotIsolation)).toEqual([...skewed, readOnly]);
  });

  test("no anomaly is left with SSI (Cahill 2008, section 3)", () => {
    expect(happenAt(serializable)).toEqual([]);
  });

  test.each(["detect", "wound-wait", "wait-die"] as const)(
    "no anomaly is left with long locks, policy %s (Berenson, table 2)",
    (policy) => {
      expect(happenAt(twoPhaseLocking, policy)).toEqual([]);
    },
  );
});

describe("how it is prevented", () => {
  const verdicts = (rules: Rules) =>
    anomalies.map((anomaly) => tryAnomaly(anomaly, rules, "detect"));

  test("locks make wait, and abort where two wait for each other", () => {
    expect(verdicts(twoPhaseLocking)).toEqual([
      ...["waits", "waits", "waits", "waits", "waits"],
      ...["aborts", "waits", "aborts", "aborts", "waits"],
    ]);
  });

  test("snapshots never wait: they read old values, or abort", () => {
    expect(verdicts(serializable)).toEqual([
      ...["aborts", "reads old", "reads old", "reads old", "reads old"],
      ...["aborts", "reads old", "aborts", "aborts", "aborts"],
    ]);
  });

  test("read committed: the second writer waits (PostgreSQL 13.2.1)", () => {
    expect(verdicts(readCommitted)[0]).toBe("waits");
    expect(verdicts(readCommitted)[1]).toBe("reads old");
  });
});

describe("each broken level gives itself away", () => {
  test("snapshots without first committer lose an update", () => {
    expect(happenAt(noFirstCommitter)).toContain("lost update");
  });

  test("a late snapshot reads skewed", () => {
    expect(happenAt(lateSnapshot)).toContain("read skew");
    expect(happenAt(lateSnapshot)).toContain("phantom");
  });

  test("flags forgotten at commit let the read-only anomaly in", () => {
    expect(happenAt(forgetCommitted)).toEqual([readOnly]);
  });

  test("tracking of keys alone lets the phantom's skew in", () => {
    expect(happenAt(noPredicates)).toEqual(["predicate write skew"]);
  });

  test("locks released early allow all that read committed does", () => {
    expect(happenAt(earlyRelease)).toEqual([
      ...fuzzy,
      ...skewed,
      readOnly,
    ]);
  });
});

test("every level has a name of its own", () => {
  expect(new Set(levels.map(({ name }) => name)).size).toBe(5);
});
