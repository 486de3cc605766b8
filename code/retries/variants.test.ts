import { expect, test } from "vitest";
import { naive, type StormOptions } from "./storm.ts";
import { variants } from "./variants.ts";

function changed(options: StormOptions): readonly string[] {
  const fields = Object.entries(options) as [
    keyof StormOptions,
    unknown,
  ][];
  return fields
    .filter(([name, value]) => naive[name] !== value)
    .map(([name]) => name);
}

test("each variant is the naive storm with one thing changed", () => {
  for (const options of Object.values(variants)) {
    expect(Object.keys(options)).toEqual(Object.keys(naive));
    expect(changed(options).length).toBeLessThanOrEqual(1);
  }
});

test.each([
  ["naive retries", {}],
  ["no retries", { attemptsMax: 1 }],
  [
    "retry budget 20%",
    { budget: { percent: 20, credit: 1000, creditMax: 1000 } },
  ],
  [
    "retry budget 10%",
    { budget: { percent: 10, credit: 1000, creditMax: 1000 } },
  ],
  [
    "throttling, 10 s",
    { throttle: { k: 2, windowMs: 10_000, seconds: [] } },
  ],
  [
    "throttling, 2 min",
    { throttle: { k: 2, windowMs: 120_000, seconds: [] } },
  ],
  ["queue of 50", { queueMax: 50 }],
  [
    "CoDel queue",
    { discipline: { kind: "codel", targetMs: 100, intervalMs: 1000 } },
  ],
])("%s is what its name says", (name, change) => {
  expect(variants[name]).toEqual({ ...naive, ...change });
});
