import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fraction, intBetween, stream } from "../kernel/random.ts";
import { newBudget } from "../retries/budget.ts";
import {
  chooseTimeoutMs,
  emptyHistogram,
  falseShare,
  type Histogram,
  observe,
} from "./choose.ts";
import { hedge, type Pair, percentile } from "./hedge.ts";

const bounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

function filled(values: readonly number[]): Histogram {
  return values.reduce(observe, emptyHistogram(bounds));
}

test("a call is counted up to its bound, or beyond all", () => {
  const { counts, over } = filled([1, 1.1, 2, 1000, 1001]);
  expect(counts).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(over).toBe(1);
});

test("the timeout cuts off the accepted share and no more", () => {
  const values = [...Array(998).fill(3), 80, 700];
  const histogram = filled(values);
  expect(falseShare(histogram, 2)).toBeCloseTo(0.002);
  expect(chooseTimeoutMs(histogram, 0.002)).toBe(5);
  expect(chooseTimeoutMs(histogram, 0.001)).toBe(100);
  expect(chooseTimeoutMs(histogram, 0)).toBe(1000);
  const over = observe(histogram, 5000);
  expect(chooseTimeoutMs(over, 0)).toBeNull();
});

test("a smaller share never gives a shorter timeout", () => {
  const values = fc.array(fc.integer({ min: 0, max: 999 }), {
    minLength: 1,
  });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(values, share, share, (list, one, other) => {
      const chosen = (s: number) =>
        chooseTimeoutMs(filled(list), s) ?? 1e9;
      const [small, large] = one < other ? [one, other] : [other, one];
      const timeoutMs = chosen(small);
      const cut = list.filter((ms) => ms > timeoutMs).length;
      return timeoutMs >= chosen(large) && cut / list.length <= small;
    }),
    { seed: 7 },
  );
});

test("a percentile is a value that was seen", () => {
  const values = [5, 1, 4, 2, 3];
  expect(percentile(values, 50)).toBe(3);
  expect(percentile(values, 60)).toBe(3);
  expect(percentile(values, 61)).toBe(4);
  expect(percentile(values, 100)).toBe(5);
  expect(percentile(values, 0)).toBe(1);
});

/** 10 ms or so, and one call in fifty at a server that pauses. */
function latencies(seed: number, slowShare: number): readonly Pair[] {
  const draw = (n: number) => {
    const dice = stream(seed, n);
    const isSlow = fraction(stream(dice, 0)) < slowShare;
    const slow = intBetween(stream(dice, 1), 200, 1000);
    return isSlow ? slow : intBetween(stream(dice, 1), 5, 15);
  };
  return Array.from({ length: 5000 }, (_, n) => [
    draw(2 * n),
    draw(2 * n + 1),
  ]);
}

test("a hedge after the 95th percentile cuts the tail", () => {
  const calls = latencies(7, 0.02);
  const first = calls.map(([ms]) => ms);
  const afterMs = percentile(first, 95);
  const budget = newBudget(5, 10);
  const { tookMs, copies } = hedge({ afterMs, budget }, calls);
  expect(percentile(first, 99)).toBeGreaterThan(400);
  expect(percentile(tookMs, 99)).toBeLessThan(40);
  expect(percentile(tookMs, 50)).toBe(percentile(first, 50));
  expect(copies / calls.length).toBeLessThan(0.05);
});

test("a budget bounds the copies when every call is slow", () => {
  const calls = latencies(7, 1);
  const { copies } = hedge(
    { afterMs: 15, budget: newBudget(5, 10) },
    calls,
  );
  // The first call earns nothing: the bucket is full.
  expect(copies).toBe(10 + 249);
  const unbounded = hedge(
    { afterMs: 15, budget: newBudget(100, 10) },
    calls,
  );
  expect(unbounded.copies).toBe(5000);
});

test("the second copy counts from when it was sent", () => {
  const budget = newBudget(0, 1);
  const once = hedge({ afterMs: 20, budget }, [
    [20, 1],
    [21, 1],
    [100, 5],
  ]);
  expect(once).toEqual({ tookMs: [20, 21, 100], copies: 1 });
  const helped = hedge({ afterMs: 20, budget }, [[100, 5]]);
  expect(helped.tookMs).toEqual([25]);
});
