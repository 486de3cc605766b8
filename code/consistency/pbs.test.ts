/** The estimate of staleness, on delays that can be reckoned by hand. */
import { describe, expect, test } from "vitest";
import { measured, warsOf } from "./pbs.scenario.ts";
import { freshPart, seesWrite, type Wars } from "./pbs.ts";

const constant = (ms: number) => () => ms;
/** Half of all draws take `ms`, the others nothing. */
const half = (ms: number) => (quantile: number) =>
  quantile < 0.5 ? ms : 0;
const still: Wars = {
  n: 3,
  r: 1,
  w: 1,
  write: constant(0),
  ack: constant(0),
  read: constant(0),
  response: constant(0),
};

describe("WARS (Bailis et al. 2012)", () => {
  test("sees the write where all replicas store it at once", () => {
    const wars = { ...still, write: constant(5) };
    expect(seesWrite(wars, 0, 1)).toBe(true);
  });

  const late: Wars = { ...still, n: 2, write: half(10) };

  test("misses it until the last replica has it, and not longer", () => {
    expect(freshPart(late, 0, 4000, 1)).toBeCloseTo(0.75, 1);
    expect(freshPart(late, 9, 4000, 1)).toBeCloseTo(0.75, 1);
    expect(freshPart(late, 10, 4000, 1)).toBe(1);
  });

  test("counts the way of the ok and of the read as time gained", () => {
    expect(freshPart({ ...late, ack: constant(10) }, 0, 500, 1)).toBe(
      1,
    );
    expect(freshPart({ ...late, read: constant(10) }, 0, 500, 1)).toBe(
      1,
    );
    const slowAnswers = { ...late, response: constant(10) };
    expect(freshPart(slowAnswers, 0, 500, 1)).toBeLessThan(0.9);
  });

  test("takes the first answers, which were mostly asked early", () => {
    const upTo = (ms: number) => (quantile: number) => ms * quantile;
    const part = (responseMs: number) => {
      const legs = { write: upTo(100), read: upTo(50) };
      const response = upTo(responseMs);
      return freshPart({ ...still, ...legs, response }, 0, 4000, 1);
    };
    expect([part(0), part(100), part(1000)]).toEqual([
      0.445, 0.5135, 0.55725,
    ]);
  });

  test("never misses it while R + W > N", () => {
    for (const [r, w] of [
      [2, 2],
      [1, 3],
      [3, 1],
    ] as const) {
      expect(freshPart(warsOf(r, w), 0, 500, 1)).toBe(1);
    }
  });

  test("sees more with each answer and each ok that it waits for", () => {
    const part = (r: number, w: number) =>
      freshPart(warsOf(r, w), 0, 4000, 1);
    expect(part(1, 1)).toBeLessThan(part(1, 2));
    expect(part(1, 1)).toBeLessThan(part(2, 1));
  });

  test("foretells what the store itself does", () => {
    const told = freshPart(warsOf(1, 1), 0, 4000, 1);
    const found = measured({ r: 1, w: 1 }, 0, 150, 1);
    expect(Math.abs(told - found)).toBeLessThan(0.06);
  });
});
