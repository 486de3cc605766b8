/** The stories that the samples tell, as claims; and the small models. */
import { describe, expect, test } from "vitest";
import { seeds } from "../seeds.ts";
import { autoscale } from "./autoscaler.ts";
import { run as lockStory } from "./example.ts";
import { commitBytes, freeListBytes } from "./free-list.ts";
import { ceilingPerS, groupCommit } from "./group-commit.ts";
import { run as herdStory } from "./herd.example.ts";
import { drill } from "./recovery.scenario.ts";
import { emptyTree, type Tree } from "./tree.ts";

describe("the flush is the ceiling", () => {
  const load = { arrivalsPerS: 5000, forMs: 2000 };

  test.each([
    [1, 1],
    [5, 1],
    [5, 16],
    [20, 16],
  ])(
    "of %i ms with batches of %i: nothing gets past it",
    (fsyncMs, batchMax) => {
      const { writesPerS } = groupCommit({
        fsyncMs,
        batchMax,
        ...load,
      });
      const ceiling = ceilingPerS(fsyncMs, batchMax);
      expect(writesPerS).toBeLessThanOrEqual(ceiling);
      expect(writesPerS).toBeGreaterThan(0.98 * ceiling);
    },
  );

  test("below it all is flushed, and waits about one or two flushes", () => {
    const report = groupCommit({ fsyncMs: 5, batchMax: 256, ...load });
    expect(report.writesPerS).toBeGreaterThan(4900);
    expect(report.waitMsMax).toBeLessThan(10);
    expect(report.waitMsMedian).toBeGreaterThanOrEqual(5);
  });

  test("one write at a time waits for one flush, no more", () => {
    const slow = { arrivalsPerS: 10, forMs: 1000 };
    const report = groupCommit({ fsyncMs: 3, batchMax: 8, ...slow });
    expect(report).toEqual({
      writesPerS: 10,
      waitMsMedian: 3,
      waitMsMax: 3,
    });
  });

  test("an idle log flushes nothing", () => {
    const none = { arrivalsPerS: 1, forMs: 1 };
    expect(groupCommit({ fsyncMs: 2, batchMax: 8, ...none })).toEqual({
      writesPerS: 0,
      waitMsMedian: 0,
      waitMsMax: 0,
    });
  });
});

describe("the list of free pages", () => {
  const file = (fileBytes: number) => ({
    fileBytes,
    usedBytes: 1_000_000,
    pageBytes: 1000,
    pageIdBytes: 8,
  });

  test("has an entry a page, and fills whole pages", () => {
    expect(freeListBytes(file(1_000_000))).toBe(0);
    expect(freeListBytes(file(1_001_000))).toBe(1000);
    expect(freeListBytes(file(1_125_000))).toBe(1000);
    expect(freeListBytes(file(1_126_000))).toBe(2000);
  });

  test("is written with every append, however small", () => {
    expect(commitBytes(file(1_000_000), 1)).toBe(1000);
    expect(commitBytes(file(1_126_000), 1001)).toBe(4000);
  });

  test("of a million pages is about eight megabytes", () => {
    const large = { ...file(0), fileBytes: 1_001_000_000 };
    expect(freeListBytes(large)).toBe(8_000_000);
  });
});

describe("a controller that reads a registry", () => {
  const names = ["a", "b", "c", "d"];
  const nodes = Object.fromEntries(
    ["/servers", "/servers/a", "/servers/b", "/servers/c"].map(
      (path) => [path, emptyTree.nodes["/"]],
    ),
  ) as Tree["nodes"];
  const registry: Tree = {
    ...emptyTree,
    nodes: { ...emptyTree.nodes, ...nodes },
  };

  test("ends what is not listed", () => {
    const guard = { shareMax: 1, needsMark: false };
    expect(autoscale(registry, names, guard).end).toEqual(["d"]);
  });

  test("ends no more than its share, which it may end", () => {
    const upTo = (shareMax: number) =>
      autoscale(registry, names, { shareMax, needsMark: false });
    expect(upTo(0.25).end).toEqual(["d"]);
    expect(upTo(0.24)).toEqual({ end: [], refusal: "1 of 4 at once" });
  });

  test("waits for the mark, where one is wanted", () => {
    const guard = { shareMax: 1, needsMark: true };
    expect(autoscale(registry, names, guard)).toEqual({
      end: [],
      refusal: "the registry is not marked complete",
    });
    const marked = {
      ...registry.nodes,
      "/complete": emptyTree.nodes["/"],
    };
    const whole = { ...registry, nodes: marked } as Tree;
    expect(autoscale(whole, names, guard).end).toEqual(["d"]);
  });
});

describe("the stories", () => {
  test.each(seeds(4))(
    "a fence refuses the sleeper, seed %i",
    (seed) => {
      const text = lockStory(seed);
      expect(text).toMatch(/and refused token \d/);
      expect(text).toMatch(/and refused nothing$/);
    },
  );

  test("to watch all costs a square, to watch one costs a line", () => {
    const rows = herdStory(7)
      .split("\n")
      .slice(-4)
      .map((line) => line.trim().split(/\s+/).map(Number));
    for (const [count = 0, all = 0, , one = 0] of rows) {
      expect(one).toBe(count - 1);
      expect(all).toBeGreaterThan((count * count) / 3);
    }
  });

  test.each(seeds(4))(
    "a survivor lacks what it missed, seed %i",
    (seed) => {
      const bumped = drill(seed, 1000);
      expect(bumped.lost).toContain("/d");
      expect(Math.max(...bumped.tokens)).toBeLessThan(bumped.nextToken);
    },
  );

  test("an index that begins again where the backup ends comes twice", () => {
    const plain = drill(7, 0);
    expect(plain.tokens).toContain(plain.nextToken);
  });
});
