/** Thresholds as timeouts. */
import { expect, test } from "vitest";
import { exponential, normal, silenceMs } from "./exercises.ts";

const steady = [1000, 1000, 1000];

test("phi above 8 on the exponential curve is 18.4 mean intervals", () => {
  expect(silenceMs(steady, 8, exponential)).toBe(18_421);
  expect(silenceMs([200], 8, exponential)).toBe(3685);
  expect(silenceMs(steady, 1, exponential)).toBe(2303);
  expect(silenceMs(steady, 12, exponential)).toBe(27_632);
});

test("phi above 8 on the normal curve is the mean and 5.2 deviations", () => {
  expect(silenceMs(steady, 8, normal(100))).toBe(1523);
  expect(silenceMs(steady, 8, normal(100, 3000))).toBe(4523);
  expect(silenceMs(steady, 12, normal(100, 3000))).toBe(4630);
});

test("a threshold that nothing exceeds is passed at once", () => {
  expect(silenceMs(steady, -1, exponential)).toBe(0);
});

test("counts from the last heartbeat until the threshold is passed", () => {
  const level = (
    { lastMs }: { readonly lastMs: number },
    now: number,
  ) => now - lastMs;
  expect(silenceMs([100], 3, level)).toBe(4);
  expect(silenceMs([100], 0, level)).toBe(1);
});
