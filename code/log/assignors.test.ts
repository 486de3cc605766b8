/** Who reads what: properties of the assignors. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Assignment,
  type Assignor,
  cooperate,
  partitionsOf,
  range,
  roundRobin,
  sticky,
} from "./assignors.ts";

const membersOf = (count: number) =>
  Array.from({ length: count }, (_, n) => `c${n + 1}`);
const counts = (assignment: Assignment) =>
  Object.values(assignment).map((own) => own.length);

/** Members, topics, and an earlier assignment that may overlap. */
const situation = fc
  .record({
    members: fc.integer({ min: 1, max: 5 }),
    a: fc.nat(7),
    b: fc.nat(7),
    owners: fc.array(fc.nat(6), { minLength: 14, maxLength: 14 }),
  })
  .map(({ members, a, b, owners }) => {
    const topics = { a, b };
    const owned: Record<string, string[]> = {};
    for (const [at, partition] of partitionsOf(topics).entries()) {
      const id = `c${owners[at]}`;
      owned[id] = [...(owned[id] ?? []), partition];
    }
    return { members: membersOf(members), topics, owned };
  });

const all: readonly (readonly [string, Assignor])[] = [
  ["range", range],
  ["round-robin", roundRobin],
  ["sticky", sticky],
];

describe.each(all)("the assignor %s", (_name, assignor) => {
  test("gives each partition to exactly one member", () => {
    fc.assert(
      fc.property(situation, ({ members, topics, owned }) => {
        const assignment = assignor(members, topics, owned);
        expect(Object.keys(assignment)).toEqual(members);
        const given = Object.values(assignment).flat();
        expect(given.toSorted()).toEqual(
          partitionsOf(topics).toSorted(),
        );
      }),
      { seed: 1 },
    );
  });

  test("does not depend on the order in which members are named", () => {
    fc.assert(
      fc.property(situation, ({ members, topics, owned }) => {
        const back = members.toReversed();
        expect(assignor(back, topics, owned)).toEqual(
          assignor(members, topics, owned),
        );
      }),
      { seed: 2 },
    );
  });
});

describe("range", () => {
  test("gives neighbours, and the rest to the first, topic by topic", () => {
    expect(range(["c2", "c1"], { a: 3, b: 3 }, {})).toEqual({
      c1: ["a-0", "a-1", "b-0", "b-1"],
      c2: ["a-2", "b-2"],
    });
    expect(range(["c1", "c2", "c3"], { a: 7 }, {})).toEqual({
      c1: ["a-0", "a-1", "a-2"],
      c2: ["a-3", "a-4"],
      c3: ["a-5", "a-6"],
    });
  });
});

describe("round-robin", () => {
  test("deals over the topics, so that nobody has two more", () => {
    expect(roundRobin(["c1", "c2"], { a: 3, b: 3 }, {})).toEqual({
      c1: ["a-0", "a-2", "b-1"],
      c2: ["a-1", "b-0", "b-2"],
    });
  });
});

describe("sticky", () => {
  test("is even: nobody has two more than another", () => {
    fc.assert(
      fc.property(situation, ({ members, topics, owned }) => {
        const shares = counts(sticky(members, topics, owned));
        expect(Math.max(...shares) - Math.min(...shares) <= 1).toBe(
          true,
        );
      }),
      { seed: 3 },
    );
  });

  test("keeps as much as any even assignment can", () => {
    fc.assert(
      fc.property(situation, ({ members, topics, owned }) => {
        const next = sticky(members, topics, owned);
        const kept = members.map(
          (id) =>
            (owned[id] ?? []).filter((p) => next[id]?.includes(p))
              .length,
        );
        const sum = kept.reduce((a, b) => a + b, 0);
        expect(sum).toBe(mostKept(members, topics, owned));
      }),
      { seed: 4 },
    );
  });

  /** By trying every choice of those who have one more. */
  function mostKept(
    members: readonly string[],
    topics: { readonly [topic: string]: number },
    owned: Assignment,
  ): number {
    const total = partitionsOf(topics).length;
    const least = Math.floor(total / members.length);
    const extra = total % members.length;
    let most = 0;
    for (let choice = 0; choice < 2 ** members.length; choice++) {
      const has = (at: number) => (choice >> at) & 1;
      const chosen = members.reduce((n, _, at) => n + has(at), 0);
      if (chosen !== extra) continue;
      const kept = members.reduce(
        (n, id, at) =>
          n + Math.min(owned[id]?.length ?? 0, least + has(at)),
        0,
      );
      most = Math.max(most, kept);
    }
    return most;
  }

  test("does not believe two who claim the same", () => {
    const owned = { c1: ["a-0", "a-1"], c2: ["a-1", "a-0"] };
    const next = sticky(["c1", "c2"], { a: 2 }, owned);
    expect(next).toEqual({ c1: ["a-0"], c2: ["a-1"] });
  });
});

describe("cooperation (KIP-429)", () => {
  test("gives nobody what another still has, and takes only what moves", () => {
    fc.assert(
      fc.property(situation, ({ members, topics, owned }) => {
        const mine = Object.fromEntries(
          members.map((id) => [id, owned[id] ?? []]),
        );
        const target = sticky(members, topics, mine);
        const first = cooperate(target, mine);
        for (const id of members) {
          const given = first[id] ?? [];
          for (const other of members.filter((o) => o !== id)) {
            expect(
              given.filter((p) => mine[other]?.includes(p)),
            ).toEqual([]);
          }
          const kept = (mine[id] ?? []).filter((p) =>
            target[id]?.includes(p),
          );
          expect(kept.every((p) => given.includes(p))).toBe(true);
        }
        // What was taken away is free in the second round.
        const second = sticky(members, topics, first);
        expect(cooperate(second, first)).toEqual(second);
        for (const id of members) {
          expect(second[id]?.toSorted()).toEqual(
            target[id]?.toSorted(),
          );
        }
      }),
      { seed: 5 },
    );
  });
});
