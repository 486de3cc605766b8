/** SWIM's rules, one by one. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Members,
  overrides,
  presentIn,
  type Update,
} from "./members.ts";
import { addRumor, sendsMax, takeRumors } from "./piggyback.ts";
import { inserted, nextTarget, shuffled } from "./probe-order.ts";

type Status = Update["status"];
const of = (status: Status, incarnation: number): Update => ({
  member: "m",
  status,
  incarnation,
});

describe("news of a member (SWIM §4.2)", () => {
  /** Does news of incarnation 3 override 2, 3 and 4? */
  const table = (news: Status, known: Status, isFinal: boolean) =>
    [2, 3, 4].map((incarnation) =>
      overrides(of(news, 3), of(known, incarnation), isFinal),
    );

  test.each([
    ["alive", "alive", [true, false, false]],
    ["alive", "suspect", [true, false, false]],
    ["suspect", "alive", [true, true, false]],
    ["suspect", "suspect", [true, false, false]],
    ["confirm", "alive", [true, true, true]],
    ["confirm", "suspect", [true, true, true]],
    ["alive", "confirm", [false, false, false]],
    ["suspect", "confirm", [false, false, false]],
    ["confirm", "confirm", [false, false, false]],
  ] as const)(
    "%s 3 overrides %s 2, 3, 4: %j",
    (news, known, expected) => {
      expect(table(news, known, true)).toEqual(expected);
    },
  );

  test.each([
    ["alive", "confirm", [true, false, false]],
    ["suspect", "confirm", [true, false, false]],
    ["confirm", "confirm", [true, false, false]],
    ["confirm", "alive", [true, true, false]],
    ["confirm", "suspect", [true, true, false]],
    ["suspect", "alive", [true, true, false]],
  ] as const)(
    "where one may come back, %s 3 overrides %s 2, 3, 4: %j",
    (news, known, expected) => {
      expect(table(news, known, false)).toEqual(expected);
    },
  );

  const news = fc.record({
    member: fc.constant("m"),
    status: fc.constantFrom<Status>("alive", "suspect", "confirm"),
    incarnation: fc.nat(4),
  });

  test.each([true, false])(
    "nothing overrides itself, nor each other (confirm final: %s)",
    (isFinal) => {
      fc.assert(
        fc.property(news, news, (one, other) => {
          const both =
            overrides(one, other, isFinal) &&
            overrides(other, one, isFinal);
          expect(both).toBe(false);
        }),
        { seed: 1 },
      );
    },
  );

  test.each([true, false])(
    "all who hear the same news end with the same status, in any order (confirm final: %s)",
    (isFinal) => {
      const end = (all: readonly Update[]) =>
        all.reduce(
          (known, next) =>
            overrides(next, known, isFinal) ? next : known,
          of("alive", 0),
        );
      fc.assert(
        fc.property(fc.array(news, { maxLength: 5 }), (all) => {
          const [one, other] = [end(all), end(all.toReversed())];
          expect(other.status).toBe(one.status);
          if (!isFinal) expect(other).toEqual(one);
        }),
        { seed: 1, numRuns: 500 },
      );
    },
  );

  test("members are present until confirmed, in order of name", () => {
    const members: Members = {
      c: { ...of("suspect", 0), member: "c" },
      b: { ...of("confirm", 0), member: "b" },
      a: { ...of("alive", 0), member: "a" },
    };
    expect(presentIn(members)).toEqual(["a", "c"]);
  });
});

describe("news on the way (SWIM §4.1)", () => {
  const about = (member: string) => ({ ...of("alive", 0), member });
  const limit = { perMessage: 2, sends: 3 };

  test("is sent lambda ln (n + 1) times, rounded up", () => {
    expect([1, 7, 63].map((n) => sendsMax(3, n))).toEqual([3, 7, 13]);
  });

  test("goes out least sent first, so many a message", () => {
    const rumors = [
      { update: about("a"), sent: 2 },
      { update: about("b"), sent: 0 },
      { update: about("c"), sent: 1 },
    ];
    const [taken, left] = takeRumors(rumors, limit);
    expect(taken).toEqual([about("b"), about("c")]);
    expect(left).toEqual([
      { update: about("a"), sent: 2 },
      { update: about("b"), sent: 1 },
      { update: about("c"), sent: 2 },
    ]);
  });

  test("is dropped after its last sending, and not before", () => {
    let rumors = addRumor([], about("a"));
    for (let sending = 1; sending <= 3; sending++) {
      const [taken, left] = takeRumors(rumors, limit);
      expect(taken).toEqual([about("a")]);
      rumors = left;
    }
    expect(takeRumors(rumors, limit)).toEqual([[], []]);
  });

  test("takes the place of older news of the same member", () => {
    const old = [{ update: about("a"), sent: 2 }];
    const news = { ...about("a"), incarnation: 1 };
    const both = addRumor(addRumor(old, about("b")), news);
    expect(both).toEqual([
      { update: about("b"), sent: 0 },
      { update: news, sent: 0 },
    ]);
  });
});

describe("the order of pings (SWIM §4.3)", () => {
  const ids = ["a", "b", "c", "d", "e"];

  test("a shuffle keeps all, and another dice makes another order", () => {
    const orders = [1, 2, 3].map((dice) => shuffled(ids, dice));
    for (const order of orders)
      expect(order.toSorted((x, y) => (x < y ? -1 : 1))).toEqual(ids);
    expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
  });

  test("none waits longer than 2n - 1 periods (time-bounded completeness)", () => {
    const waits: number[] = [];
    const last = new Map<string, number>();
    let order: readonly string[] = [];
    for (let period = 0; period < 2000; period++) {
      const [target, rest] = nextTarget(order, ids, period);
      order = rest;
      if (target === null) throw new Error("nobody to ping");
      waits.push(period - (last.get(target) ?? period));
      last.set(target, period);
    }
    expect(last.size).toBe(5);
    expect(Math.max(...waits)).toBe(9);
  });

  test("who is gone is left out; with nobody left there is no target", () => {
    expect(nextTarget(["a", "b"], ["b"], 1)).toEqual(["b", []]);
    expect(nextTarget(["a", "b"], [], 1)).toEqual([null, []]);
  });

  test("a newcomer may be put in anywhere", () => {
    const places = new Set<string>();
    for (let dice = 0; dice < 50; dice++)
      places.add(inserted(["a", "b"], "x", dice).join(""));
    expect([...places].sort((x, y) => (x < y ? -1 : 1))).toEqual([
      "abx",
      "axb",
      "xab",
    ]);
  });

  test("pinging at random finds a dead one after e / (e - 1) periods (§3.1)", () => {
    const members = 30;
    const trials = 150;
    const peers = Array.from(
      { length: members - 1 },
      (_, at) => `${at}`,
    );
    let periods = 0;
    for (let trial = 0; trial < trials; trial++) {
      for (let isFound = false; !isFound; periods++) {
        // Each of the others has its own random order; one is dead.
        isFound = peers.some((_, pinger) => {
          const dice =
            trial * 7919 + periods * 104729 + pinger * 15485863;
          return nextTarget([], peers, dice >>> 0)[0] === "0";
        });
      }
    }
    const expected = Math.E / (Math.E - 1);
    expect(periods / trials).toBeGreaterThan(expected - 0.12);
    expect(periods / trials).toBeLessThan(expected + 0.12);
  });
});
