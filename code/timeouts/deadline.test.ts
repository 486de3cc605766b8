import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  deadlineAfter,
  isTooLate,
  shareMs,
  timeoutForNext,
} from "./deadline.ts";

test("an answer at the deadline is too late, one before it is not", () => {
  const deadlineMs = deadlineAfter(100, 50);
  expect(isTooLate(deadlineMs, 149, 0)).toBe(false);
  expect(isTooLate(deadlineMs, 150, 0)).toBe(true);
  expect(isTooLate(deadlineMs, 129, 20)).toBe(false);
  expect(isTooLate(deadlineMs, 130, 20)).toBe(true);
});

test("the next hop gets what is left, less the reserve", () => {
  expect(timeoutForNext(1000, 400, 100)).toBe(500);
  expect(timeoutForNext(1000, 899, 100)).toBe(1);
  expect(timeoutForNext(1000, 900, 100)).toBeNull();
  expect(timeoutForNext(1000, 901, 100)).toBeNull();
});

test("down a chain the time that is left only shrinks", () => {
  const hops = fc.array(fc.integer({ min: 0, max: 400 }));
  fc.assert(
    fc.property(hops, (waitsMs) => {
      let leftMs = 1000;
      for (const waitMs of waitsMs) {
        const next = timeoutForNext(leftMs, waitMs, 5);
        if (next === null) return leftMs - waitMs <= 5;
        if (next !== leftMs - waitMs - 5) return false;
        leftMs = next;
      }
      return leftMs <= 1000;
    }),
    { seed: 7 },
  );
});

test("calls that keep to their shares never exceed the budget", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 9 }), {
    minLength: 1,
    maxLength: 6,
  });
  const used = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(weights, used, (list, fraction) => {
      let leftMs = 1000;
      for (let n = 0; n < list.length; n += 1) {
        const rest = list.slice(n) as [number, ...number[]];
        const share = shareMs(leftMs, rest);
        if (share > leftMs + 1e-9) return false;
        leftMs -= share * fraction;
      }
      const allUsed = fraction < 1 || Math.abs(leftMs) < 1e-6;
      return leftMs >= -1e-6 && allUsed;
    }),
    { seed: 7 },
  );
});

test("what a quick call leaves over goes to the later ones", () => {
  expect(shareMs(900, [1, 2])).toBe(300);
  expect(shareMs(800, [2])).toBe(800);
});

test("an absolute deadline is only as good as the clocks agree", () => {
  const skewMs = 600;
  const sent = { nowMs: 0, timeoutMs: 500 };
  const absolute = deadlineAfter(sent.nowMs, sent.timeoutMs);
  const relative = deadlineAfter(sent.nowMs + skewMs, sent.timeoutMs);
  expect(isTooLate(absolute, sent.nowMs + skewMs, 0)).toBe(true);
  expect(isTooLate(relative, sent.nowMs + skewMs, 0)).toBe(false);
});
