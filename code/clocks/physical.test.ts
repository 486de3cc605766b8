/** Tests of what this folder has on physical time: ntp, leap, ids. */
import { describe, expect, it } from "vitest";
import { type Generator, next } from "./ids.ts";
import { smeared, stepped } from "./leap.ts";
import { run } from "./leap-second.example.ts";
import { delay, exchange, offset } from "./ntp.ts";
import { below, smoothed } from "./resolver.ts";

describe("NTP offset and delay (RFC 5905, section 8)", () => {
  it("finds the offset exactly when both ways take equally long", () => {
    const found = exchange(25, 10, 10);
    expect(offset(found)).toBe(25);
    expect(delay(found)).toBe(20);
  });

  it("reads the four times whatever the clock shows at first", () => {
    const found = { t1: 100, t2: 135, t3: 140, t4: 130 };
    expect(offset(found)).toBe(22.5);
    expect(delay(found)).toBe(25);
  });

  it("errs by half the difference of the two ways", () => {
    const found = exchange(0, 40, 10);
    expect(offset(found)).toBe(15);
  });

  it("errs by at most half of the delay, however the ways differ", () => {
    for (let there = 0; there <= 50; there += 5) {
      const found = exchange(7, there, 50 - there);
      expect(Math.abs(offset(found) - 7)).toBeLessThanOrEqual(25);
    }
  });
});

describe("leap second", () => {
  const leapMs = 86_400_000;

  it("stepped, repeats a second", () => {
    expect(stepped(leapMs, leapMs)).toBe(
      stepped(leapMs - 1000, leapMs),
    );
  });

  it("smeared, never goes back and ends where the step ends", () => {
    const noon = leapMs + 43_200_000 + 1000;
    for (let ms = 0; ms < 2 * leapMs; ms += 600_000) {
      expect(smeared(ms + 1, leapMs)).toBeGreaterThan(
        smeared(ms, leapMs),
      );
    }
    expect(smeared(noon, leapMs)).toBe(stepped(noon, leapMs));
    expect(smeared(leapMs / 2, leapMs)).toBe(leapMs / 2);
  });

  it("smeared, is half a second from the stepped clock at worst", () => {
    const gaps = Array.from({ length: 2000 }, (_, i) => {
      const ms = leapMs / 2 + (i * leapMs) / 1000;
      return Math.abs(smeared(ms, leapMs) - stepped(ms, leapMs));
    });
    expect(Math.max(...gaps)).toBeGreaterThan(499);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(500.1);
  });

  it("stepped, makes a round trip negative and the draw refuse it", () => {
    expect(smoothed(40, 1000, 60)).toBeLessThan(0);
    expect(() => below(-78, 0.5)).toThrow(
      new RangeError("cannot draw below -78"),
    );
    expect(below(1, 0.5)).toBe(0);
    expect(below(40, 0.5)).toBe(20);
    for (const seed of [3, 7]) expect(run(seed)).toContain("PANIC");
  });
});

describe("smoothed round-trip time", () => {
  it("stays negative for 8 good samples after one of -950 ms", () => {
    let ms = smoothed(40, 0, -950);
    let good = 0;
    for (; ms < 0; good++) ms = smoothed(ms, 0, 40);
    expect(good).toBe(9);
  });
});

describe("Snowflake ids", () => {
  const start: Generator = { worker: 5, lastMs: 0, sequence: 0 };

  it("rise with time and, within a millisecond, with the sequence", () => {
    let generator = start;
    let last = -1n;
    for (const nowMs of [1000, 1000, 1000, 1001, 1001, 1500]) {
      const made = next(generator, nowMs);
      if (made.kind === "refused") throw new Error("refused");
      expect(BigInt(made.id)).toBeGreaterThan(last);
      last = BigInt(made.id);
      generator = made.next;
    }
  });

  it("refuse a clock that went back, and say for how long", () => {
    const made = next({ ...start, lastMs: 1000 }, 990);
    expect(made).toEqual({ kind: "refused", waitMs: 10 });
  });

  it("refuse the 4097th id of a millisecond", () => {
    const made = next({ worker: 5, lastMs: 9, sequence: 4095 }, 9);
    expect(made).toEqual({ kind: "refused", waitMs: 1 });
  });

  it("give the 4096th id of a millisecond", () => {
    const made = next({ worker: 5, lastMs: 9, sequence: 4094 }, 9);
    expect(made).toMatchObject({
      kind: "id",
      next: { sequence: 4095 },
    });
  });

  it("begin each millisecond with sequence 0", () => {
    const made = next({ worker: 5, lastMs: 9, sequence: 7 }, 10);
    expect(made).toEqual({
      kind: "id",
      id: String(10n * 2n ** 22n + 5n * 2n ** 12n),
      next: { worker: 5, lastMs: 10, sequence: 0 },
    });
  });

  it("of two workers do not order events that caused each other", () => {
    const ahead = next({ ...start, worker: 1 }, 1040);
    const later = next({ ...start, worker: 2 }, 1005);
    if (ahead.kind === "refused" || later.kind === "refused") {
      throw new Error("refused");
    }
    expect(BigInt(later.id)).toBeLessThan(BigInt(ahead.id));
  });
});
