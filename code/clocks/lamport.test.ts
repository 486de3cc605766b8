import { describe, expect, it } from "vitest";
import { seeds } from "../seeds.ts";
import { eventsOf, threeProcesses } from "./example.ts";
import { concurrentPairs, pasts } from "./happens-before.ts";
import { order, receive, tick } from "./lamport.ts";
import type { Stamped } from "./process.ts";

const sixty = Array.from({ length: 60 }, (_, i) => i + 1);
const runOf = (seed: number) => eventsOf(threeProcesses(seed, 6));

/** How often a cause has no smaller number than its effect. */
function violations(
  events: readonly Stamped[],
  number: (e: Stamped) => number,
): number {
  const past = pasts(events);
  return events.flatMap((b) =>
    [...(past.get(b) ?? [])].filter((a) => number(a) >= number(b)),
  ).length;
}

describe("Lamport clock (Lamport 1978, Logical Clocks)", () => {
  it("ticks between two events of a process (IR1)", () => {
    expect(tick(41)).toBe(42);
  });

  it("puts a receive after its send and after the past (IR2)", () => {
    expect(receive(3, 9)).toBe(10);
    expect(receive(9, 3)).toBe(10);
  });

  it.each(seeds(60))(
    "keeps the Clock Condition: a → b implies L(a) < L(b), seed %i",
    (seed) => {
      expect(violations(runOf(seed), (e) => e.lamport)).toBe(0);
    },
  );

  it("does not keep its converse: L(a) < L(b), and yet a ∥ b", () => {
    const pair = concurrentPairs(runOf(3)).find(
      ([a, b]) => a.lamport < b.lamport,
    );
    expect(pair).toBeDefined();
  });

  it("catches a clock that ticks but does not listen", () => {
    const broken = sixty.filter(
      (seed) => violations(runOf(seed), (e) => e.index + 1) > 0,
    );
    expect(broken.length).toBe(sixty.length);
  });

  it("catches wall clocks that are 20 ms off", () => {
    const broken = sixty.filter(
      (seed) => violations(runOf(seed), (e) => e.pt) > 0,
    );
    expect(broken.length).toBeGreaterThan(0);
  });
});

describe("the total order ⇒ (Ordering the Events Totally)", () => {
  const stamp = (e: Stamped) => ({ time: e.lamport, node: e.node });

  it("orders every two events of a run, and extends →", () => {
    for (const seed of sixty.slice(0, 20)) {
      const events = runOf(seed);
      const past = pasts(events);
      for (const a of events) {
        for (const b of events) {
          const sign = Math.sign(order(stamp(a), stamp(b)));
          expect(sign === 0).toBe(a === b);
          expect(sign + Math.sign(order(stamp(b), stamp(a)))).toBe(0);
          if (past.get(b)?.has(a)) expect(sign).toBe(-1);
        }
      }
    }
  });
});
