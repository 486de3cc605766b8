import { expect, test } from "vitest";
import { simulate } from "../kernel/simulator.ts";
import { newBudget } from "./budget.ts";
import type { Load } from "./client.ts";
import {
  closedLoopAttempts,
  drainSeconds,
  type GrpcThrottle,
  mayRetry,
  onOutcome,
  safeLoad,
} from "./exercises.ts";
import {
  naive,
  recoverySeconds,
  type StormOptions,
  storm,
  watch,
} from "./storm.ts";

function recovery(change: Partial<StormOptions>, seconds: number) {
  const options = storm({ ...naive, ...change });
  const sim = simulate({ seed: 7, keepTrace: false, ...options });
  return recoverySeconds(watch(sim, seconds), 30);
}

test("predict: a queue of 1,000 doubles the recovery with a budget", () => {
  const budget = newBudget(10, 10);
  const seconds = recovery({ budget, queueMax: 1000 }, 100);
  expect(drainSeconds(100, 77, 1000, 1)).toBeCloseTo(39.1, 1);
  expect(seconds).toBeGreaterThan(30);
  expect(seconds).toBeLessThan(48);
});

test("compute: safe loads, and four layers", () => {
  expect(safeLoad(100, 3)).toBeCloseTo(33.3, 1);
  expect(safeLoad(100, 1.1)).toBeCloseTo(90.9, 1);
  expect(safeLoad(100, 1.2)).toBeCloseTo(83.3, 1);
  expect(4 ** 4).toBe(256);
  expect(1.2 ** 4).toBeCloseTo(2.07, 2);
});

test("compute: the users at which a closed loop can fail for good", () => {
  const users = 433;
  expect(closedLoopAttempts(users, 3, 1, 10)).toBeCloseTo(99.9, 1);
  const at = (n: number): Load => ({
    kind: "closed",
    users: n,
    thinkMs: 10_000,
  });
  expect(recovery({ load: at(400) }, 180)).not.toBeNull();
  expect(recovery({ load: at(470) }, 180)).toBeNull();
});

test("compute: every second of the timeout counts", () => {
  expect(drainSeconds(100, 77, 1000, 2)).toBeCloseTo(800 / 23, 9);
  // 3 attempts of 2 s and a thought of 10 s.
  expect(closedLoopAttempts(400, 3, 2, 10)).toBe(75);
});

test("break: a deep bucket keeps the storm going on its savings", () => {
  const seconds = (stock: number) =>
    recovery({ budget: newBudget(10, stock) }, 150);
  expect(seconds(10)).toBeLessThan(25);
  // 10,000 saved retries, spent at 140 - 7 a second, then the drain.
  const spentSeconds = 10_000 / (2 * 70 - 7);
  const expected = spentSeconds - 10 + drainSeconds(100, 77, 500, 1);
  expect(expected).toBeCloseTo(82.6, 1);
  expect(seconds(1000)).toBeGreaterThan(expected - 15);
  expect(seconds(1000)).toBeLessThan(expected + 15);
});

test("break: at 95 calls/s a budget of 10% is not enough", () => {
  const load: Load = {
    kind: "open",
    phases: [{ fromMs: 0, perSecond: 95 }],
  };
  const budget = newBudget(10, 10);
  expect(recovery({ load, budget }, 100)).toBeNull();
  expect(recovery({ load, budget, queueMax: 50 }, 60)).not.toBeNull();
});

test("program: gRPC stops retries at half a bucket (A6)", () => {
  let throttle: GrpcThrottle = {
    maxTokens: 10,
    milliRatio: 100,
    milliTokens: 10_000,
  };
  for (let n = 0; n < 4; n += 1) throttle = onOutcome(throttle, true);
  expect(mayRetry(throttle)).toBe(true);
  throttle = onOutcome(throttle, true);
  expect(mayRetry(throttle)).toBe(false);
  throttle = onOutcome(throttle, false);
  expect(mayRetry(throttle)).toBe(true);
  for (let n = 0; n < 99; n += 1) throttle = onOutcome(throttle, false);
  expect(throttle.milliTokens).toBe(10_000);
  for (let n = 0; n < 20; n += 1) throttle = onOutcome(throttle, true);
  expect(throttle.milliTokens).toBe(0);
});
