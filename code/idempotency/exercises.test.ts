/** The exercises of the chapter, and the numbers that its text prints. */
import { describe, expect, test } from "vitest";
import { windowMsMin } from "./conditional.ts";
import { play } from "./crash-points.scenario.ts";
import {
  breakEvenCallsPerDay,
  claimAtMost,
  clashProbability,
  intentFingerprint,
  keyTableBytes,
  stuck,
} from "./exercises.ts";
import { claim, type Keys, progress } from "./keys.ts";
import { consequences, ways, withWindow } from "./outbox.scenario.ts";
import {
  everyCrash,
  keyOptions,
  payment,
  setups,
  verdict,
} from "./payment.scenario.ts";
import { sides, tally } from "./triangle.scenario.ts";
import { seconds, twoAtOnce } from "./two-at-once.scenario.ts";

const setup = (at: number) => {
  const found = setups[at];
  if (found === undefined) throw new Error(`no setup ${at}`);
  return found;
};

test("the table of a day at 100 keys a second and 1 kB: 8.64 GB", () => {
  expect(keyTableBytes(100, 24, 1000)).toBe(8.64e9);
  expect(keyTableBytes(100, 72, 1000)).toBe(25.92e9);
});

test("10,000 keys of 32 bits clash in 1.2% of days, UUIDs never", () => {
  expect(clashProbability(10_000, 32)).toBeCloseTo(0.01157, 5);
  expect(clashProbability(2, 1)).toBeCloseTo(0.39347, 5);
  expect(clashProbability(8.64e6, 122)).toBeCloseTo(7.02e-24, 26);
  expect(clashProbability(1, 32)).toBe(0);
});

test("building keys pays within a year from 8,767 charges a day", () => {
  expect(breakEvenCallsPerDay(80, 15, 0.0001, 365)).toBeCloseTo(
    8767,
    0,
  );
  expect(breakEvenCallsPerDay(80, 15, 0.001, 365)).toBeCloseTo(877, 0);
});

test("ten attempts a minute apart need a window of 570 s", () => {
  expect(windowMsMin(10, 60_000, 30_000)).toBe(570_000);
  expect(windowMsMin(5, 60_000, 30_000)).toBe(270_000);
  expect(windowMsMin(6, 60_000, 30_000)).toBe(330_000);
});

describe("predict: the lock after a crash", () => {
  const heard = (lockMs: number) => {
    const keys = { ...keyOptions, lockMs };
    const run = payment({ seed: 7, setup: setup(3), keys });
    const { sim } = play(run, { node: "w1", step: 2, effect: 1 });
    expect(verdict(sim).charged).toBe(1);
    return sim.trace.flatMap((event) =>
      event.kind === "deliver" && event.message.dest === "c1"
        ? [`${event.atMs} ${event.message.body.text ?? "paid"}`]
        : [],
    );
  };

  test("80 ms: the first retry gets through; 250 ms: the third", () => {
    expect(heard(80)).toEqual(["134 paid"]);
    expect(heard(250)).toEqual([
      "122 IN_PROGRESS",
      "222 IN_PROGRESS",
      "334 paid",
    ]);
  });
});

test("predict: of nine unsure charges, five were made", () => {
  const unsure = everyCrash(7, setup(2)).filter(
    ({ outcome }) => outcome === "ASK_A_HUMAN",
  );
  expect(unsure.map(({ charged }) => charged)).toEqual([
    0, 0, 1, 1, 0, 1, 1, 0, 1,
  ]);
});

describe("break: a payload with a clock in it", () => {
  const wish = { account: "ada", amount: 40 };

  test("is another payload the second time", () => {
    const fields = ["account", "amount"];
    const first = intentFingerprint({ ...wish, sentMs: 10 }, fields);
    expect(first).toBe('{"account":"ada","amount":40}');
    const again = intentFingerprint({ sentMs: 110, ...wish }, fields);
    expect(again).toBe(first);
    const more = { ...wish, amount: 41, sentMs: 10 };
    expect(intentFingerprint(more, fields)).not.toBe(first);
    expect(intentFingerprint({}, ["a"])).toBe('{"a":null}');
  });
});

