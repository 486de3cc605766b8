/** Mistakes end when the network has a bound, for a detector that learns. */
import { describe, expect, test } from "vitest";
import { fixed, growing } from "./stabilize.example.ts";
import {
  crashMs,
  detectedMs,
  mistakes,
  stabilizing,
  stableMs,
  timeouts,
} from "./stabilize.scenario.ts";

describe("an eventually perfect detector (Chandra and Toueg 1996)", () => {
  test.each([1, 7, 20])(
    "errs no more after a while, seed %i",
    (seed) => {
      const { sim, changes } = stabilizing(seed, growing);
      sim.runUntil(160_000);
      expect(mistakes(changes, 0, stableMs)).toBeGreaterThan(20);
      expect(mistakes(changes, stableMs + 20_000, 160_000)).toBe(0);
      expect(detectedMs(changes)).toBeLessThan(2500);
      const [least, most] = timeouts(sim);
      expect(least).toBeGreaterThanOrEqual(500);
      expect(most).toBeGreaterThan(least);
    },
  );

  test("one with a fixed timeout below the bound errs for ever", () => {
    const { sim, changes } = stabilizing(7, fixed);
    sim.runUntil(160_000);
    expect(mistakes(changes, crashMs, 160_000)).toBeGreaterThan(10);
    expect(timeouts(sim)).toEqual([500, 500]);
  });
});
