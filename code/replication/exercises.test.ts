/** What the exercises of the chapter say, held. */
import { describe, expect, test } from "vitest";
import { trustPosition } from "./broken.ts";
import {
  losslessOptions,
  lostOn,
  servers,
  storm,
  watchful,
  words,
} from "./cluster.scenario.ts";
import {
  conflictsPerSecond,
  hotRowPerSecond,
  replaySeconds,
  restoreHours,
  roundTripMs,
  without,
} from "./exercises.ts";
import { failover } from "./failover.scenario.ts";
import { type Load, recoveryMs, worstLagMs } from "./lag.ts";
import { isLossless, lostWrites } from "./promotion.ts";
import { replica } from "./replication.ts";
import { asyncOptions, type State } from "./state.ts";

/** All subsets of so many of 0 … n - 1. */
function subsets(n: number, size: number): readonly number[][] {
  return Array.from({ length: 2 ** n }, (_, bits) =>
    Array.from({ length: n }, (_, at) => at).filter(
      (at) => Math.floor(bits / 2 ** at) % 2 === 1,
    ),
  ).filter(({ length }) => length === size);
}

describe("the overlap of holders and fenced", () => {
  test("is there exactly if no two sets miss each other", () => {
    for (let n = 1; n <= 5; n++) {
      for (let receipts = 0; receipts < n; receipts++) {
        for (let fenced = 1; fenced <= n; fenced++) {
          const holders = subsets(n, receipts + 1);
          const asked = subsets(n, fenced);
          const isMissed = holders.some((held) =>
            asked.some((few) => !few.some((at) => held.includes(at))),
          );
          const promotion = { servers: n, receipts, fenced };
          expect(isLossless(promotion)).toBe(!isMissed);
        }
      }
    }
  });

  test("decides in a storm whether acknowledged writes are lost", () => {
    const lostWith = (fencedMin: number) => {
      const watch = { ...watchful, fencedMin };
      const { sim, history } = storm(
        3,
        replica(losslessOptions),
        watch,
      );
      return servers.map((id) => lostOn(sim, id, history).length);
    };
    expect(isLossless({ servers: 3, receipts: 1, fenced: 1 })).toBe(
      false,
    );
    expect(lostWith(1)).toEqual([7, 7, 7]);
    expect(isLossless({ servers: 3, receipts: 1, fenced: 2 })).toBe(
      true,
    );
    expect(lostWith(2)).toEqual([0, 0, 0]);
  });

  test("five servers: two receipts need three fenced", () => {
    const least = [0, 1, 2, 3, 4].map((receipts) =>
      [1, 2, 3, 4, 5].find((fenced) =>
        isLossless({ servers: 5, receipts, fenced }),
      ),
    );
    expect(least).toEqual([5, 4, 3, 2, 1]);
  });
});

describe("predict: the failover in semi-sync mode", () => {
  const { sim, history } = failover(replica(losslessOptions), 7);

  test("n1 acknowledges four writes, and none that is lost", () => {
    const done = history.filter(
      ({ process, outcome }) => process === "c1" && outcome === "ok",
    );
    expect(done.map(({ args }) => args.value)).toEqual([
      "a1",
      "a2",
      "a3",
      "a4",
    ]);
    expect(lostOn(sim, "n2", history)).toEqual([]);
  });

  test("sets five aside, and refuses the three after the heal", () => {
    const { discarded } = sim.state<State>("n1");
    expect(words(discarded)).toBe("a5 a6 a7 a8 a9");
    const refused = history.filter(
      ({ process, result }) => process === "c1" && result?.code === 11,
    );
    expect(refused.map(({ args }) => args.value)).toEqual([
      "a10",
      "a11",
      "a12",
    ]);
  });
});

test("break: a log joined by position alone", () => {
  const { sim } = failover(trustPosition(replica(asyncOptions)), 7);
  const [one, two, three] = servers.map((id) => sim.state<State>(id));
  expect(one?.log).toHaveLength(14);
  expect(two?.log).toHaveLength(14);
  expect(one?.log.at(-1)).toEqual(two?.log.at(-1));
  expect(one?.data).toEqual({ '"a"': "a12", '"b"': "b8" });
  expect(two?.data).toEqual({ '"a"': "a5", '"b"': "b8" });
  expect(three?.data).toEqual(two?.data);
  expect(one?.discarded).toEqual([]);
});

test("compute: a zone gone, and one copy more", () => {
  const three = { zones: [1, 1, 1], read: 2, write: 2 };
  const aurora = { zones: [2, 2, 2], read: 3, write: 4 };
  const five = { zones: [2, 2, 1], read: 3, write: 3 };
  const both = { reads: true, writes: true };
  const none = { reads: false, writes: false };
  expect(without(three, 0, 0)).toEqual(both);
  expect(without(three, 0, 1)).toEqual(none);
  expect(without(aurora, 0, 0)).toEqual(both);
  expect(without(aurora, 0, 1)).toEqual({ reads: true, writes: false });
  expect(without(aurora, 0, 2)).toEqual(none);
  expect(without(five, 0, 0)).toEqual(both);
  expect(without(five, 0, 1)).toEqual(none);
  expect(without(five, 2, 1)).toEqual(both);
});

test("compute: the lag of a nightly job", () => {
  const night: Load = {
    writesPerSecond: 3000,
    appliesPerSecond: 2000,
    networkMs: 2,
    burstMs: 60_000,
  };
  expect(worstLagMs(night)).toBe(30_002.5);
  expect(recoveryMs(night, 1500)).toBe(120_000);
  expect(recoveryMs(night, 2000)).toBe(Infinity);
});

test("the numbers of the text", () => {
  const two = { writesPerSecond: 500, lagMs: 2000, aliveMs: 0 };
  expect(lostWrites(two)).toBe(1000);
  expect(lostWrites({ ...two, lagMs: 200, aliveMs: 43_000 })).toBe(
    21_600,
  );
  expect(roundTripMs(5600)).toBe(56);
  expect(roundTripMs(10_000)).toBe(100);
  expect(hotRowPerSecond(roundTripMs(5600))).toBeCloseTo(17.86, 2);
  expect(hotRowPerSecond(2)).toBe(500);
  expect(conflictsPerSecond(1, 1, 100)).toBe(0.2);
  expect(conflictsPerSecond(10, 10, 100)).toBe(20);
  expect(replaySeconds(600, 100, 1024)).toBeCloseTo(7152.6, 1);
  expect(restoreHours(1, 100)).toBeCloseTo(2.78, 2);
});