describe("design: a poison key", () => {
  const options = { lockMs: 10, keepMs: 100 };
  const again = (keys: Keys, nowMs: number) =>
    claimAtMost(2, keys, "k", "f", nowMs, options);

  test("is claimed so often, then left to a human", () => {
    const [once] = again({}, 0);
    const [twice, second] = again(once, 10);
    expect(second.kind).toBe("mine");
    expect(again(twice, 15)).toEqual([twice, { kind: "in-progress" }]);
    expect(again(twice, 20)).toEqual([twice, { kind: "poisoned" }]);
    expect(twice.k?.attempt).toBe(2);
  });

  test("still answers once somebody has finished it", () => {
    const [once] = again({}, 0);
    const [twice] = again(once, 10);
    const done = progress(twice, "k", 2, "finished", 7) ?? {};
    expect(again(done, 99)[1]).toEqual({ kind: "done", response: 7 });
  });

  test("shows among the stuck ones, and a finished key does not", () => {
    const [keys] = claim({}, "a", "f", 0, options);
    const [both] = claim(keys, "b", "f", 50, options);
    expect(stuck(both, 100, 60)).toEqual(["a"]);
    expect(stuck(both, 60, 60)).toEqual([]);
    const done = progress(both, "a", 1, "finished", 1) ?? {};
    expect(stuck(done, 200, 60)).toEqual(["b"]);
  });
});

describe("the tables of the chapter, number by number", () => {
  test("a crash at every line: never, once, twice, unsure", () => {
    const counts = setups.map((each) => {
      const runs = everyCrash(7, each);
      const of = (n: number) =>
        runs.filter(({ charged }) => charged === n).length;
      const unsure = runs.filter((r) => r.outcome === "ASK_A_HUMAN");
      return [runs.length, of(0), of(1), of(2), unsure.length];
    });
    expect(counts).toEqual([
      [22, 0, 14, 8, 0],
      [22, 0, 17, 5, 0],
      [22, 4, 18, 0, 9],
      [22, 0, 22, 0, 0],
    ]);
  });

  test("where a fresh key books twice, the customer has two orders", () => {
    const runs = everyCrash(7, setup(0));
    expect(runs.filter(({ booked }) => booked === 2).length).toBe(3);
    const again = everyCrash(7, setup(1));
    expect(again.every(({ booked }) => booked === 1)).toBe(true);
  });

  test("the triangle, side by side", () => {
    expect(sides.map((side) => Object.values(tally(7, side)))).toEqual([
      [5, 0, 5, 0],
      [5, 2, 3, 0],
      [5, 0, 3, 2],
      [6, 0, 5, 1],
      [6, 1, 5, 0],
    ]);
  });

  test("two systems: right, lost, invented, twice", () => {
    const kinds = ["right", "lost", "invented", "twice"];
    const counts = ways.map((way) => {
      const all = consequences(7, way);
      return kinds.map(
        (kind) => all.filter((other) => other === kind).length,
      );
    });
    expect(counts).toEqual([
      [72, 2, 0, 0],
      [72, 1, 1, 0],
      [147, 0, 0, 6],
      [153, 0, 0, 0],
    ]);
  });

  test("windows of 50 to 800 ms against 400 ms of deliveries", () => {
    const windows = [50, 100, 200, 400, 800];
    expect(windows.map((ms) => withWindow(7, ms))).toEqual([
      6, 4, 2, 1, 1,
    ]);
  });

  test("two with one key: paid, booked, and what the second hears", () => {
    const told = { payment: 1 };
    const paid = JSON.stringify(told);
    expect(seconds.map((second) => twoAtOnce(7, second))).toEqual([
      {
        paid: 1,
        booked: 1,
        heard: ["IN_PROGRESS", paid],
        outcome: told,
      },
      { paid: 2, booked: 1, heard: [paid], outcome: told },
      {
        paid: 1,
        booked: 1,
        heard: ["KEY_REUSED"],
        outcome: "KEY_REUSED",
      },
      {
        paid: 1,
        booked: 1,
        heard: ["IN_PROGRESS", paid],
        outcome: told,
      },
      { paid: 1, booked: 1, heard: [paid], outcome: told },
      {
        paid: 2,
        booked: 2,
        heard: ['{"payment":2}'],
        outcome: { payment: 2 },
      },
    ]);
  });

  test("one charge undisturbed: ten messages, three to the database", () => {
    const { sim } = play(payment({ seed: 7, setup: setup(3) }), null);
    const sends = sim.trace.flatMap((event) =>
      event.kind === "deliver"
        ? [`${event.message.src}>${event.message.dest}`]
        : [],
    );
    expect(sends.length).toBe(10);
    expect(sends.filter((hop) => hop === "w1>s1").length).toBe(3);
  });
});
