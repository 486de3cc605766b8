import { spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyQueue, pop, push } from "./queue.ts";
import { fraction, intBetween, nextDice, stream } from "./random.ts";
import { seedFrom } from "./sample.ts";

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function draws(count: number, dice: number): number[] {
  const drawn: number[] = [];
  for (let nth = 0; nth < count; nth++) {
    drawn.push(fraction(dice));
    dice = nextDice(dice);
  }
  return drawn;
}

describe("dice", () => {
  it("stay unsigned 32-bit integers", () => {
    fc.assert(
      fc.property(uint32, fc.nat(100), (dice, n) => {
        for (const made of [nextDice(dice), stream(dice, n)]) {
          expect(made).toBe(made >>> 0);
        }
      }),
    );
  });

  it("give fractions in [0, 1), evenly", () => {
    const buckets = new Array(10).fill(0);
    for (const drawn of draws(100_000, 42)) {
      buckets[Math.floor(drawn * 10)] += 1;
    }
    for (const bucket of buckets) {
      expect(bucket).toBeGreaterThan(9_600);
      expect(bucket).toBeLessThan(10_400);
    }
  });

  it("give whole numbers with both ends included", () => {
    const seen = new Set<number>();
    let dice = 5;
    for (let nth = 0; nth < 200; nth++) {
      seen.add(intBetween(dice, -1, 2));
      dice = nextDice(dice);
    }
    expect([...seen].sort((one, two) => one - two)).toEqual([
      -1, 0, 1, 2,
    ]);
  });

  it("make streams that do not follow each other", () => {
    // Pearson's correlation of neighbouring streams and seeds.
    const pairs = [
      [stream(1, 0), stream(1, 1)],
      [stream(1, 0), stream(2, 0)],
      [1, 2],
    ] as const;
    for (const [one, other] of pairs) {
      const left = draws(10_000, one);
      const right = draws(10_000, other);
      const covariance =
        left.reduce(
          (sum, value, at) =>
            sum + (value - 0.5) * ((right[at] ?? 0) - 0.5),
          0,
        ) / left.length;
      expect(Math.abs(covariance * 12)).toBeLessThan(0.05);
    }
  });

  it("are known numbers, the same on every machine", () => {
    expect(nextDice(7)).toBe(2654435776);
    expect([stream(7, 0), stream(7, 1)]).toEqual([
      1349276427, 208627198,
    ]);
  });
});

describe("the queue", () => {
  it("gives the earliest first, and equals in their order", () => {
    const times = fc.array(fc.nat(20), { maxLength: 60 });
    fc.assert(
      fc.property(times, (atMs) => {
        const queue = emptyQueue<number>();
        for (const [item, at] of atMs.entries()) push(queue, at, item);
        const popped = atMs.map(() => pop(queue)?.item);
        const sorted = atMs
          .map((at, item) => ({ at, item }))
          .sort((one, two) => one.at - two.at || one.item - two.item);
        expect(popped).toEqual(sorted.map(({ item }) => item));
        expect(pop(queue)).toBeUndefined();
      }),
    );
  });

  it("keeps its order when pushes and pops are mixed", () => {
    const queue = emptyQueue<string>();
    push(queue, 3, "c");
    push(queue, 1, "a");
    expect(pop(queue)?.item).toBe("a");
    push(queue, 2, "b");
    push(queue, 3, "d");
    const rest = [pop(queue), pop(queue), pop(queue)];
    expect(rest.map((entry) => entry?.item)).toEqual(["b", "c", "d"]);
  });
});

describe("the seed of an example", () => {
  it("is the default without --seed, and else the number after it", () => {
    expect(seedFrom(["node", "example.ts"], 7)).toBe(7);
    expect(seedFrom(["node", "example.ts", "--seed", "3"], 7)).toBe(3);
    expect(seedFrom(["node", "example.ts", "--seed=12"], 7)).toBe(12);
  });

  it.each([
    [["--seed"], 1],
    [["--seed", "x"], 1],
    [["--seed=-1"], 1],
    [["--seed", "4294967296"], 1],
    [["--seed", "3", "4"], 1],
    [["--sed", "3"], 1],
    [["--help"], 0],
  ])("of %j ends the program with a word of help", (words, code) => {
    const path = join(import.meta.dirname, "..", "echo", "example.ts");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path, ...words],
      { encoding: "utf8" },
    );
    expect(status).toBe(code);
    expect(`${stdout}${stderr}`).toMatch(
      /^It takes one option:\n.+\n$/,
    );
  });
});
