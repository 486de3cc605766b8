/** Properties of each placement, over many drawn names of nodes. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seeds } from "../seeds.ts";
import { assignBounded, boundedOwner, capacityOf } from "./bounded.ts";
import { byOrder, unsorted } from "./broken.ts";
import { hash32 } from "./hash.ts";
import { jump } from "./jump.ts";
import { maglevOwner, maglevTable } from "./maglev.ts";
import { balanceOf, movedPart } from "./measure.ts";
import { moduloOwner } from "./modulo.ts";
import { rendezvousOwner, rendezvousRank } from "./rendezvous.ts";
import {
  indexOf,
  preferenceList,
  ringOf,
  ringOwner,
  sharesOf,
} from "./ring.ts";
import { schemes, wide } from "./schemes.ts";

const keys = Array.from({ length: 3000 }, (_, n) => `key-${n}`);

/** Names that no other seed has. */
function nodesOf(seed: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `s${seed}-n${n}`);
}

function members(ids: readonly string[]) {
  return ids.map((id) => ({ id }));
}

describe("when a node comes, a key stays or goes to the newcomer", () => {
  const consistent = schemes.filter(({ name }) =>
    [
      "ring, 1 point",
      "ring, 100 points",
      "rendezvous",
      "jump",
    ].includes(name),
  );
  test.each(seeds(5))(
    "monotone (Karger et al., 1997), seed %i",
    (seed) => {
      const six = nodesOf(seed, 6);
      const five = six.slice(0, 5);
      for (const { name, place } of consistent) {
        const before = place(five, keys);
        const after = place(six, keys);
        const strays = after.filter(
          (node, at) => node !== before[at] && node !== six[5],
        );
        expect([name, strays]).toEqual([name, []]);
        expect(new Set(after)).toContain(six[5]);
      }
    },
  );

  test("modulo moves n of n + 1 keys", () => {
    const place = (count: number) =>
      keys.map((key) => moduloOwner(nodesOf(1, count), key));
    expect(movedPart(place(10), place(11))).toBeCloseTo(10 / 11, 1);
  });

  test("Maglev moves a little more than it must", () => {
    const place = (count: number) => {
      const nodes = nodesOf(1, count);
      const table = maglevTable(nodes, 5003);
      return keys.map((key) => maglevOwner(nodes, table, key));
    };
    const moved = movedPart(place(10), place(11));
    expect(moved).toBeGreaterThan(1 / 11 - 0.02);
    expect(moved).toBeLessThan(1 / 11 + 0.05);
  });
});

