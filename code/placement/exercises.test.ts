/** The numbers that the chapter prints, and what it says of broken rings. */
import { describe, expect, test } from "vitest";
import { byOrder } from "./broken.ts";
import {
  bearable,
  copiesInOneZone,
  deviationOf,
  moduloMoved,
  pointsFor,
  refillSeconds,
} from "./exercises.ts";
import { jump } from "./jump.ts";
import { maglevTable } from "./maglev.ts";
import {
  balanceOf,
  copiesOver,
  movedPart,
  needlessPart,
} from "./measure.ts";
import { moduloOwner } from "./modulo.ts";
import { rendezvousOwner, rendezvousRank } from "./rendezvous.ts";
import { resizeUnder } from "./resize.scenario.ts";
import { preferenceList, ringOf, ringOwner, sharesOf } from "./ring.ts";
import { schemes } from "./schemes.ts";
import { slotCount, slotOf } from "./slots.ts";
import { movingOwner } from "./slow-switch.ts";

const keys = Array.from({ length: 10_000 }, (_, n) => `user-7-${n}`);
const nodes = (count: number) =>
  Array.from({ length: count }, (_, n) => `node-${n}`);
const members = (ids: readonly string[]) => ids.map((id) => ({ id }));
const zoneOf = (node: string) => node.slice(0, 1);

describe("modulo", () => {
  test.each([
    [10, 11, 10 / 11],
    [11, 10, 10 / 11],
    [10, 9, 9 / 10],
    [10, 20, 1 / 2],
    [8, 12, 2 / 3],
    [7, 7, 0],
    [20, 24, 5 / 6],
    [24, 25, 24 / 25],
  ])("from mod %i to mod %i moves %d", (n, m, want) => {
    expect(moduloMoved(n, m)).toBeCloseTo(want, 12);
    const place = (count: number) =>
      keys.map((key) => moduloOwner(nodes(count), key));
    expect(movedPart(place(n), place(m))).toBeCloseTo(want, 1);
  });
});

describe("the spread of shares", () => {
  test.each([
    [10, 1, 0.9045],
    [10, 16, 0.2364],
    [10, 100, 0.0948],
    [10, 160, 0.075],
    [10, 256, 0.0593],
    [10, 1000, 0.03],
    [100, 10, 0.3145],
  ])("of %i nodes with %i points is %d", (count, points, want) => {
    expect(deviationOf(count, points)).toBeCloseTo(want, 4);
  });

  test("is zero where one node has it all", () => {
    expect(deviationOf(1, 5)).toBe(0);
  });

  test("is what rings have, on average over 60 of them", () => {
    for (const points of [4, 40]) {
      const squares = Array.from({ length: 60 }, (_, run) => {
        const ids = Array.from(
          { length: 10 },
          (_, n) => `r${run}-${n}`,
        );
        const shares = [
          ...sharesOf(ringOf(members(ids), points)).values(),
        ];
        return shares.reduce((sum, s) => sum + (10 * s - 1) ** 2, 0);
      });
      const mean = squares.reduce((sum, s) => sum + s, 0) / 600;
      const ratio = Math.sqrt(mean) / deviationOf(10, points);
      expect(ratio).toBeGreaterThan(0.93);
      expect(ratio).toBeLessThan(1.07);
    }
  });

  test.each([
    [10, 0.1, 90],
    [10, 0.05, 360],
    [100, 0.05, 396],
    [2, 1, 1],
    [2, 5, 1],
  ])("for %i nodes and %d it takes %i points", (count, e, want) => {
    expect(pointsFor(count, e)).toBe(want);
    expect(deviationOf(count, want)).toBeLessThanOrEqual(e);
  });
});

