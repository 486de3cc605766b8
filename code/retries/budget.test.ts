import { expect, test } from "vitest";
import {
  earn,
  newBudget,
  pay,
  record,
  rejectProbability,
  type Throttle,
} from "./budget.ts";

test.each([1, 10, 20, 100])(
  "a budget of %i%% bounds the retries",
  (percent) => {
    const stock = 10;
    let budget = newBudget(percent, stock);
    let retries = 0;
    const calls = 5000;
    for (let n = 0; n < calls; n += 1) {
      budget = earn(budget);
      // Total failure: each call would like to try twice more.
      for (const _ of [1, 2]) {
        const paid = pay(budget);
        if (paid === null) continue;
        budget = paid;
        retries += 1;
      }
    }
    expect(retries).toBeLessThanOrEqual(
      stock + (calls * percent) / 100,
    );
    expect(retries).toBeGreaterThan((calls * percent) / 100 - 1);
  },
);

test("a budget cannot save up more than its bucket holds", () => {
  let budget = newBudget(10, 3);
  for (let n = 0; n < 1000; n += 1) budget = earn(budget);
  expect(budget.credit).toBe(300);
});

const fresh: Throttle = { k: 2, windowMs: 10_000, seconds: [] };

test("nothing is throttled while accepts keep up (SRE, eq. 21-1)", () => {
  expect(rejectProbability(fresh)).toBe(0);
  expect(rejectProbability(record(fresh, 0, 100, 50))).toBe(0);
});

test("a dead server gets one attempt in many (SRE, eq. 21-1)", () => {
  const dead = record(fresh, 0, 99, 0);
  expect(rejectProbability(dead)).toBeCloseTo(0.99);
  const partly = record(dead, 500, 0, 25);
  expect(rejectProbability(partly)).toBeCloseTo((99 - 50) / 100);
});

test("the throttle forgets what is older than its window", () => {
  const dead = record(fresh, 0, 99, 0);
  expect(rejectProbability(record(dead, 9_000, 1, 1))).toBeCloseTo(
    98 / 101,
  );
  expect(rejectProbability(record(dead, 10_000, 1, 1))).toBe(0);
});