describe("the ring", () => {
  const ring = [
    { at: 10, node: "a" },
    { at: 20, node: "b" },
    { at: 20, node: "c" },
    { at: 4_000_000_000, node: "a" },
  ];

  test.each([
    [0, 0],
    [10, 0],
    [11, 1],
    [20, 1],
    [21, 3],
    [4_000_000_000, 3],
    [4_000_000_001, 0],
  ])("the first point at or after %i is number %i", (place, want) => {
    expect(indexOf(ring, place)).toBe(want);
  });

  test("shares add up to the circle, the last one over its end", () => {
    const shares = sharesOf(ring);
    const sum = [...shares.values()].reduce(
      (all, part) => all + part,
      0,
    );
    expect(sum).toBeCloseTo(1);
    expect((shares.get("b") ?? 0) * 2 ** 32).toBeCloseTo(10);
    expect(shares.get("c")).toBe(0);
  });

  test("shares are what keys find", () => {
    const wheel = ringOf(members(nodesOf(3, 4)), 5);
    const owners = keys.map((key) => ringOwner(wheel, key));
    for (const [node, share] of sharesOf(wheel)) {
      const found = owners.filter((owner) => owner === node).length;
      expect(found / keys.length).toBeCloseTo(share, 1);
    }
  });

  test.each([
    [1, 0.86],
    [16, 0.22],
    [100, 0.091],
  ])("with %i points a node the spread is about %f", (points, want) => {
    const runs = Array.from({ length: 60 }, (_, run) => {
      const wheel = ringOf(members(nodesOf(run, 10)), points);
      const parts = [...sharesOf(wheel).values()];
      const squares = parts.map((part) => (part * 10 - 1) ** 2);
      return Math.sqrt(squares.reduce((sum, s) => sum + s, 0) / 10);
    });
    const mean = runs.reduce((sum, each) => sum + each, 0) / 60;
    expect(mean).toBeGreaterThan(want * 0.9);
    expect(mean).toBeLessThan(want * 1.1);
  });

  test("a node of double weight has double the points", () => {
    const wheel = ringOf([{ id: "a" }, { id: "b", weight: 2 }], 50);
    const points = (id: string) =>
      wheel.filter(({ node }) => node === id).length;
    expect([points("a"), points("b")]).toEqual([50, 100]);
  });

  test("lies in the order of the circle", () => {
    const places = ringOf(members(nodesOf(1, 5)), 20).map(
      ({ at }) => at,
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test("replicas stand on different nodes, clockwise (Dynamo, §4.3)", () => {
    const wheel = ringOf(members(nodesOf(1, 5)), 20);
    for (const key of keys.slice(0, 200)) {
      const list = preferenceList(wheel, key, 3);
      expect(new Set(list).size).toBe(3);
      expect(list[0]).toBe(ringOwner(wheel, key));
    }
    expect(preferenceList(wheel, "x", 9).length).toBe(5);
  });

  test("replicas stand in different zones while there are some", () => {
    const wheel = ringOf(members(["a1", "a2", "a3", "b1"]), 10);
    const zoneOf = (node: string) => node.slice(0, 1);
    for (const key of keys.slice(0, 200)) {
      const two = preferenceList(wheel, key, 2, zoneOf).map(zoneOf);
      expect(two.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
        "a",
        "b",
      ]);
      const first = preferenceList(wheel, key, 1, zoneOf);
      expect(first).toEqual([ringOwner(wheel, key)]);
      expect(new Set(preferenceList(wheel, key, 4, zoneOf)).size).toBe(
        4,
      );
    }
  });
});

describe("rendezvous", () => {
  test("the second best takes over when the best goes", () => {
    const nodes = members(nodesOf(1, 6));
    for (const key of keys.slice(0, 200)) {
      const [best, second] = rendezvousRank(nodes, key);
      const others = nodes.filter(({ id }) => id !== best);
      expect(rendezvousOwner(others, key)).toBe(second);
    }
  });

  test("three weights are three shares", () => {
    const nodes = [{ id: "a" }, { id: "b" }, { id: "c", weight: 4 }];
    const owners = keys.map((key) => rendezvousOwner(nodes, key));
    const part = owners.filter((id) => id === "c").length / keys.length;
    expect(part).toBeGreaterThan(4 / 6 - 0.025);
    expect(part).toBeLessThan(4 / 6 + 0.025);
  });

  test("the lowest hash of all ranks last, and the highest first", () => {
    const rank = (id: string, key: string) => {
      const ids = rendezvousRank([{ id }, { id: "z" }], key);
      return [hash32(key, hash32(id)), ids.indexOf(id)];
    };
    expect(rank("n24699", "bpeq")).toEqual([0, 1]);
    expect(rank("n12473", "aosz")).toEqual([2 ** 32 - 1, 0]);
  });

  test("weights are shares", () => {
    const nodes = [{ id: "a" }, { id: "b", weight: 3 }];
    const owners = keys.map((key) => rendezvousOwner(nodes, key));
    const part = owners.filter((id) => id === "b").length / keys.length;
    expect(part).toBeCloseTo(0.75, 1);
  });
});

describe("jump (Lamping and Veach, 2014)", () => {
  test.each([
    [1n, 1, 0],
    [42n, 57, 43],
    [0xdead10ccn, 1, 0],
    [0xdead10ccn, 666, 361],
    [256n, 1024, 520],
  ])("key %i in %i buckets is bucket %i", (key, buckets, want) => {
    expect(jump(key, buckets)).toBe(want);
  });

  test("the shortest draw of all leaps over every bucket", () => {
    // Of this key the first random number is 0.
    const key = 2_313_046_976_756_913_067n;
    expect([1, 2, 1000, 2 ** 31].map((n) => jump(key, n))).toEqual([
      0, 0, 0, 0,
    ]);
  });

  test("of no buckets it is none", () => {
    expect(jump(42n, 0)).toBe(-1);
  });

  test("the two halves of a key are two hashes", () => {
    expect(wide("x") >> 32n).toBe(BigInt(hash32("x")));
    expect(wide("x") & 0xffffffffn).toBe(BigInt(hash32("x", 1)));
  });
});

describe("Maglev (NSDI 2016)", () => {
  test("slots differ by one from node to node at most (§3.4)", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (count) => {
        const table = maglevTable(nodesOf(count, count), 251);
        const loads = nodesOf(count, count).map(
          (_, node) => table.filter((each) => each === node).length,
        );
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThan(2);
        expect(loads.reduce((sum, n) => sum + n, 0)).toBe(251);
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  test.each([0, 1, 4, 65_536, 2.5])("refuses the size %d", (size) => {
    expect(() => maglevTable(["a"], size)).toThrow("is not prime");
  });

  test.each([2, 3, 4, 9, 25, 49])(
    "takes %d for prime only if it is",
    (size) => {
      const make = () => maglevTable(["a"], size);
      if ([2, 3].includes(size)) expect(make()).toHaveLength(size);
      else expect(make).toThrow();
    },
  );
});

describe("bounded loads (Mirrokni et al., 2018)", () => {
  test("nobody holds more than 1 + e times the mean", () => {
    const nodes = nodesOf(1, 7);
    const capacity = capacityOf(keys.length, 7, 0.1);
    const placed = assignBounded(
      ringOf(members(nodes), 3),
      keys,
      capacity,
    );
    const owners = [...placed.values()];
    expect(owners.length).toBe(keys.length);
    const loads = nodes.map(
      (id) => owners.filter((owner) => owner === id).length,
    );
    expect(Math.max(...loads)).toBe(capacity);
    // Without the bound somebody would have held more.
    const free = keys.map((key) =>
      ringOwner(ringOf(members(nodes), 3), key),
    );
    expect(balanceOf(free, nodes).largest).toBeGreaterThan(1.1);
  });

  test.each([
    [10, 5, 0, 2],
    [11, 5, 0, 3],
    [10, 5, 0.25, 3],
  ])(
    "%i keys on %i nodes with e = %d: %i each",
    (keyCount, nodes, e, max) => {
      expect(capacityOf(keyCount, nodes, e)).toBe(max);
    },
  );

  test("a key goes to its own node while that has room", () => {
    const ring = ringOf(members(["a", "b"]), 10);
    const own = ringOwner(ring, "k");
    const other = own === "a" ? "b" : "a";
    expect(boundedOwner(ring, {}, 1, "k")).toBe(own);
    expect(boundedOwner(ring, { [own]: 1 }, 1, "k")).toBe(other);
    expect(boundedOwner(ring, { a: 1, b: 1 }, 1, "k")).toBe(null);
    expect(assignBounded(ring, ["x", "y", "z"], 1).size).toBe(2);
  });
});

test("of no nodes none owns a key", () => {
  expect(boundedOwner([], {}, 1, "k")).toBeNull();
  const owners = [
    moduloOwner([], "k"),
    ringOwner([], "k"),
    rendezvousOwner([], "k"),
    maglevOwner([], maglevTable([], 5), "k"),
  ];
  expect(owners).toEqual(["", "", "", ""]);
});

describe("the measures", () => {
  test("see a node without keys", () => {
    const { largest, deviation } = balanceOf(["a", "a"], ["a", "b"]);
    expect([largest, deviation]).toEqual([2, 1]);
    const six = balanceOf(["a", "a", "a", "a", "b", "b"], ["a", "b"]);
    expect(six.largest).toBeCloseTo(4 / 3);
    expect(six.deviation).toBeCloseTo(1 / 3);
  });

  test("count what moved", () => {
    expect(movedPart(["a", "b", "c", "d"], ["a", "b", "c", "a"])).toBe(
      0.25,
    );
  });
});

describe("the properties catch", () => {
  test("a ring whose points depend on the order of the nodes", () => {
    const six = nodesOf(1, 6);
    const after = byOrder(six, 10);
    const before = byOrder(six.slice(1), 10);
    const moved = movedPart(
      keys.map((key) => ringOwner(before, key)),
      keys.map((key) => ringOwner(after, key)),
    );
    expect(moved).toBeGreaterThan(0.5);
  });

  test("a ring that is not in order", () => {
    const ring = ringOf(members(nodesOf(1, 5)), 20);
    const wrong = unsorted(members(nodesOf(1, 5)), 20);
    const strays = keys.filter(
      (key) => ringOwner(ring, key) !== ringOwner(wrong, key),
    );
    expect(strays.length).toBeGreaterThan(keys.length / 10);
  });
});
