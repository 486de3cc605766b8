/** The numbers of the exercises and of the contrarian section. */
import { describe, expect, test } from "vitest";
import type { Node } from "../kernel/node.ts";
import { stream } from "../kernel/random.ts";
import type { State } from "./anti-entropy.ts";
import {
  buried,
  flip,
  heartbeats,
  helpersFor,
  illMemory,
  probeFails,
  swimMessages,
  swimPeriods,
  withIllMemory,
} from "./exercises.scenario.ts";
import { holding, rejected } from "./flipped-bit.scenario.ts";
import { spread } from "./rumor.ts";
import { variants, watched } from "./second-opinion.scenario.ts";

describe("a probe of a live member", () => {
  test("fails when one of two messages is lost, and on each detour", () => {
    expect(probeFails(0, 0)).toBe(0);
    expect(probeFails(0.02, 0)).toBeCloseTo(0.0396, 10);
    expect(probeFails(0.02, 1)).toBeCloseTo(0.0396 * 0.07763184, 10);
    expect(probeFails(0.02, 3)).toBeCloseTo(1.8528e-5, 8);
    expect(probeFails(1, 7)).toBe(1);
  });

  test("needs so many helpers for one suspicion a day", () => {
    expect(helpersFor(0.01, 1000, 1)).toBe(5);
    expect(helpersFor(0.1, 1000, 1)).toBe(16);
    expect(helpersFor(0, 1000, 1)).toBe(0);
    expect(helpersFor(1, 1, 86_400)).toBe(0);
  });
});

describe("for the same time of detection", () => {
  test("SWIM takes so many periods until all know", () => {
    expect(swimPeriods(16)).toBeCloseTo(1.582 + 9 + 4, 3);
    expect(swimPeriods(1000)).toBeCloseTo(1.582 + 21 + 9.966, 3);
    expect(swimMessages(100)).toBeCloseTo(46.452, 3);
    expect(swimMessages(1000)).toBeCloseTo(65.096, 3);
  });

  test.each([
    [5, 16, 20, 1.01],
    [8, 28, 27, 0.74],
    [16, 60, 29, 0.69],
    [100, 396, 46, 0.43],
    [1000, 3996, 65, 0.31],
  ])(
    "%i members: the row of the table",
    (members, all, swim, period) => {
      expect(heartbeats(members, 4)).toBe(all);
      expect(Math.round(swimMessages(members))).toBe(swim);
      expect(10 / swimPeriods(members)).toBeCloseTo(period, 2);
    },
  );

  test("all who watch all send so many heartbeats", () => {
    expect(heartbeats(100, 4)).toBe(396);
    expect(heartbeats(1000, 4)).toBe(3996);
    expect(heartbeats(1, 4)).toBe(0);
  });

  test("SWIM sends less from eight members on, or from eleven", () => {
    expect(flip(4)).toBe(8);
    expect(flip(3)).toBe(11);
  });
});

test("a checksum does not notice what was wrong before it was made", () => {
  const sim = illMemory(7);
  sim.runUntil(60_000);
  expect(holding(sim, "down")).toBe(8);
  expect(holding(sim, "up")).toBe(0);
  expect(rejected(sim)).toBe(0);
});

test("three calls each 200 ms reach ten thousand in ten rounds or eleven", () => {
  const rounds = Array.from({ length: 10 }, (_, nth) => {
    const dice = stream(7, nth);
    const options = { nodes: 10_000, fanOut: 3, dice } as const;
    const plain = { mode: "push", messageLossProbability: 0 } as const;
    return spread({ ...options, ...plain }, 99).length - 1;
  });
  expect([Math.min(...rounds), Math.max(...rounds)]).toEqual([10, 11]);
});

test.each([1, 2, 3])(
  "of a healthy group, ping alone throws out all, seed %i",
  (seed) => {
    const results = variants.map(({ options }) =>
      watched(seed, options),
    );
    const gone = results.map(({ goneMs }) => goneMs.length);
    expect(gone.slice(0, 2)).toEqual([16, 16]);
    expect(gone[2]).toBeLessThan(3);
    expect(gone[3]).toBe(0);
    const [ping, helped, suspected, all] = results;
    expect(ping?.goneMs[7]).toBeLessThan(30_000);
    expect(helped?.goneMs[7]).toBeGreaterThan(200_000);
    expect(suspected?.accused).toBeGreaterThan(300);
    expect(all?.accused).toBeLessThan(25);
  },
);

test("a suspicion of five periods buries the living once in a thousand seeds", () => {
  expect(buried(5, 3)).toBeGreaterThan(0);
  expect(buried(5, 4)).toBe(0);
  expect(buried(106, 4)).toBeGreaterThan(0);
  expect(buried(106, 5)).toBe(0);
  expect(buried(985, 5)).toBe(7);
  expect(buried(985, 6)).toBe(0);
});

describe("ill memory", () => {
  /** A node that does nothing: what comes out is what went in. */
  const still: Node<State> = {
    init: () => [born, []],
    step: (state) => [state, []],
  };
  const born: State = {
    id: "n02",
    peers: [],
    rejected: 3,
    table: {
      n05: { version: 4, value: "up" },
      n06: { version: 5, value: "up" },
    },
  };
  const at = (nowMs: number, state: State = born) => {
    const event = { kind: "timer", name: "compare" } as const;
    return withIllMemory(still, "n05").step(state, {
      event,
      nowMs,
      dice: 1,
    })[0];
  };
  const wrong = { version: 1_048_580, value: "down" };

  test("flips a bit of one version, turns its value, and nothing else", () => {
    expect(at(10_000)).toEqual({
      ...born,
      table: { ...born.table, n05: wrong },
    });
    expect(at(10_999).table.n05).toEqual(wrong);
  });

  test("is ill for one second only, and flips a bit only once", () => {
    expect(at(9999)).toBe(born);
    expect(at(11_000)).toBe(born);
    const ill = at(10_000);
    expect(at(10_500, ill)).toBe(ill);
    const edge = (version: number): State => ({
      ...born,
      table: { n05: { version, value: "up" } },
    });
    expect(at(10_000, edge(1_048_576))).toEqual(edge(1_048_576));
    expect(at(10_000, edge(1_048_575)).table.n05?.value).toBe("down");
    const without: State = { ...born, table: {} };
    expect(at(10_000, without)).toBe(without);
  });
});
