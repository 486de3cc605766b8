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
    const after = readings(seed, naive, 150);
    expect(recoverySeconds(after, 30)).toBeNull();
    expect(mean(after, "good", 40, 150)).toBe(0);
    const amplification =
      mean(after, "attempts", 40, 150) / mean(after, "calls", 40, 150);
    expect(amplification).toBeGreaterThan(2.9);
  });

  test("backoff with jitter alone changes nothing in an open loop", () => {
    const options = variants["backoff, full jitter"] ?? naive;
    expect(
      recoverySeconds(readings(seed, options, 120), 30),
    ).toBeNull();
  });

  test("a retry budget of 10% recovers as fast as the queue drains", () => {
    const options = variants["retry budget 10%"] ?? naive;
    const seconds = recoverySeconds(readings(seed, options, 120), 30);
    // (500 - 100) / (100 - 77) = 17 s.
    expect(seconds).toBeGreaterThanOrEqual(13);
    expect(seconds).toBeLessThanOrEqual(22);
  });

  test.each(["queue of 50", "LIFO queue", "CoDel queue"])(
    "a %s recovers at once",
    (name) => {
      const options = variants[name] ?? naive;
      const seconds = recoverySeconds(readings(seed, options, 60), 30);
      expect(seconds).toBeLessThanOrEqual(2);
    },
  );

  test("adaptive throttling recovers once it has forgotten", () => {
    const options = variants["adaptive throttling"] ?? naive;
    const seconds = recoverySeconds(readings(seed, options, 150), 30);
    expect(seconds).toBeGreaterThan(20);
    expect(seconds).toBeLessThan(90);
  });
});

test.each([1, 2])(
  "the recovery script works below the threshold, if long enough (seed %i)",
  (seed) => {
    expect(recover(seed, 20, 75).good).toBeGreaterThan(65);
    expect(recover(seed, 40, 240).good).toBe(0);
    expect(recover(seed, 20, 66).good).toBe(0);
  },
);

test("the load that decides is capacity / attempts, not capacity", () => {
  const at = (perSecond: number, budget: boolean) => {
    const change = { budget: budget ? newBudget(10, 10) : null };
    const options = { ...naive, ...change, load: open(perSecond) };
    return recoverySeconds(readings(1, options, 150), 30);
  };
  expect(at(30, false)).not.toBeNull();
  expect(at(36, false)).toBeNull();
  expect(at(85, true)).not.toBeNull();
  expect(at(95, true)).toBeNull();
});

test.each([1, 2, 3, 4, 5, 6, 7])(
  "a pause little longer than the timeout is enough (seed %i)",
  (seed) => {
    const after = (forMs: number) => {
      const options = { ...naive, blip: { atMs: 20_000, forMs } };
      return recoverySeconds(readings(seed, options, 80), 23);
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
  const run = readings(1, { ...naive, load, blip: null }, 300);
  expect(mean(run, "good", 10, 60)).toBeGreaterThan(55);
  expect(mean(run, "good", 200, 300)).toBe(0);
});

test("a closed loop limits itself, until it has too many users", () => {
  const closed = (users: number, thinkMs: number) => {
    const load: Load = { kind: "closed", users, thinkMs };
    return recoverySeconds(readings(1, { ...naive, load }, 240), 30);
  };
  expect(closed(70, 1000)).not.toBeNull();
  expect(closed(400, 10_000)).not.toBeNull();
  expect(closed(500, 10_000)).toBeNull();
});

test("every node of the storm is pure, and a run repeats", () => {
  const run = () => {
    const options = storm({
      ...naive,
      ...variants["adaptive throttling"],
    });
    const sim = simulate({ seed: 3, checkPurity: true, ...options });
    return watch(sim, 15);
  };
  expect(run()).toEqual(run());
});
