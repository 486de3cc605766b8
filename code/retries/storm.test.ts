import { describe, expect, test } from "vitest";
import { simulate } from "../kernel/simulator.ts";
import { newBudget } from "./budget.ts";
import type { Load } from "./client.ts";
import { recover } from "./recovery.example.ts";
import { mean } from "./report.ts";
import {
  naive,
  recoverySeconds,
  type StormOptions,
  storm,
  watch,
} from "./storm.ts";
import { variants } from "./variants.ts";

const seeds = [1, 2, 3, 4, 5];

function readings(
  seed: number,
  options: StormOptions,
  seconds: number,
) {
  const sim = simulate({ seed, keepTrace: false, ...storm(options) });
  return watch(sim, seconds);
}

function open(perSecond: number): Load {
  return { kind: "open", phases: [{ fromMs: 0, perSecond }] };
}

describe.each(seeds)("seed %i", (seed) => {
  test("without a trigger the naive system answers every call", () => {
    const calm = readings(seed, { ...naive, blip: null }, 120);
    const calls = mean(calm, "calls", 10, 120);
    expect(mean(calm, "good", 10, 120)).toBeGreaterThan(0.98 * calls);
  });

  test("after the trigger it answers none, and stays so", () => {
    const after = readings(seed, naive, 80);
    expect(recoverySeconds(after, 30)).toBeNull();
    expect(mean(after, "good", 40, 80)).toBe(0);
    const amplification =
      mean(after, "attempts", 40, 80) / mean(after, "calls", 40, 80);
    expect(amplification).toBeGreaterThan(2.9);
  });

  test("backoff with jitter alone changes nothing in an open loop", () => {
    const options = variants["backoff, full jitter"] ?? naive;
    const after = readings(seed, options, 70);
    expect(recoverySeconds(after, 30)).toBeNull();
  });

  test("a retry budget of 10% recovers as fast as the queue drains", () => {
    const options = variants["retry budget 10%"] ?? naive;
    const seconds = recoverySeconds(readings(seed, options, 65), 30);
    // (500 - 100) / (100 - 77) = 17 s.
    expect(seconds).toBeGreaterThanOrEqual(13);
    expect(seconds).toBeLessThanOrEqual(22);
  });

  test.each(["queue of 50", "LIFO queue", "CoDel queue"])(
    "a %s recovers at once",
    (name) => {
      const options = variants[name] ?? naive;
      const seconds = recoverySeconds(readings(seed, options, 45), 30);
      expect(seconds).toBeLessThanOrEqual(2);
    },
  );

  test("adaptive throttling recovers once it has forgotten", () => {
    const options = variants["throttling, 10 s"] ?? naive;
    const seconds = recoverySeconds(readings(seed, options, 100), 30);
    expect(seconds).toBeGreaterThan(20);
    expect(seconds).toBeLessThan(60);
  });
});

test("nor does backoff with a first wait of up to 40 s", () => {
  const slow = {
    kind: "full",
    baseMs: 40_000,
    capMs: 60_000,
  } as const;
  const after = readings(1, { ...naive, backoff: slow }, 150);
  expect(recoverySeconds(after, 30)).toBeNull();
  expect(mean(after, "good", 120, 150)).toBe(0);
});

test("the recovery script works below the threshold, if long enough", () => {
  expect(recover(1, 20, 75).good).toBeGreaterThan(65);
  expect(recover(1, 40, 120).good).toBe(0);
  expect(recover(1, 20, 66).good).toBe(0);
});

test("the load that decides is capacity / attempts, not capacity", () => {
  const at = (perSecond: number, percent: number | null) => {
    const budget = percent === null ? null : newBudget(percent, 10);
    const options = { ...naive, budget, load: open(perSecond) };
    return recoverySeconds(readings(1, options, 115), 30);
  };
  expect(at(30, null)).not.toBeNull();
  expect(at(36, null)).toBeNull();
  expect(at(85, 10)).not.toBeNull();
  expect(at(95, 10)).toBeNull();
});

test.each([1, 2, 3, 4, 5, 6, 7])(
  "a pause little longer than the timeout is enough (seed %i)",
  (seed) => {
    const after = (forMs: number) => {
      const options = { ...naive, blip: { atMs: 20_000, forMs } };
      return recoverySeconds(readings(seed, options, 40), 23);
    };
    expect(after(1000)).not.toBeNull();
    expect(after(1400)).toBeNull();
  },
);

test("the same load has two goodputs: hysteresis", () => {
  const phases = [
    { fromMs: 0, perSecond: 60 },
    { fromMs: 60_000, perSecond: 120 },
    { fromMs: 120_000, perSecond: 60 },
  ];
  const load: Load = { kind: "open", phases };
  const run = readings(1, { ...naive, load, blip: null }, 180);
  expect(mean(run, "good", 10, 60)).toBeGreaterThan(55);
  expect(mean(run, "good", 150, 180)).toBe(0);
});

test("a closed loop limits itself, until it has too many users", () => {
  const closed = (users: number, thinkMs: number) => {
    const load: Load = { kind: "closed", users, thinkMs };
    return recoverySeconds(readings(1, { ...naive, load }, 140), 30);
  };
  expect(closed(70, 1000)).not.toBeNull();
  expect(closed(500, 10_000)).toBeNull();
});

test("every node of the storm is pure, and a run repeats", () => {
  const run = () => {
    const options = storm({
      ...naive,
      ...variants["throttling, 10 s"],
    });
    const sim = simulate({ seed: 3, checkPurity: true, ...options });
    return watch(sim, 10);
  };
  expect(run()).toEqual(run());
});
