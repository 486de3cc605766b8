/** Rumors, checksums, anti-entropy, sums and broadcasts. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fraction, stream } from "../kernel/random.ts";
import {
  monger,
  nextRound,
  otherThan,
  pushRounds,
  type SpreadOptions,
  spread,
} from "./rumor.ts";

const plain: SpreadOptions = {
  nodes: 1000,
  mode: "push",
  fanOut: 1,
  messageLossProbability: 0,
  dice: 1,
};

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Rounds until all know, in the mean of some runs. */
function rounds(change: Partial<SpreadOptions>, runs = 8): number {
  const counts = Array.from({ length: runs }, (_, nth) => {
    const options = { ...plain, ...change, dice: stream(5, nth) };
    return spread(options, 200).length - 1;
  });
  return mean(counts);
}

describe("a rumor", () => {
  test("is told to one other at most by each who knows: it doubles at most", () => {
    const counts = spread(plain, 200);
    expect(counts[0]).toBe(1);
    expect(counts[1]).toBe(2);
    expect(counts.at(-1)).toBe(1000);
    counts.slice(1).forEach((count, at) => {
      const before = counts[at] ?? 0;
      expect(count).toBeGreaterThanOrEqual(before);
      expect(count).toBeLessThanOrEqual(2 * before);
    });
  });

  test.each([100, 500, 2000])(
    "reaches all %i by push in about log2 n + ln n rounds (Pittel 1987)",
    (nodes) => {
      const measured = rounds({ nodes }, 8);
      expect(Math.abs(measured - pushRounds(nodes))).toBeLessThan(2);
    },
  );

  test("pushRounds is log2 n + ln n", () => {
    expect(pushRounds(1024)).toBeCloseTo(10 + 6.9315, 4);
  });

  test("ends sooner by pull than by push, and soonest by both", () => {
    const [push, pull, both] = [
      rounds({ mode: "push" }),
      rounds({ mode: "pull" }),
      rounds({ mode: "push-pull" }),
    ] as const;
    expect(pull).toBeLessThan(push - 2);
    expect(both).toBeLessThan(pull - 2);
  });

  test("in pull, the share that does not know is squared in the end", () => {
    const knows = Array.from(
      { length: 20_000 },
      (_, at) => at % 10 > 0,
    );
    const ignorant = (mode: "push" | "pull") =>
      nextRound(knows, { ...plain, mode }, 3).filter((know) => !know)
        .length / 20_000;
    expect(ignorant("pull")).toBeCloseTo(0.1 * 0.1, 2);
    expect(ignorant("push")).toBeCloseTo(0.1 * Math.exp(-0.9), 2);
  });

  test("goes faster with a larger fan-out, and slower with loss", () => {
    expect(rounds({ fanOut: 4 })).toBeLessThan(rounds({}) / 2);
    const lossy = rounds({ messageLossProbability: 0.5 });
    // A branching by 1.5 instead of 2, and a tail twice as long.
    const expected =
      Math.log(1000) / Math.log(1.5) + 2 * Math.log(1000);
    expect(Math.abs(lossy - expected)).toBeLessThan(5);
  });

  test("goes nowhere when every message is lost, and the rounds are limited", () => {
    const options = { ...plain, messageLossProbability: 1 };
    expect(spread(options, 5)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test("arrives by the lowest number that chance can draw, where none is lost", () => {
    // The one dice of all by which this call draws 0.
    const dice = 470_100_546;
    const luck = stream(stream(stream(dice, 0), 0), 1);
    expect(fraction(luck)).toBe(0);
    const two = { ...plain, nodes: 2 };
    expect(nextRound([true, false], two, dice)).toEqual([true, true]);
  });

  test("is heard in one round and told in the next", () => {
    const knows = [true, false, false];
    for (let dice = 0; dice < 20; dice++) {
      const after = nextRound(knows, { ...plain, nodes: 3 }, dice);
      expect(after.filter(Boolean)).toHaveLength(2);
    }
  });

  test("nobody calls itself, and all others are called as often", () => {
    const counts = [0, 0, 0, 0];
    for (let dice = 0; dice < 3000; dice++) {
      const called = otherThan(1, 4, dice);
      counts[called] = (counts[called] ?? 0) + 1;
    }
    expect(counts[1]).toBe(0);
    for (const at of [0, 2, 3])
      expect(Math.abs((counts[at] ?? 0) - 1000)).toBeLessThan(100);
  });
});

describe("rumor mongering (Demers §1.4)", () => {
  const of = (k: number, isBlind: boolean) => {
    const outcomes = [1, 2, 3, 4, 5].map((dice) =>
      monger({ nodes: 1000, k, isBlind, dice }),
    );
    return {
      residue: mean(outcomes.map((one) => one.residue)),
      traffic: mean(outcomes.map((one) => one.traffic)),
    };
  };

  test("leaves a share of e^-traffic that never hears it", () => {
    for (const k of [1, 2, 3]) {
      const { residue, traffic } = of(k, false);
      expect(Math.abs(residue - Math.exp(-traffic))).toBeLessThan(0.01);
    }
  });

  test("leaves fewer the more patient it is", () => {
    const [one, two, four] = [1, 2, 4].map((k) => of(k, false));
    expect(one?.residue).toBeCloseTo(0.2, 1);
    expect(two?.residue).toBeCloseTo(0.06, 1);
    expect(four?.residue).toBeLessThan(0.01);
  });

  test("that is blind tells k others and stops", () => {
    const { residue, traffic } = of(2, true);
    expect(traffic).toBeCloseTo(2 * (1 - residue), 6);
    expect(residue).toBeCloseTo(Math.exp(-traffic), 1);
  });

  test("tells nobody with no patience at all", () => {
    const options = { nodes: 10, k: 0, isBlind: false, dice: 1 };
    expect(monger(options)).toEqual({ residue: 0.9, traffic: 0 });
  });

  test("reaches the other one of two in one call, and sees it was useless", () => {
    const options = { nodes: 2, k: 1, isBlind: false, dice: 1 };
    const { residue, traffic } = monger(options);
    expect(residue).toBe(0);
    // A call that was news, then a useless one by each.
    expect(traffic).toBe(1.5);
  });

  test("costs no less than a node a message for all that hear it", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 4 }),
        (dice, k) => {
          const { residue, traffic } = monger({
            nodes: 50,
            k,
            isBlind: false,
            dice,
          });
          expect(traffic).toBeGreaterThanOrEqual(1 - residue - 1 / 50);
        },
      ),
      { seed: 1, numRuns: 50 },
    );
  });
});
