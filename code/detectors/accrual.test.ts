/** The estimators: windows, moments, phi. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  deviation,
  firstWindow,
  heard,
  mean,
  phi,
  phiAt,
  phiExponential,
} from "./accrual.ts";

const options = {
  sizeMax: 3,
  firstIntervalMs: 100,
  intervalMsMax: 500,
};

describe("the window", () => {
  test("begins with a guess, so that never being heard counts", () => {
    const window = firstWindow(40, options);
    expect(window).toEqual({ lastMs: 40, intervalsMs: [75, 125] });
    expect(mean(window.intervalsMs)).toBe(100);
    expect(deviation(window.intervalsMs)).toBe(25);
  });

  test("forgets the oldest interval", () => {
    const times = [100, 210, 330, 460];
    const window = times.reduce(
      (now, ms) => heard(now, ms, options),
      firstWindow(0, options),
    );
    expect(window).toEqual({
      lastMs: 460,
      intervalsMs: [110, 120, 130],
    });
  });

  test("leaves out a silence longer than the limit, not one as long", () => {
    const first = firstWindow(0, options);
    expect(heard(first, 500, options).intervalsMs).toEqual([
      75, 125, 500,
    ]);
    expect(heard(first, 501, options)).toEqual({
      ...first,
      lastMs: 501,
    });
  });
});

describe("phi (Hayashibara et al., §4.2)", () => {
  const window = { lastMs: 1000, intervalsMs: [80, 120] };

  test("is log10 2 when the mean has passed: later or earlier", () => {
    expect(phi(window, 1100, 1)).toBeCloseTo(Math.log10(2), 12);
  });

  test("takes the spread of the window, but not less than a minimum", () => {
    expect(phi(window, 1140, 20)).toBe(phiAt(2));
    expect(phi(window, 1140, 10)).toBe(phiAt(2));
    expect(phi(window, 1140, 40)).toBe(phiAt(1));
  });

  test("grows while nothing is heard", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -30, max: 30, noNaN: true }),
        fc.double({ min: 0.01, max: 3, noNaN: true }),
        (z, more) => {
          expect(phiAt(z + more)).toBeGreaterThanOrEqual(phiAt(z));
        },
      ),
      { seed: 1 },
    );
  });

  test("errs at phi = 1 in one of ten cases, at 2 in one of a hundred", () => {
    expect(phiAt(1.2816)).toBeCloseTo(1, 2);
    expect(phiAt(2.3263)).toBeCloseTo(2, 1);
  });

  test("is within 0.00015 of the normal tail, by its own claim", () => {
    for (let z = -4; z <= 4; z += 0.125) {
      const difference = 10 ** -phiAt(z) - normalTail(z);
      expect(Math.abs(difference)).toBeLessThan(0.00015);
    }
  });

  test("neither overflows nor is undefined, however long it takes", () => {
    expect(phiAt(-1000)).toBe(0);
    expect(phiAt(1000)).toBeCloseTo(30_646_800, -3);
    expect(phiAt(0)).toBe(Math.log10(2));
  });

  /** The integral of the density from z to 12, by Simpson's rule. */
  function normalTail(z: number): number {
    const density = (x: number) =>
      Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    const steps = 800;
    const width = (12 - z) / steps;
    let sum = density(z) + density(12);
    for (let step = 1; step < steps; step++)
      sum += density(z + step * width) * (step % 2 === 0 ? 2 : 4);
    return (sum * width) / 3;
  }
});

test("phi of random heartbeats grows evenly: 1 for each 2.3 means", () => {
  const window = { lastMs: 1000, intervalsMs: [80, 120] };
  expect(phiExponential(window, 1000)).toBe(0);
  expect(phiExponential(window, 1000 + 100 * Math.LN10)).toBeCloseTo(1);
  expect(phiExponential(window, 1000 + 800 * Math.LN10)).toBeCloseTo(8);
});
