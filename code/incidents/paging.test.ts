import fc from "fast-check";
import { expect, test } from "vitest";
import {
  budgetSpent,
  burnRate,
  callFor,
  type Minute,
  pages,
  severityOf,
  silent,
  tick,
  workbook,
  worstOf,
} from "./paging.ts";

const objective = 0.999;

function minutes(count: number, badOf1000: number): Minute[] {
  return Array.from({ length: count }, () => ({
    calls: 1000,
    bad: badOf1000,
  }));
}

test("a burn rate of 1 spends what the objective allows (ch. 5)", () => {
  expect(burnRate(minutes(10, 1), objective)).toBeCloseTo(1, 9);
  expect(burnRate(minutes(10, 20), objective)).toBeCloseTo(20, 9);
  expect(burnRate([], objective)).toBe(0);
  const mixed = [...minutes(1, 0), { calls: 0, bad: 0 }];
  expect(burnRate(mixed, objective)).toBe(0);
});

test("the rules spend 2, 5 and 10 % of 30 days (Table 5-8)", () => {
  const spent = workbook.map(({ burn, longMin }) =>
    budgetSpent(burn, longMin, 30),
  );
  expect(spent[0]).toBeCloseTo(0.02, 9);
  expect(spent[1]).toBeCloseTo(0.05, 9);
  expect(spent[2]).toBeCloseTo(0.1, 9);
  for (const { longMin, shortMin } of workbook)
    expect(shortMin).toBe(longMin / 12);
});

test("it pages above 14.4 times the allowed rate, not at it", () => {
  const rule = [{ longMin: 4, shortMin: 2, burn: 10, call: "page" }];
  const rules = rule as Parameters<typeof callFor>[2];
  expect(callFor(minutes(4, 100), 0.99, rules)).toBeNull();
  const half = 0.5;
  const exact = [{ longMin: 4, shortMin: 2, burn: 2, call: "page" }];
  const at = exact as Parameters<typeof callFor>[2];
  expect(callFor(minutes(4, 1000), half, at)).toBeNull();
  expect(callFor(minutes(4, 101), 0.99, rules)).toBe("page");
  // One window at the rate, and the other above it.
  const one = [{ longMin: 4, shortMin: 2, burn: 1, call: "page" }];
  const above = one as Parameters<typeof callFor>[2];
  const turning = (before: number, after: number) =>
    callFor([...minutes(2, before), ...minutes(2, after)], half, above);
  expect(turning(400, 600)).toBeNull();
  expect(turning(600, 500)).toBeNull();
  expect(turning(500, 600)).toBe("page");
  const hour = (bad: number) => [
    ...minutes(660, 0),
    ...minutes(60, bad),
  ];
  expect(callFor(hour(14), objective)).not.toBe("page");
  expect(callFor(hour(15), objective)).toBe("page");
});

test("the long window keeps a short blip from paging", () => {
  const blip = [...minutes(659, 0), ...minutes(1, 500)];
  expect(burnRate(blip.slice(-5), objective)).toBeGreaterThan(14.4);
  expect(callFor(blip, objective)).not.toBe("page");
});

test("the short window ends the page soon after the trouble", () => {
  const over = [...minutes(355, 0), ...minutes(30, 100)];
  expect(callFor(over, objective)).toBe("page");
  const calm = (n: number) =>
    callFor([...over, ...minutes(n, 0)], objective);
  expect(calm(4)).toBe("page");
  // Past half an hour neither short window has anything of it.
  expect(calm(30)).not.toBe("page");
});

test("a slow burn is a ticket", () => {
  expect(callFor(minutes(4320, 2), objective)).toBe("ticket");
  expect(callFor(minutes(4320, 1), objective)).toBeNull();
  expect(callFor(minutes(4320, 7), objective)).toBe("page");
});

test("the pager rings at once and falls silent after the hold", () => {
  const ringing = tick(silent, "page", 2);
  expect(ringing).toEqual({ rings: true, quietMin: 0 });
  const waiting = tick(ringing, "ticket", 2);
  expect(waiting).toEqual({ rings: true, quietMin: 1 });
  expect(tick(waiting, "page", 2)).toEqual(ringing);
  expect(tick(waiting, null, 2)).toEqual(silent);
  expect(tick(silent, "ticket", 2)).toEqual(silent);
});

test("pages do not flap: two are more than the hold apart", () => {
  const history = fc.array(
    fc.record({
      calls: fc.constant(100),
      bad: fc.constantFrom(0, 0, 1, 2, 50),
    }),
    { maxLength: 120 },
  );
  const holdMin = 10;
  fc.assert(
    fc.property(history, (drawn) => {
      const woken = pages(drawn, objective, holdMin);
      for (const [n, minute] of woken.slice(1).entries())
        expect(minute - (woken[n] ?? 0)).toBeGreaterThan(holdMin);
    }),
    { seed: 7, numRuns: 100 },
  );
});

test("without the hold the same swings page again and again", () => {
  const swing = [...minutes(1, 30), ...minutes(5, 0)];
  const swings = Array.from({ length: 8 }, () => swing).flat();
  const quick = pages(swings, objective, 1).length;
  expect(quick).toBeGreaterThan(1);
  expect(pages(swings, objective, 10)).toHaveLength(1);
});

test("a wrong answer weighs ten times as much as none", () => {
  const of = (errors: number, wrong: number, losesData = false) =>
    severityOf({ errors, wrong, losesData });
  expect(of(0.5, 0)).toBe(1);
  expect(of(0.49, 0)).toBe(2);
  expect(of(0.05, 0)).toBe(2);
  expect(of(0.049, 0)).toBe(3);
  expect(of(0, 0.05)).toBe(1);
  expect(of(0, 0.0051)).toBe(2);
  expect(of(0.001, 0)).toBe(4);
  expect(of(0.0011, 0)).toBe(3);
  expect(of(0, 0, true)).toBe(1);
});

test("an incident is as bad as its worst minute", () => {
  const minute = (errors: number) => ({
    errors,
    wrong: 0,
    losesData: false,
  });
  expect(worstOf([minute(0), minute(0.1), minute(0.01)])).toBe(2);
  expect(worstOf([])).toBe(4);
});

test("worse impact is never less severe", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(share, share, share, (errors, more, wrong) => {
      const impact = { errors, wrong, losesData: false };
      const worse = { ...impact, errors: Math.max(errors, more) };
      expect(severityOf(worse)).toBeLessThanOrEqual(severityOf(impact));
    }),
    { seed: 7 },
  );
});
