/** Trees that find exactly what differs, and the quorum calculator. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bucketOf,
  diff,
  differingKeys,
  type Entries,
  merkleOf,
} from "./merkle.ts";
import { calculate } from "./quorum.ts";

const entries = fc.dictionary(
  fc.string({ maxLength: 4 }).map((key) => `k${key}`),
  fc.constantFrom("1", "2"),
  { maxKeys: 30 },
);

describe("Merkle trees (Dynamo, §4.7)", () => {
  test("find exactly the keys that differ", () => {
    fc.assert(
      fc.property(entries, entries, fc.nat(5), (one, other, depth) => {
        const all = [...Object.keys(one), ...Object.keys(other)];
        const expected = [...new Set(all)]
          .filter((key) => one[key] !== other[key])
          .sort((a, b) => (a < b ? -1 : 1));
        const found = differingKeys(one, other, depth);
        expect(found.keys).toEqual(expected);
      }),
      { seed: 1 },
    );
  });

  test("do not depend on the order in which keys came", () => {
    const forth: Entries = { a: "1", b: "2", c: "3" };
    const back: Entries = { c: "3", b: "2", a: "1" };
    expect(merkleOf(back, 3)).toEqual(merkleOf(forth, 3));
  });

  test("have 2^depth buckets, and a hash for each pair above", () => {
    const sizes = merkleOf({ a: "1" }, 3).map(({ length }) => length);
    expect(sizes).toEqual([1, 2, 4, 8]);
    expect(merkleOf({}, 0)).toHaveLength(1);
    for (const key of ["a", "b", "c"]) {
      expect(bucketOf(key, 0)).toBe(0);
      expect(bucketOf(key, 3)).toBe(Math.floor(bucketOf(key, 4) / 2));
    }
  });

  const many = Object.fromEntries(
    Array.from({ length: 1000 }, (_, at) => [`key-${at}`, "same"]),
  );

  test("compare one hash where all is equal", () => {
    const tree = merkleOf(many, 8);
    expect(diff(tree, tree)).toEqual({ buckets: [], compared: 1 });
  });

  test("compare two hashes a level for one key that differs", () => {
    const changed = { ...many, "key-7": "other" };
    const found = differingKeys(many, changed, 8);
    expect(found).toEqual({ keys: ["key-7"], compared: 1 + 2 * 8 });
    const { buckets } = diff(merkleOf(many, 8), merkleOf(changed, 8));
    expect(buckets).toEqual([bucketOf("key-7", 8)]);
  });

  test("one key of 10,000 in 4,096 buckets takes 25 hashes", () => {
    const all = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, at) => [`key-${at}`, "old"]),
    );
    const found = (depth: number) =>
      differingKeys(all, { ...all, "key-5": "new" }, depth);
    expect(found(10)).toEqual({ keys: ["key-5"], compared: 21 });
    expect(found(12)).toEqual({ keys: ["key-5"], compared: 25 });
  });

  test("find a key that only one of them has", () => {
    const { "key-3": _, ...fewer } = many;
    expect(differingKeys(many, fewer, 8).keys).toEqual(["key-3"]);
    expect(differingKeys(fewer, many, 8).keys).toEqual(["key-3"]);
  });

  test("compare trees without levels, and find nothing", () => {
    expect(diff([], [])).toEqual({ buckets: [], compared: 0 });
  });
});

/** All sets of so many out of n replicas, as bits. */
function subsets(n: number, size: number): readonly number[] {
  const bits = (set: number) =>
    Array.from({ length: n }, (_, at) => (set >> at) & 1).filter(
      Boolean,
    ).length;
  const all = Array.from({ length: 2 ** n }, (_, set) => set);
  return all.filter((set) => bits(set) === size);
}

describe("the quorum calculator", () => {
  const cases = [1, 2, 3, 4, 5].flatMap((n) =>
    Array.from({ length: n * n }, (_, at) => ({
      n,
      r: Math.floor(at / n) + 1,
      w: (at % n) + 1,
    })),
  );

  test.each(cases)("N=$n R=$r W=$w: as all sets show", (quorums) => {
    const { n, r, w } = quorums;
    const meet = (a: number, b: number) =>
      subsets(n, a).every((x) => subsets(n, b).every((y) => x & y));
    const found = calculate(quorums);
    expect(found.readsMeetWrites).toBe(meet(r, w));
    expect(found.writesMeetWrites).toBe(meet(w, w));
    expect(found.readsSurvive).toBe(n - r);
    expect(found.writesSurvive).toBe(n - w);
  });
});
