import { expect, test } from "vitest";
import { newBudget } from "./budget.ts";
import { price } from "./price.example.ts";

test("three attempts mend rare failures at the cost of as many calls", () => {
  const { success, attempts } = price(1, 0.05, 3, null);
  expect(success).toBeGreaterThan(0.998);
  expect(attempts).toBeCloseTo(1.05, 1);
});

test("a budget of 10% mends failures up to about 10%", () => {
  const rare = price(1, 0.05, 3, newBudget(10, 10));
  expect(rare.success).toBeGreaterThan(0.995);
  const often = price(1, 0.3, 3, newBudget(10, 10));
  expect(often.attempts).toBeLessThan(1.12);
  expect(often.success).toBeLessThan(0.8);
});
