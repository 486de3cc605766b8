/** The solutions of the chapter's exercises, as far as they compute. */
import { describe, expect, it } from "vitest";
import { simulate } from "../kernel/simulator.ts";
import * as lamport from "./lamport.ts";
import { correction, lostOf } from "./last-write-wins.example.ts";
import {
  hybridClock,
  type State,
  wallClock,
} from "./last-write-wins.ts";
import { delay, exchange, offset } from "./ntp.ts";
import { bank, recordedOf } from "./snapshot.example.ts";
import { totalOf } from "./snapshot.ts";
import { customer, spans } from "./truetime.example.ts";
import { server } from "./truetime.ts";
import * as vector from "./vector.ts";

describe("exercise: predict the stamps", () => {
  // n1: a1, a2 sends p to n2. n2: b1 sends q to n3, b2 receives p,
  // b3 sends r to n3. n3: c1 receives q, c2 receives r.
  it("Lamport: a 1 2, b 1 3 4, c 2 5", () => {
    const a1 = lamport.tick(0);
    const a2 = lamport.tick(a1);
    const b1 = lamport.tick(0);
    const b2 = lamport.receive(b1, a2);
    const b3 = lamport.tick(b2);
    const c1 = lamport.receive(0, b1);
    const c2 = lamport.receive(c1, b3);
    expect([a1, a2, b1, b2, b3, c1, c2]).toEqual([1, 2, 1, 3, 4, 2, 5]);
  });

  it("vectors: a1 and c1 are concurrent, though 1 < 2", () => {
    const a1 = vector.tick({}, "n1");
    const a2 = vector.tick(a1, "n1");
    const b1 = vector.tick({}, "n2");
    const b2 = vector.receive(b1, a2, "n2");
    const b3 = vector.tick(b2, "n2");
    const c1 = vector.receive({}, b1, "n3");
    const c2 = vector.receive(c1, b3, "n3");
    expect(vector.show(b3)).toBe("[n1:2 n2:3]");
    expect(vector.show(c1)).toBe("[n2:1 n3:1]");
    expect(vector.show(c2)).toBe("[n1:2 n2:3 n3:2]");
    expect(vector.compare(a1, c1)).toBe("concurrent");
    const all = [a1, a2, b1, b2, b3, c1, c2];
    const concurrent = all.flatMap((x, i) =>
      all
        .slice(i + 1)
        .filter((y) => vector.compare(x, y) === "concurrent"),
    );
    expect(concurrent.length).toBe(6);
  });
});

describe("exercise: one exchange with a time server", () => {
  const seen = { t1: 0, t2: 95, t3: 97, t4: 62 };

  it("offset 65 ms, delay 60 ms, so 35 to 95 ms", () => {
    expect(offset(seen)).toBe(65);
    expect(delay(seen)).toBe(60);
  });

  it("50 ms there and 10 ms back: the clock was 45 ms behind", () => {
    expect(offset(exchange(45, 50, 10))).toBe(65);
    expect(delay(exchange(45, 50, 10))).toBe(60);
  });
});

describe("exercise: the price of commit wait on one row", () => {
  /** Commits a second when each waits for the one before it. */
  function rate(epsilonMs: number): number {
    const commits = 50;
    const sim = simulate({
      seed: 7,
      nodes: {
        n1: server({ epsilonMs, commitWait: true }),
        c1: customer(Array.from({ length: commits }, () => "n1")),
      },
      clients: ["c1"],
      network: { delayMs: { kind: "constant", ms: 0 } },
    });
    sim.runUntil(60_000);
    const done = spans(sim);
    const firstMs = done[0]?.fromMs ?? Number.NaN;
    const lastMs = sim.trace
      .filter((e) => e.kind === "deliver")
      .reduce((_, e) => e.atMs, 0);
    expect(done.length).toBe(commits);
    return (1000 * commits) / (lastMs - firstMs);
  }

  it("epsilon 4 ms: 125 a second; 7 ms: 71; 0.1 ms: 5000", () => {
    expect(rate(4)).toBeCloseTo(125, 0);
    expect(rate(7)).toBeCloseTo(71.4, 0);
    expect(Math.round(rate(0.1) / 100)).toBe(50);
  });
});

describe("exercise: a marker that is overtaken", () => {
  const total = (seed: number) =>
    totalOf(recordedOf(bank(seed, { fifo: false, skewMsMax: 0 })))
      .total;

  it("seed 1 to 20: some snapshots are wrong, and in both directions", () => {
    const totals = Array.from({ length: 20 }, (_, i) => total(i + 1));
    expect(totals.filter((t) => t < 300).length).toBeGreaterThan(0);
    expect(totals.filter((t) => t > 300).length).toBeGreaterThan(0);
  });
});

describe("exercise: the odds of losing a correction", () => {
  const odds = (skewMs: number, gapMs: number) =>
    gapMs >= 2 * skewMs
      ? 0
      : (2 * skewMs - gapMs) ** 2 / (8 * skewMs ** 2);

  it("skew 50 ms, gap 20 ms: 32 of 100; gap 100 ms: none", () => {
    expect(odds(50, 20)).toBeCloseTo(0.32, 2);
    expect(odds(50, 100)).toBe(0);
  });

  it("agrees with 1000 runs of the register, within 3 of 100", () => {
    const seeds = Array.from({ length: 1000 }, (_, i) => i + 1);
    for (const skewMs of [25, 50, 100, 250]) {
      const found = lostOf(wallClock, skewMs, seeds) / 1000;
      // 10 ms of thought and two one-way delays of 5 ms on average.
      expect(Math.abs(found - odds(skewMs, 20))).toBeLessThan(0.03);
    }
  });
});

describe("exercise: a hybrid clock that loses the correction", () => {
  it("needs all three: no context, no copy, a skew above the gap", () => {
    const value = (
      carriesContext: boolean,
      isCut: boolean,
      skewMs = -40,
    ) =>
      correction(hybridClock, 7, {
        carriesContext,
        isCut,
        skewMs,
      }).state<State>("n3").value;
    expect(value(false, true)).toBe("12 Elm St");
    expect(value(true, true)).toBe("21 Elm St");
    expect(value(false, false)).toBe("21 Elm St");
    expect(value(true, false)).toBe("21 Elm St");
    expect(value(false, true, -17)).toBe("12 Elm St");
    expect(value(false, true, -16)).toBe("21 Elm St");
  });
});
