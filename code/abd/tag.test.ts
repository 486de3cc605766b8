/** Tags, their order, and what a majority is. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  initial,
  isNewer,
  isQuorum,
  isSettled,
  newest,
  type Tag,
  type Tagged,
  tagAfter,
} from "./tag.ts";

const held = (count: number, node: string): Tagged => ({
  tag: { count, node },
  value: `${count}${node}`,
});
const anyTag = fc.record({
  count: fc.nat(3),
  node: fc.constantFrom("n1", "n2", "n3"),
});

describe("tags", () => {
  test("the higher count is newer, whoever gave it", () => {
    const two: Tag = { count: 2, node: "n1" };
    const one: Tag = { count: 1, node: "n9" };
    expect(isNewer(two, one)).toBe(true);
    expect(isNewer(one, two)).toBe(false);
  });

  test("of equal counts the later name is newer, none than itself", () => {
    const a: Tag = { count: 2, node: "n1" };
    const b: Tag = { count: 2, node: "n2" };
    expect(isNewer(b, a)).toBe(true);
    expect(isNewer(a, b)).toBe(false);
    expect(isNewer(a, { ...a })).toBe(false);
  });

  test("are totally ordered: of two that differ, one is newer", () => {
    fc.assert(
      fc.property(anyTag, anyTag, (a, b) => {
        const isSame = a.count === b.count && a.node === b.node;
        const newer = [isNewer(a, b), isNewer(b, a)].filter(Boolean);
        expect(newer).toHaveLength(isSame ? 0 : 1);
      }),
      { seed: 1 },
    );
  });

  test("the newest of some does not depend on their order", () => {
    const some = [held(1, "n3"), held(2, "n1"), held(2, "n2")];
    expect(newest(some)).toEqual(held(2, "n2"));
    expect(newest(some.toReversed())).toEqual(held(2, "n2"));
    expect(newest([])).toEqual(initial);
  });

  test("the tag after one is newer, and bears its giver's name", () => {
    expect(tagAfter({ count: 4, node: "n3" }, "n1")).toEqual({
      count: 5,
      node: "n1",
    });
    fc.assert(
      fc.property(anyTag, fc.constantFrom("n1", "n2"), (tag, node) => {
        expect(isNewer(tagAfter(tag, node), tag)).toBe(true);
      }),
      { seed: 1 },
    );
  });
});

describe("a majority", () => {
  test.each([
    [1, 1, true],
    [1, 2, false],
    [1, 3, false],
    [2, 3, true],
    [2, 4, false],
    [3, 4, true],
    [2, 5, false],
    [3, 5, true],
  ])("%i of %i: %s", (answered, replicas, expected) => {
    expect(isQuorum(answered, replicas)).toBe(expected);
  });

  test("two of them always have a replica in common", () => {
    for (let replicas = 1; replicas <= 9; replicas++) {
      for (let some = 0; some <= replicas; some++) {
        const isSure = isQuorum(some, replicas);
        expect(isSure).toBe(some + some > replicas);
      }
    }
  });

  test("has settled what it holds, or holds newer than that", () => {
    const [old, now, next] = [
      held(1, "n1"),
      held(2, "n1"),
      held(3, "n1"),
    ];
    expect(isSettled(now, [now, old], 3)).toBe(false);
    expect(isSettled(now, [now, now], 3)).toBe(true);
    expect(isSettled(now, [now, next], 3)).toBe(true);
    expect(isSettled(now, [now, now], 5)).toBe(false);
  });
});
