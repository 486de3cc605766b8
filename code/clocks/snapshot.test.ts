import { describe, expect, it } from "vitest";
import { seeds } from "../seeds.ts";
import {
  bank,
  byClockOf,
  names,
  recordedOf,
} from "./snapshot.example.ts";
import { type State, totalOf } from "./snapshot.ts";

const many = Array.from({ length: 200 }, (_, i) => i + 1);
const fifo = { fifo: true, skewMsMax: 20 };

describe("Chandy-Lamport snapshot (1985)", () => {
  it.each(seeds(100))(
    "ends: every branch records, every channel is closed, seed %i",
    (seed) => {
      const recorded = recordedOf(bank(seed, fifo));
      expect(recorded.length).toBe(3);
      for (const { open, closed } of recorded) {
        expect(Object.keys(open)).toEqual([]);
        expect(Object.keys(closed).length).toBe(2);
      }
    },
  );

  it.each(seeds(200))(
    "conserves money: balances and wires add up to what there was, seed %i",
    (seed) => {
      const { total } = totalOf(recordedOf(bank(seed, fifo)));
      expect(total).toBe(300);
    },
  );

  it("does not stop the bank: transfers go on while it runs", () => {
    const sim = bank(7, fifo);
    const markers = sim.trace.filter(
      (e) => e.kind === "send" && e.message.body.type === "marker",
    );
    const transfers = sim.trace.filter(
      (e) =>
        e.kind === "send" &&
        e.message.body.type === "transfer" &&
        e.atMs > (markers[0]?.atMs ?? Infinity),
    );
    expect(transfers.length).toBeGreaterThan(0);
  });

  it("needs FIFO channels: an overtaken marker loses money", () => {
    const loose = { fifo: false, skewMsMax: 0 };
    const wrong = many.filter(
      (seed) => totalOf(recordedOf(bank(seed, loose))).total !== 300,
    );
    expect(wrong.length).toBeGreaterThan(0);
  });
});

describe("balances written down by the clock", () => {
  it("miss what is on the wire, even with perfect clocks", () => {
    const perfect = { fifo: true, skewMsMax: 0 };
    const sums = many.map((seed) => byClockOf(bank(seed, perfect)));
    expect(sums.some((sum) => sum < 300)).toBe(true);
    expect(sums.every((sum) => sum <= 300)).toBe(true);
  });

  it("count money twice when clocks differ", () => {
    const skewed = { fifo: true, skewMsMax: 100 };
    const sums = many.map((seed) => byClockOf(bank(seed, skewed)));
    expect(sums.some((sum) => sum > 300)).toBe(true);
  });

  it("are conserved in the end, when nothing is on the wire", () => {
    const sim = bank(7, fifo);
    const balances = names.map((id) => sim.state<State>(id).balance);
    expect(balances.reduce((a, b) => a + b, 0)).toBe(300);
  });
});