describe("the fullest node of a ring", () => {
  const largestOf = (count: number, points: number) => {
    const all = Array.from({ length: 40 }, (_, run) => {
      const ids = Array.from(
        { length: count },
        (_, n) => `r${run}-n${n}`,
      );
      const shares = sharesOf(ringOf(members(ids), points)).values();
      return Math.max(...shares) * count;
    });
    return all.reduce((sum, largest) => sum + largest, 0) / 40;
  };

  test.each([
    [10, 1, 3.11],
    [10, 100, 1.16],
    [10, 256, 1.1],
    [100, 1, 5.23],
    [100, 100, 1.26],
  ])("of %i with %i points has %d times the mean", (n, v, want) => {
    expect(largestOf(n, v)).toBeCloseTo(want, 2);
  });

  test("with one point has about H_n times the mean", () => {
    // 1 + 1/2 + ... + 1/10 = 2.93; ... + 1/100 = 5.19.
    expect(Math.abs(largestOf(10, 1) - 2.93)).toBeLessThan(0.3);
    expect(Math.abs(largestOf(100, 1) - 5.19)).toBeLessThan(0.3);
  });

  test.each([
    [1, 1],
    [8, 6],
    [100, 10],
  ])("with %i points a newcomer takes from %i", (points, want) => {
    const owners = (count: number) => {
      const ring = ringOf(members(nodes(count)), points);
      return keys.map((key) => ringOwner(ring, key));
    };
    const [before, after] = [owners(10), owners(11)];
    const givers = before.filter((node, n) => node !== after[n]);
    expect(new Set(givers).size).toBe(want);
  });
});

describe("the storm", () => {
  const fleet = {
    keys: 5000,
    requestsPerSecond: 1000,
    originPerSecond: 200,
  };

  test("is borne up to a fifth of the keys", () => {
    expect(bearable(fleet)).toBe(0.2);
  });

  test("lasts for the moved keys at the origin's rate", () => {
    expect(refillSeconds(fleet, 10 / 11)).toBeCloseTo(22.727, 3);
    expect(refillSeconds(fleet, 1 / 11)).toBeCloseTo(2.273, 3);
    const larger = {
      keys: 2_000_000,
      requestsPerSecond: 20_000,
      originPerSecond: 3000,
    };
    expect(bearable(larger)).toBeCloseTo(0.15, 12);
    expect(refillSeconds(larger, 24 / 25)).toBeCloseTo(640, 9);
    expect(refillSeconds(larger, 1 / 25)).toBeCloseTo(26.667, 3);
  });

  const [modulo, , ring] = schemes;

  test("refuses 4,272 requests, up to second 20", () => {
    if (modulo === undefined) throw new Error("no modulo");
    const seconds = resizeUnder(modulo, 7, 28);
    const refused = seconds.map((second) => second.refused);
    expect(refused.reduce((sum, n) => sum + n, 0)).toBe(4272);
    expect(refused.findLastIndex((n) => n > 0)).toBe(20);
    expect(seconds[5]).toEqual({ hit: 117, miss: 213, refused: 107 });
    const well = seconds.findIndex(
      ({ hit }, at) => at > 5 && hit >= 950,
    );
    expect(well).toBe(27);
  });

  test("is none if the switch is spread over 30 s, not over 15", () => {
    if (modulo === undefined) throw new Error("no modulo");
    const slow = resizeUnder(modulo, 7, 36, 30_000);
    expect(slow[4]).toEqual({ hit: 1000, miss: 0, refused: 0 });
    expect(Math.max(...slow.map(({ miss }) => miss))).toBe(175);
    expect(slow.every(({ refused }) => refused === 0)).toBe(true);
    const faster = resizeUnder(modulo, 7, 22, 15_000);
    expect(faster.some(({ refused }) => refused > 0)).toBe(true);
  });

  test("on a ring costs a tenth of the hits, for a second", () => {
    if (ring === undefined) throw new Error("no ring");
    const seconds = resizeUnder(ring, 7, 10);
    expect(seconds[5]).toEqual({ hit: 897, miss: 103, refused: 0 });
    expect(seconds[9]?.hit).toBe(962);
  });
});

