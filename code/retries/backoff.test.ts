import { expect, test } from "vitest";
import { type Backoff, backoffMs, herd, peak } from "./backoff.ts";
import { policies, run } from "./herd.example.ts";

const range = { baseMs: 100, capMs: 1000 };
const dices = Array.from({ length: 1000 }, (_, n) => n * 2_654_435);

function drawn(
  policy: Backoff,
  retry: number,
  previousMs = 0,
): number[] {
  return dices.map((dice) =>
    backoffMs(policy, retry, previousMs, dice),
  );
}

function spread(values: readonly number[]) {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return { min: Math.min(...values), max: Math.max(...values), mean };
}

test("without backoff there is no wait", () => {
  expect(spread(drawn({ kind: "none" }, 9)).max).toBe(0);
});

test("exponential backoff doubles, and capped backoff stops", () => {
  const waits = (policy: Backoff) =>
    [1, 2, 3, 4, 5].map((retry) => backoffMs(policy, retry, 0, 1));
  const exponential: Backoff = { kind: "exponential", baseMs: 100 };
  expect(waits(exponential)).toEqual([100, 200, 400, 800, 1600]);
  const capped: Backoff = { kind: "capped", ...range };
  expect(waits(capped)).toEqual([100, 200, 400, 800, 1000]);
});

test("full jitter lies evenly between nothing and the ceiling", () => {
  const { min, max, mean } = spread(
    drawn({ kind: "full", ...range }, 3),
  );
  expect(min).toBeLessThan(10);
  expect(max).toBeGreaterThan(390);
  expect(max).toBeLessThanOrEqual(400);
  expect(mean).toBeGreaterThan(185);
  expect(mean).toBeLessThan(215);
});

test("equal jitter keeps half of the wait", () => {
  const { min, max, mean } = spread(
    drawn({ kind: "equal", ...range }, 3),
  );
  expect(min).toBeGreaterThanOrEqual(200);
  expect(max).toBeLessThanOrEqual(400);
  expect(mean).toBeGreaterThan(285);
  expect(mean).toBeLessThan(315);
});

test("decorrelated jitter grows from the wait before, up to the cap", () => {
  const policy: Backoff = { kind: "decorrelated", ...range };
  const first = spread(drawn(policy, 1));
  expect(first.min).toBeGreaterThanOrEqual(100);
  expect(first.max).toBeLessThanOrEqual(300);
  const late = spread(drawn(policy, 5, 900));
  expect(late.min).toBeGreaterThanOrEqual(100);
  expect(late.max).toBe(1000);
});

test.each([1, 2, 3, 4, 5])(
  "full jitter spreads a herd (seed %i)",
  (seed) => {
    const bare = herd(
      { kind: "capped", ...range },
      100,
      5,
      seed,
    ).flat();
    const full = herd({ kind: "full", ...range }, 100, 5, seed).flat();
    expect(peak(bare, 10)).toBe(100);
    expect(peak(full, 10)).toBeLessThan(30);
  },
);

test("jitter moves retries in time and removes none", () => {
  for (const policy of policies) {
    expect(herd(policy, 100, 5, 7).flat()).toHaveLength(500);
  }
});

test("the herd example prints a line for each policy", () => {
  expect(run(7).split("\n")).toHaveLength(policies.length + 1);
});
