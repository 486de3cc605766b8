import { expect, test } from "vitest";
import {
  damage,
  percentile,
  type Reading,
  still,
  table,
} from "./dashboard.ts";
import { between, timelineOf, written } from "./timeline.ts";

function reading(minute: number, errors: number): Reading {
  const times = { p50Ms: 100, p99Ms: 900 };
  return { minute, perSecond: 1, errors, wrong: 0, ...times, ...still };
}

/** Trouble in the minutes 3 to 6 of ten. */
const bad = Array.from({ length: 10 }, (_, n) =>
  reading(n + 1, n >= 2 && n <= 5 ? 0.5 : 0),
);
const deeds = [
  { atMin: 3, label: "restart the wrong one" },
  { atMin: 5.5, label: "roll back" },
  { atMin: 6, label: "write to all" },
];

test("times are computed from readings and deeds", () => {
  const found = timelineOf(bad, deeds, 0.999);
  expect(found).toEqual({
    beganMin: 2,
    detectedMin: 4,
    mitigatedMin: 6,
    resolvedMin: 6,
    minutesDegraded: 4,
    badCalls: 120,
    severity: 1,
  });
});

test("what is not over is neither mitigated nor resolved", () => {
  const { resolvedMin, mitigatedMin } = timelineOf(
    bad.slice(0, 6),
    deeds,
    0.999,
  );
  expect([resolvedMin, mitigatedMin]).toEqual([null, null]);
});

test("calm has no timeline", () => {
  const found = timelineOf([reading(1, 0), reading(2, 0.05)], [], 0.9);
  expect(found.beganMin).toBeNull();
  expect(found.detectedMin).toBeNull();
  expect(found.resolvedMin).toBeNull();
  expect(found.severity).toBe(2);
  expect(between(found.beganMin, 3)).toBeNull();
  expect(between(3, null)).toBeNull();
  expect(between(2, 5)).toBe(3);
});

test("what was done after it was over did not end it", () => {
  const early = deeds.slice(0, 2);
  const late = [...early, { atMin: 6.5, label: "write to all" }];
  expect(timelineOf(bad, late, 0.999).mitigatedMin).toBe(5.5);
});

test("without a deed it ended by itself", () => {
  const found = timelineOf(bad, [], 0.999);
  expect(found.mitigatedMin).toBeNull();
  expect(found.resolvedMin).toBe(6);
});

test("the written timeline is in the order of time", () => {
  const trouble = [{ atMin: 2, label: "a switch fails" }];
  expect(written(bad, trouble, deeds, 0.999)).toEqual([
    " 2:00  trouble   a switch fails",
    " 2:00  impact    the first degraded minute begins",
    " 3:00  action    restart the wrong one",
    " 4:00  detected  the pager rings",
    " 5:30  action    roll back",
    " 6:00  action    write to all",
    " 6:00  resolved  the last degraded minute ends",
    "",
    "time to detect    2 min",
    "time to mitigate  4 min",
    "time to resolve   4 min",
    "severity 1; 4 minutes degraded, 120 bad calls",
  ]);
  const open = written(bad.slice(0, 4), [], [], 0.999);
  expect(open.at(-2)).toBe("time to resolve   never");
});

test("a minute is degraded above 5 %, not at it", () => {
  const two = [reading(1, 0.05), reading(2, 0.051)];
  expect(damage(two).minutes).toBe(1);
});

test("a percentile is the least value that so many do not exceed", () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
  expect(percentile(hundred, 50)).toBe(50);
  expect(percentile(hundred, 99)).toBe(99);
  expect(percentile([5], 1)).toBe(5);
  expect(percentile([1, 2], 0)).toBe(1);
  expect(percentile([], 99)).toBe(0);
});

test("the table carries a remark under its minute", () => {
  const lines = table(bad.slice(0, 2), { 2: "a switch fails" });
  expect(lines).toEqual([
    "min  req/s  err %  wrong %   p50 s   p99 s  queue  busy %",
    "  1    1.0      0        0     0.1     0.9      0       0",
    "  2    1.0      0        0     0.1     0.9      0       0",
    "     -- a switch fails",
  ]);
});
