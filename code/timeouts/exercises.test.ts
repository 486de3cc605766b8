import { describe, expect, test } from "vitest";
import {
  breakerOptions,
  changesOf,
  guardedRun,
  settings,
} from "./breaker.scenario.ts";
import { closedBreaker } from "./breaker.ts";
import { chain, policies } from "./chain.scenario.ts";
import { shareMs } from "./deadline.ts";
import {
  acquireBy,
  failedShare,
  longestTimeoutMs,
  mostHosts,
  opensAfterMs,
  pagesHit,
  threadsHeld,
} from "./exercises.ts";
import { healthyDay } from "./latencies.ts";
import { region, watch } from "./threads.scenario.ts";

describe("threads and timeouts", () => {
  test("calls that are never answered hold rate times timeout", () => {
    expect(threadsHeld(10, 30_000)).toBe(300);
    expect(threadsHeld(10, 1000)).toBe(10);
    expect(longestTimeoutMs(100, 20, 10)).toBe(8000);
  });

  test("8 s spare the other zones, 12 s do not", () => {
    const last = (timeoutMs: number) =>
      watch(region(7, timeoutMs), 5, 12).at(-1);
    expect(last(8000)).toMatchObject({ queue: 0, good: 150 });
    expect(last(12_000)).toMatchObject({ queue: 485, good: 0 });
  });

  test("a breaker opens a timeout and half a window later", () => {
    const window = { kind: "count", calls: 100 } as const;
    const breaker = { ...breakerOptions, window, minimumCalls: 100 };
    expect(
      opensAfterMs({ window, failurePercent: 50 }, 10, 30_000),
    ).toBe(35_000);
    expect(
      opensAfterMs({ window, failurePercent: 45.5 }, 10, 1000),
    ).toBe(5600);
    const hangs = {
      fromMs: 20_000,
      untilMs: 1e6,
      says: "failed",
      afterMs: 1e6,
    } as const;
    for (const [timeoutMs, openedMs] of [
      [30_000, 54_578],
      [1000, 25_901],
    ] as const) {
      const options = {
        ...settings,
        perSecond: 10,
        timeoutMs,
        breaker,
      };
      const sim = guardedRun(7, options, { host0: hangs });
      sim.runUntil(60_000);
      expect(changesOf(sim)[0]).toMatchObject({
        atMs: openedMs,
        to: "open",
      });
    }
  });
});

describe("one bad host of many", () => {
  test.each([
    [3, 50, 4],
    [3, 20, 13],
    [3, 10, 28],
    [1, 50, 2],
    [1, 10, 10],
  ])(
    "with %i attempts and %i%% it opens a shared breaker of up to %i",
    (attempts, percent, hosts) => {
      expect(mostHosts(attempts, percent)).toBe(hosts);
      const at = 100 * failedShare(hosts, attempts);
      const beyond = 100 * failedShare(hosts + 1, attempts);
      expect(at).toBeGreaterThanOrEqual(percent - 1e-9);
      expect(beyond).toBeLessThan(percent);
    },
  );

  test("three attempts of ten hosts are a quarter of the window", () => {
    expect(failedShare(10, 3)).toBe(0.25);
    expect(failedShare(10, 1)).toBe(0.1);
  });
});

test("a rare false timeout is common on a page of many calls", () => {
  expect(pagesHit(0.001, 30)).toBeCloseTo(0.0296, 4);
  expect(pagesHit(0.01, 30)).toBeCloseTo(0.2603, 4);
  expect(pagesHit(0.01, 100)).toBeCloseTo(0.634, 3);
});

test("a healthy day has the tail that it is drawn with", () => {
  const { counts, over } = healthyDay(7, 100_000);
  expect(over).toBe(0);
  expect(counts).toEqual([49702, 48406, 368, 1103, 382, 21, 18]);
});

test("what is believed too short is begun too late", () => {
  const ran = (foresight: number) =>
    chain(7, { ...policies.deadlines, foresight }, 130, 30).good;
  expect([1, 0.5, 0].map(ran)).toEqual([2995, 1257, 408]);
});

test("what is believed ten times too long costs nothing, thirty all", () => {
  const ran = (foresight: number) =>
    chain(7, { ...policies.deadlines, foresight }, 130, 30).good;
  expect([10, 30].map(ran)).toEqual([2995, 0]);
});

test("a budget of 900 ms in shares of 1, 2 and 1", () => {
  expect(shareMs(900, [1, 2, 1])).toBe(225);
  expect(shareMs(800, [2, 1])).toBeCloseTo(533.3, 1);
  expect(shareMs(400, [1])).toBe(400);
});

describe("a switch goes before the breaker", () => {
  const open = {
    period: 1,
    state: { kind: "open", untilMs: 1000 },
  } as const;

  test("automatic: the breaker decides", () => {
    const ask = (nowMs: number) =>
      acquireBy("automatic", breakerOptions, open, nowMs);
    expect(ask(1000)).toEqual([open, null]);
    expect(ask(1001)[1]).toBe(2);
  });

  test("forced open: nothing passes, and nothing is changed", () => {
    const forced = acquireBy(
      "forced open",
      breakerOptions,
      closedBreaker,
      9,
    );
    expect(forced).toEqual([closedBreaker, null]);
    expect(
      acquireBy("forced open", breakerOptions, open, 5000),
    ).toEqual([open, null]);
  });

  test("forced closed: all passes, and nothing is counted", () => {
    const forced = acquireBy("forced closed", breakerOptions, open, 9);
    expect(forced).toEqual([open, -1]);
  });
});
