import { describe, expect, test } from "vitest";
import { seeds } from "../seeds.ts";
import {
  brownout,
  capacity,
  classOf,
  goodOf,
  goodput,
  lawOf,
  loadRun,
  serverOf,
  shedding,
  type Variant,
  variants,
} from "./load.scenario.ts";
import { classes } from "./shed.ts";

const bounded = Object.entries(variants).filter(
  ([name]) => name !== "endless queue" && name !== "queue of 500",
);

describe("three times the load", () => {
  test.each(seeds(2))(
    "an endless queue answers nobody in time (seed %i)",
    (seed) => {
      for (const name of ["endless queue", "queue of 500"]) {
        const sim = loadRun(
          seed,
          variants[name] as Variant,
          3 * capacity,
        );
        expect(goodput(sim, 3, 6)).toBe(0);
      }
    },
  );

  test.each(seeds(2))(
    "a bound keeps nine tenths of it (seed %i)",
    (seed) => {
      for (const [, variant] of bounded) {
        const sim = loadRun(seed, variant, 3 * capacity);
        expect(goodput(sim, 3, 7)).toBeGreaterThan(0.9 * capacity);
      }
    },
  );

  test.each(seeds(2))(
    "the critical are answered first (seed %i)",
    (seed) => {
      const sim = loadRun(seed, shedding, 3 * capacity);
      sim.runUntil(8000);
      const good = classes.map((name) => {
        const isIt = (id: string) =>
          (classOf[id] ?? "sheddable") === name;
        const sum = goodOf(sim, isIt);
        return sum.good / sum.calls;
      });
      expect(good[0]).toBeGreaterThan(0.92);
      expect(good[1]).toBeGreaterThan(0.9);
      expect(good[2]).toBeLessThan(0.5);
      expect(good[3]).toBeLessThan(0.1);
    },
  );

  test.each(seeds(2))(
    "a brownout answers more than it could (seed %i)",
    (seed) => {
      const calm = loadRun(seed, brownout, capacity / 2);
      calm.runUntil(8000);
      const { nice, served, dimmer } = serverOf(calm).inner;
      expect([nice / served, dimmer]).toEqual([
        expect.closeTo(1, 1),
        1,
      ]);
      const sim = loadRun(seed, brownout, 3 * capacity);
      expect(goodput(sim, 4, 8)).toBeGreaterThan(1.4 * capacity);
    },
  );
});

// With those inside left out it was off by more than 3 % (seeds 213, 1274).
test.each([...seeds(3), 213, 1274])(
  "Little's law holds in every run (seed %i)",
  (seed) => {
    for (const [name, variant] of Object.entries(variants))
      for (const load of [0.5, 0.9]) {
        const sim = loadRun(seed, variant, load * capacity);
        // Whoever is inside has not been timed yet: until all have left.
        let atMs = 10_000;
        sim.runUntil(atMs);
        while (serverOf(sim).meter.inside > 0) sim.runUntil(++atMs);
        const { inside, lambdaTimesW } = lawOf(sim);
        expect([name, load, inside]).toEqual([
          name,
          load,
          expect.closeTo(lambdaTimesW, 9),
        ]);
      }
  },
);

test("every node of these runs is pure", () => {
  const run = (checkPurity: boolean) => {
    const sim = loadRun(3, shedding, 200, { checkPurity });
    return goodput(sim, 1, 2);
  };
  expect(run(true)).toBe(run(false));
});