describe("a slow switch", () => {
  test("has each key go over once, in an order of its own", () => {
    const at = (part: number) =>
      keys.map((key) => movingOwner(key, part, "old", "new"));
    expect(new Set(at(0))).toEqual(new Set(["old"]));
    // The turn of this one is 0.
    expect(movingOwner("kd2asnej", 0, "old", "new")).toBe("old");
    expect(new Set(at(1))).toEqual(new Set(["new"]));
    const [third, half] = [at(1 / 3), at(1 / 2)];
    const part = third.filter((node) => node === "new").length;
    expect(part / keys.length).toBeCloseTo(1 / 3, 1);
    const back = third.filter(
      (node, n) => node === "new" && half[n] === "old",
    );
    expect(back).toEqual([]);
  });

  test("does not follow the hash of the placement", () => {
    const first = keys.filter(
      (key) => movingOwner(key, 0.1, "old", "new") === "new",
    );
    const owners = first.map((key) => moduloOwner(nodes(10), key));
    expect(balanceOf(owners, nodes(10)).largest).toBeLessThan(1.4);
  });
});

describe("zones", () => {
  const nine = ["a", "b", "c"].flatMap((zone) =>
    ["1", "2", "3"].map((n) => zone + n),
  );

  test("copies that do not look at them: 1 key of 28 in one zone", () => {
    const { all, two } = copiesInOneZone(3, 3);
    expect(all).toBeCloseTo(1 / 28, 12);
    expect(two).toBeCloseTo(19 / 28, 12);
    expect(copiesInOneZone(3, 1).two).toBe(0);
    expect(copiesInOneZone(5, 2).two).toBeCloseTo(1 / 3, 12);
    expect(copiesInOneZone(5, 2).all).toBe(0);
    expect(copiesInOneZone(2, 2).two).toBe(1);
    expect(copiesInOneZone(1, 4).all).toBe(1);
  });

  test("a ring without them does as badly, one with them never", () => {
    const ring = ringOf(members(nine), 100);
    const zones = (key: string, aware: boolean) =>
      new Set(
        preferenceList(ring, key, 3, aware ? zoneOf : undefined).map(
          zoneOf,
        ),
      ).size;
    const plain = keys.map((key) => zones(key, false));
    expect(plain.filter((n) => n === 1).length).toBe(361);
    expect(plain.filter((n) => n < 3).length).toBe(6384);
    const some = keys.slice(0, 1500);
    expect(some.filter((key) => zones(key, true) < 3)).toEqual([]);
  });

  test("a zone of one node has a copy of everything", () => {
    const ids = [..."1234"].flatMap((n) => [`a${n}`, `b${n}`]);
    const ring = ringOf(members([...ids, "c1"]), 100);
    const lists = keys.map((key) =>
      preferenceList(ring, key, 3, zoneOf),
    );
    expect(lists.every((list) => list.includes("c1"))).toBe(true);
    const most = Math.max(
      ...ids.map((id) => lists.filter((l) => l.includes(id)).length),
    );
    expect(most).toBe(2913);
  });

  test("of a list are taken in the order of the circle", () => {
    const ring = ringOf(members(nine), 4);
    expect(preferenceList(ring, "user-1", 3)).toEqual([
      "a1",
      "b1",
      "a2",
    ]);
    expect(preferenceList(ring, "user-1", 3, zoneOf)).toEqual([
      "a1",
      "b1",
      "c2",
    ]);
    // With all zones taken, the rest of the list is in order too.
    expect(preferenceList(ring, "user-1", 5, zoneOf)).toEqual([
      "a1",
      "b1",
      "c2",
      "a2",
      "b3",
    ]);
  });
});

describe("ties", () => {
  test("of two points at one place are broken by name", () => {
    // The hashes of n16724#0 and n100940#0 are equal.
    const points = [
      { at: 4_158_874_788, node: "n100940" },
      { at: 4_158_874_788, node: "n16724" },
    ];
    const pair = ["n16724", "n100940"];
    expect(ringOf(members(pair), 1)).toEqual(points);
    expect(ringOf(members(pair.toReversed()), 1)).toEqual(points);
  });

  test("of two equal scores too", () => {
    // The hashes of n40665 and n93112 are equal.
    const pair = ["n40665", "n93112"];
    const want = ["n40665", "n93112"];
    expect(rendezvousRank(members(pair), "k")).toEqual(want);
    expect(rendezvousRank(members(pair.toReversed()), "k")).toEqual(
      want,
    );
  });
});

