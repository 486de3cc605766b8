import { describe, expect, test } from "vitest";
import { damage, isDegraded, type Reading } from "./dashboard.ts";
import { incidents } from "./data.scenario.ts";
import { threeWays } from "./room.scenario.ts";

/** What the dashboard shows of it; of most, bad answers. */
function isSymptom(name: string) {
  return (reading: Reading) =>
    name === "split brain" ? reading.leaders > 1 : isDegraded(reading);
}

describe.each(incidents.map((one) => [one.name, one] as const))(
  "%s",
  (name, incident) => {
    // How much a deed helps differs from run to run; no invariant, so
    // no seeds by the thousand.
    describe.each([1])("with seed %i", (seed) => {
      const { untreated, mitigated, worse } = threeWays(incident, seed);
      // Of the first minute some must find each other.
      const after = untreated.slice(1);
      const lost = damage(untreated).calls;

      test("shows on the dashboard soon after it begins", () => {
        const shown = after.find(isSymptom(name))?.minute ?? 0;
        expect(shown).toBeGreaterThanOrEqual(4);
        expect(shown).toBeLessThanOrEqual(7);
      });

      test("is healed by its mitigation", () => {
        expect(mitigated.slice(-4).some(isDegraded)).toBe(false);
        expect(damage(mitigated).calls).toBeLessThan(0.85 * lost);
      });

      test("is made worse by what looks right", () => {
        expect(damage(worse).calls).toBeGreaterThan(1.05 * lost);
      });
    });
  },
);
