import { describe, expect, it } from "vitest";
import { seeds } from "../seeds.ts";
import { eventsOf, threeProcesses } from "./example.ts";
import { pasts } from "./happens-before.ts";
import { order, receive, tick } from "./hlc.ts";

const runOf = (seed: number) => eventsOf(threeProcesses(seed, 6));

describe("hybrid logical clock (Kulkarni et al. 2014)", () => {
  it("follows the physical clock while that goes forward", () => {
    expect(tick({ l: 100, c: 3 }, 101)).toEqual({ l: 101, c: 0 });
  });

  it("counts while the physical clock stands still or is behind", () => {
    expect(tick({ l: 100, c: 3 }, 100)).toEqual({ l: 100, c: 4 });
    expect(tick({ l: 100, c: 3 }, 60)).toEqual({ l: 100, c: 4 });
  });

  it("takes the greatest of three times on a receive", () => {
    const at = (pt: number) =>
      receive({ l: 10, c: 2 }, { l: 12, c: 5 }, pt);
    expect(at(11)).toEqual({ l: 12, c: 6 });
    expect(at(13)).toEqual({ l: 13, c: 0 });
    expect(receive({ l: 12, c: 9 }, { l: 12, c: 5 }, 7)).toEqual({
      l: 12,
      c: 10,
    });
    expect(receive({ l: 14, c: 1 }, { l: 12, c: 5 }, 7)).toEqual({
      l: 14,
      c: 2,
    });
  });

  it("counts on from the greater count where the times are equal", () => {
    const heard = receive({ l: 12, c: 5 }, { l: 12, c: 9 }, 7);
    expect(heard).toEqual({ l: 12, c: 10 });
  });

  it("drops its own count when the message is from a later time", () => {
    const heard = receive({ l: 10, c: 8 }, { l: 12, c: 5 }, 11);
    expect(heard).toEqual({ l: 12, c: 6 });
  });

  it.each(seeds(60))(
    "keeps the clock condition: e hb f implies hlc.e < hlc.f (Theorem 1), seed %i",
    (seed) => {
      const events = runOf(seed);
      const past = pasts(events);
      for (const f of events) {
        for (const e of past.get(f) ?? []) {
          expect(order(e.hlc, f.hlc)).toBeLessThan(0);
        }
      }
    },
  );

  it.each(seeds(60))(
    "is never behind its own clock (Theorem 2), nor ahead by more than the skew (Corollary 1), seed %i",
    (seed) => {
      // Clocks are within 20 ms of true time, so within 40 of each other.
      for (const { hlc, pt } of runOf(seed)) {
        expect(hlc.l).toBeGreaterThanOrEqual(pt);
        expect(hlc.l - pt).toBeLessThanOrEqual(40);
      }
    },
  );

  it("does not keep the converse: no vector hides in it", () => {
    const events = runOf(3);
    const past = pasts(events);
    const odd = events.flatMap((b) =>
      events.filter(
        (a) =>
          order(a.hlc, b.hlc) < 0 &&
          !past.get(b)?.has(a) &&
          !past.get(a)?.has(b),
      ),
    );
    expect(odd.length).toBeGreaterThan(0);
  });
});