describe("half a point", () => {
  test("is rounded", () => {
    const ring = ringOf([{ id: "a", weight: 0.26 }, { id: "b" }], 10);
    expect(ring.filter(({ node }) => node === "a").length).toBe(3);
  });
});

describe("the measures of a node that goes", () => {
  test("tell needless moves from needed ones", () => {
    const before = ["a", "b", "b", "c"];
    const after = ["a", "c", "a", "a"];
    expect(needlessPart(before, after, "b")).toBe(0.25);
    expect(needlessPart(before, before, "b")).toBe(0);
  });

  test("count the places of a key", () => {
    expect(
      copiesOver([
        ["a", "b"],
        ["a", "c"],
        ["a", "d"],
      ]),
    ).toBe(2);
  });
});

describe("what the chapter says of the others", () => {
  test("rendezvous moves nothing needlessly when any node goes", () => {
    const ten = nodes(10);
    const place = (ids: readonly string[]) =>
      keys
        .slice(0, 2000)
        .map((key) => rendezvousOwner(members(ids), key));
    const before = place(ten);
    for (const gone of ["node-0", "node-3", "node-9"]) {
      const after = place(ten.filter((id) => id !== gone));
      expect(needlessPart(before, after, gone)).toBe(0);
    }
  });

  test("jump only ever moves to the newest bucket", () => {
    for (let key = 1n; key < 150n; key++)
      for (let buckets = 1; buckets < 25; buckets++) {
        const now = jump(key, buckets + 1);
        expect([jump(key, buckets), buckets]).toContain(now);
      }
  });

  test.each([
    [101, 11],
    [1009, 20],
    [65_537, 142],
  ])("a table of %i has %i needless slots", (size, want) => {
    const ten = nodes(10);
    const nine = ten.filter((id) => id !== "node-3");
    const owners = (ids: readonly string[]) =>
      maglevTable(ids, size).map((at) => ids[at] ?? "");
    const needless = needlessPart(owners(ten), owners(nine), "node-3");
    expect(Math.round(needless * size)).toBe(want);
  });

  test("a Maglev table is filled in turns, from the offsets", () => {
    expect(maglevTable(["a", "b", "c"], 7)).toEqual([
      1, 2, 0, 0, 1, 2, 0,
    ]);
  });
});

describe("a ring of numbers", () => {
  test.each([
    [0, 0.9851],
    [3, 0.6749],
    [9, 0.1063],
  ])("moves much if it is number %i that goes", (gone, want) => {
    const ten = nodes(10);
    const owners = (ids: readonly string[]) => {
      const ring = byOrder(ids, 100);
      return keys.map((key) => ringOwner(ring, key));
    };
    const moved = movedPart(
      owners(ten),
      owners(ten.filter((_, n) => n !== gone)),
    );
    expect(moved).toBeCloseTo(want, 4);
  });
});

describe("keys that somebody chose", () => {
  test("all meet in one node, until the hash is another", () => {
    const ring = ringOf(members(nodes(10)), 100);
    const aimed: string[] = [];
    let tried = 0;
    while (aimed.length < 1000) {
      const key = `aim-${tried}`;
      if (ringOwner(ring, key) === "node-3") aimed.push(key);
      tried += 1;
    }
    expect(tried).toBe(7533);
    const owners = aimed.map((key) =>
      rendezvousOwner(members(nodes(10)), key),
    );
    expect(balanceOf(owners, nodes(10)).largest).toBeLessThan(1.2);
  });
});

describe("slots", () => {
  test.each([
    ["{}", "{}"],
    ["a{b", "a{b"],
    ["}{b}", "b"],
  ])("of %s what counts is %s", (key, counts) => {
    expect(slotOf(key)).toBe(
      slotOf(`x{${counts}}`.replace("x{{}}", key)),
    );
  });

  test("are known for two keys", () => {
    expect(slotCount).toBe(16_384);
    expect(slotOf("123456789")).toBe(0x31c3 % 16_384);
    expect(slotOf("foo")).toBe(12_182);
  });
});
