/** Partitions as pure data: ranges, hashes, directories, indexes, skew. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stream } from "../kernel/random.ts";
import { partitionAfter } from "./broken.ts";
import { homeOf, moveTenant, route } from "./directory.ts";
import { deal, fixedPartition, rebalance } from "./fixed.ts";
import { cached, coalesced, loadsOf, salted } from "./hot-key.ts";
import {
  catchUp,
  type Document,
  emptyGlobal,
  emptyLocal,
  readGlobal,
  readLocal,
  writeGlobal,
  writeLocal,
} from "./indexes.ts";
import {
  bucketedKey,
  merge,
  partitionOf,
  partitionsBetween,
  type Ranges,
  split,
  splitPoint,
  timeKey,
} from "./ranges.ts";
import { overlapProbability, shard } from "./shuffle.ts";
import { cumulative, drawRank, skewBudget, zipf } from "./zipf.ts";

const fixed = { seed: 1, numRuns: 200 };

describe("ranges", () => {
  const ranges: Ranges = [
    { from: "", partition: "p1" },
    { from: "g", partition: "p2" },
    { from: "p", partition: "p3" },
  ];

  test.each([
    ["", "p1"],
    ["a", "p1"],
    ["fz", "p1"],
    ["g", "p2"],
    ["oz", "p2"],
    ["p", "p3"],
    ["zz", "p3"],
  ])("the key %j is in %s", (key, partition) => {
    expect(partitionOf(ranges, key)).toBe(partition);
  });

  test("a range that leaves its first key to the one before is caught", () => {
    expect(partitionAfter(ranges, "g")).not.toBe(
      partitionOf(ranges, "g"),
    );
  });

  test.each([
    ["a", "b", ["p1"]],
    ["a", "g", ["p1"]],
    ["a", "h", ["p1", "p2"]],
    ["g", "p", ["p2"]],
    ["h", "z", ["p2", "p3"]],
    ["q", "z", ["p3"]],
  ])("keys from %s to before %s are in %j", (from, to, partitions) => {
    expect(partitionsBetween(ranges, from, to)).toEqual(partitions);
  });

  test("a scan asks just those partitions that hold some of its keys", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ maxLength: 2 }), { maxLength: 5 }),
        fc.array(fc.string({ maxLength: 2 }), { minLength: 30 }),
        fc.string({ maxLength: 2 }),
        fc.string({ maxLength: 2 }),
        (cuts, keys, one, two) => {
          const all = cuts.reduce<Ranges>(
            (some, at) => split(some, at, `p${at}`),
            [{ from: "", partition: "first" }],
          );
          const [from, to] = one < two ? [one, two] : [two, one];
          const asked = partitionsBetween(all, from, to);
          for (const key of keys.filter((k) => from <= k && k < to))
            expect(asked).toContain(partitionOf(all, key));
        },
      ),
      fixed,
    );
  });

  test("a split moves the keys from its point on, a merge brings them back", () => {
    const halves = split(ranges, "j", "p4");
    expect(partitionOf(halves, "i")).toBe("p2");
    expect(partitionOf(halves, "j")).toBe("p4");
    expect(partitionOf(halves, "o")).toBe("p4");
    expect(partitionOf(halves, "p")).toBe("p3");
    expect(merge(halves, "j")).toEqual(ranges);
    expect(split(ranges, "g", "p9")).toEqual(ranges);
    expect(merge(ranges, "")).toEqual(ranges);
  });

  const readings = (...loads: readonly number[]) =>
    loads.map((load, at) => ({ key: "abcdef"[at] ?? "", load }));
  test.each([
    ["even loads in the middle", readings(1, 1, 1, 1), "c"],
    ["a heavy head right after it", readings(5, 1, 1, 1), "b"],
    ["a heavy tail right before it", readings(1, 1, 1, 5), "d"],
    ["one key nowhere", readings(9), null],
    ["one key with all the load nowhere", readings(0, 9, 0), null],
    ["nothing nowhere", readings(), null],
  ])("splits %s", (_, loads, at) => {
    expect(splitPoint(loads)).toBe(at);
  });

  test("today's keys are neighbors, unless a bucket stands before", () => {
    const now = 1_700_000_000_000;
    const sorted = [timeKey("s1", now), timeKey("s2", now + 1)];
    expect(sorted[0]?.slice(0, 12)).toBe(sorted[1]?.slice(0, 12));
    expect(timeKey("s", 999) < timeKey("s", 1000)).toBe(true);
    expect(bucketedKey("s1", now, 7)).toBe(`07/${timeKey("s1", now)}`);
  });
});

describe("a fixed number of partitions", () => {
  test("a key's partition does not depend on the nodes", () => {
    expect(fixedPartition("user-1", 64)).toBe(
      fixedPartition("user-1", 64),
    );
    const used = new Set(
      Array.from({ length: 2000 }, (_, n) =>
        fixedPartition(`u${n}`, 64),
      ),
    );
    expect(used.size).toBe(64);
  });

  test("rebalancing evens out, and moves as few as can be", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        (partitions, before, after) => {
          const names = (count: number) =>
            Array.from({ length: count }, (_, n) => `n${n}`);
          const old = deal(partitions, names(before));
          const now = rebalance(old, names(after));
          const loads = names(after).map(
            (id) => now.filter((each) => each === id).length,
          );
          expect(Math.max(...loads) - Math.min(...loads)).toBeLessThan(
            2,
          );
          const moved = now.filter((id, at) => id !== old[at]).length;
          const stay = Math.min(before, after);
          const ceiling = Math.ceil(partitions / after);
          const had = names(stay).map(
            (id) => old.filter((each) => each === id).length,
          );
          const floor = Math.floor(partitions / after);
          const room = partitions % after;
          const keepFloor = had.map((count) => Math.min(count, floor));
          const extra = had.filter((count) => count >= ceiling).length;
          const kept =
            keepFloor.reduce((sum, n) => sum + n, 0) +
            (ceiling > floor ? Math.min(extra, room) : 0);
          expect(moved).toBe(partitions - kept);
        },
      ),
      fixed,
    );
  });
});

describe("a directory", () => {
  const usual = (tenant: string) => (tenant < "m" ? "n1" : "n2");
  const first = { version: 1, homes: {}, usual };

  test("moves one tenant and nobody else", () => {
    const second = moveTenant(first, "acme", "n3");
    expect(homeOf(second, "acme")).toBe("n3");
    expect(homeOf(second, "beta")).toBe("n1");
    expect(homeOf(first, "acme")).toBe("n1");
    expect(second.version).toBe(2);
  });

  test("an old copy is found out for the moved tenant only", () => {
    const second = moveTenant(first, "acme", "n3");
    expect(route(first, second, "acme")).toEqual({
      kind: "stale",
      version: 2,
    });
    expect(route(first, second, "zeta")).toEqual({
      kind: "served",
      by: "n2",
    });
  });
});

describe("skew", () => {
  test("Zipf's parts add up, and fall as 1 / rank^s", () => {
    const parts = zipf(1000, 1);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1);
    expect((parts[0] ?? 0) / (parts[9] ?? 1)).toBeCloseTo(10);
    expect(zipf(4, 0)).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect((zipf(9, 2)[0] ?? 0) / (zipf(9, 2)[2] ?? 1)).toBeCloseTo(9);
  });

  test("draws ask for each rank as often as its part says", () => {
    const parts = zipf(5, 1);
    const sums = cumulative(parts);
    const counts = [0, 0, 0, 0, 0];
    for (let n = 0; n < 20_000; n++) {
      const rank = drawRank(sums, stream(1, n));
      counts[rank] = (counts[rank] ?? 0) + 1;
    }
    for (const [rank, part] of parts.entries())
      expect((counts[rank] ?? 0) / 20_000).toBeCloseTo(part, 2);
    expect(drawRank([1], 0)).toBe(0);
  });

  test("a key within the skew budget just fills its partition", () => {
    const hot = skewBudget(10_000, 1000, 20);
    const load = hot * 10_000 + ((1 - hot) * 10_000) / 20;
    expect(load).toBeCloseTo(1000);
    expect(skewBudget(10_000, 500, 20)).toBeCloseTo(0);
  });
});

describe("a hot key", () => {
  const celebrity = { key: "star", reads: 9000, writes: 100 };
  const crowd = Array.from({ length: 400 }, (_, n) => ({
    key: `user-${n}`,
    reads: 10,
    writes: 1,
  }));
  const hottest = (
    demands: Parameters<typeof loadsOf>[0],
    count = 16,
  ) => Math.max(...loadsOf(demands, count));

  test("all load lands somewhere", () => {
    const loads = loadsOf(crowd, 16);
    expect(loads.reduce((sum, load) => sum + load, 0)).toBe(4400);
    expect(loads).toHaveLength(16);
  });

  test("more partitions do not help it", () => {
    const few = hottest([celebrity, ...crowd], 16);
    const many = hottest([celebrity, ...crowd], 256);
    expect(few).toBeGreaterThan(9100);
    expect(many).toBeGreaterThanOrEqual(9100);
  });

  test("salt divides its writes and multiplies its reads", () => {
    const pieces = salted(celebrity, 10);
    expect(pieces).toHaveLength(10);
    expect(new Set(pieces.map(({ key }) => key)).size).toBe(10);
    expect(pieces[0]).toMatchObject({ reads: 9000, writes: 10 });
  });

  test("a cache leaves as many reads as there are refreshes", () => {
    expect(cached(celebrity, 20, 1000)).toMatchObject({
      reads: 20,
      writes: 100,
    });
    expect(cached(celebrity, 20, 1).reads).toBe(9000);
  });

  test("coalescing leaves one read under way in each service", () => {
    const { reads, writes } = coalesced(celebrity, 3, 10);
    expect(writes).toBe(100);
    expect(reads).toBeCloseTo(3 / (0.01 + 1 / 3000));
    const rare = { ...celebrity, reads: 0.3 };
    expect(coalesced(rare, 3, 10).reads).toBeCloseTo(0.3, 2);
  });
});

describe("secondary indexes", () => {
  const documents: readonly Document[] = [
    { id: "d1", color: "red" },
    { id: "d2", color: "blue" },
    { id: "d3", color: "red" },
    { id: "d1", color: "green" },
  ];

  test("a local one is right at once, and asks every partition", () => {
    const store = documents.reduce(writeLocal, emptyLocal(4));
    expect(readLocal(store, "red")).toEqual({ ids: ["d3"], asked: 4 });
    expect(readLocal(store, "green").ids).toEqual(["d1"]);
    expect(readLocal(store, "none").ids).toEqual([]);
  });

  test("a global one asks one partition, and is late", () => {
    const store = documents.reduce(writeGlobal, emptyGlobal(4));
    expect(readGlobal(store, "red")).toEqual({ ids: [], asked: 1 });
    const one = catchUp(store);
    expect(readGlobal(one, "red").ids).toEqual(["d1"]);
    const all = [1, 2, 3].reduce(catchUp, one);
    expect(readGlobal(all, "red").ids).toEqual(["d3"]);
    expect(readGlobal(all, "green").ids).toEqual(["d1"]);
    expect(all.pending).toEqual([]);
    expect(catchUp(all)).toBe(all);
  });

  test("both say the same of any writes, once all has arrived", () => {
    const colors = ["red", "green", "blue"];
    const drawn = fc.record({
      id: fc.constantFrom("a", "b", "c", "d"),
      color: fc.constantFrom(...colors),
    });
    fc.assert(
      fc.property(fc.array(drawn, { maxLength: 12 }), (writes) => {
        const local = writes.reduce(writeLocal, emptyLocal(3));
        const late = writes.reduce(writeGlobal, emptyGlobal(3));
        const all = writes.reduce((store) => catchUp(store), late);
        for (const color of colors)
          expect(readGlobal(all, color).ids).toEqual(
            readLocal(local, color).ids,
          );
      }),
      fixed,
    );
  });
});

describe("shuffle sharding", () => {
  test("a tenant has its own few, in order, each once", () => {
    for (let tenant = 0; tenant < 200; tenant++) {
      const own = shard(tenant, 8, 3);
      expect(new Set(own).size).toBe(3);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
      expect(own.every((worker) => worker >= 0 && worker < 8)).toBe(
        true,
      );
    }
  });

  test("the chances of sharing add up to one", () => {
    const chances = [0, 1, 2].map((n) => overlapProbability(8, 2, n));
    expect(
      chances.reduce((sum, chance) => sum + chance, 0),
    ).toBeCloseTo(1);
    expect(overlapProbability(8, 2, 2)).toBeCloseTo(1 / 28);
    expect(overlapProbability(8, 2, 3)).toBe(0);
    expect(overlapProbability(4, 3, 1)).toBe(0);
  });

  test("each shard is as likely as any other", () => {
    const counts = new Map<string, number>();
    for (let tenant = 0; tenant < 14_000; tenant++) {
      const own = shard(tenant, 8, 2).join();
      counts.set(own, (counts.get(own) ?? 0) + 1);
    }
    expect(counts.size).toBe(28);
    expect(Math.max(...counts.values())).toBeLessThan(600);
    expect(Math.min(...counts.values())).toBeGreaterThan(400);
  });
});
