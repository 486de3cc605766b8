/** What cannot be done, tried in every way there is. */
import { describe, expect, test } from "vitest";
import { everyLie, oralMessages } from "./byzantine.ts";
import {
  giveWay,
  isBivalent,
  keepOpen,
  playRound,
  roundsWithCoin,
  schedules,
  type Votes,
  valence,
} from "./flp.ts";
import {
  allRules,
  aloneProbability,
  outcomes,
  search,
} from "./two-generals.ts";

describe("two generals", () => {
  test("get in turn what arrives before the first loss", () => {
    expect(outcomes(3)).toEqual([
      { atA: 0, atB: 0 },
      { atA: 0, atB: 1 },
      { atA: 1, atB: 1 },
      { atA: 1, atB: 2 },
    ]);
  });

  test("have every rule there is", () => {
    expect(allRules(0)).toEqual([[false], [true]]);
    expect(new Set(allRules(3).map((rule) => rule.join())).size).toBe(
      16,
    );
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    "find no rules for %i messengers",
    (messages) => {
      const { pairs, agreeing, solving } = search(messages);
      expect(pairs).toBe(2 ** (messages + 2));
      // The one pair that agrees attacks whatever arrives.
      expect(agreeing).toBe(1);
      expect(solving).toBe(0);
    },
  );

  test("a search that forgets the losses finds rules", () => {
    // Only the first and the last of all that can happen.
    const some = [outcomes(3)[0], outcomes(3)[3]];
    const rules = allRules(2).flatMap((a) =>
      allRules(2).map((b) => [a, b]),
    );
    const solving = rules.filter(
      ([a = [], b = []]) =>
        some.every((o) => o && a[o.atA] === b[o.atB]) &&
        a[1] === true &&
        a[0] === false,
    );
    expect(solving.length).toBeGreaterThan(0);
  });

  test("more messengers make the lonely attack rarer, never impossible", () => {
    expect(aloneProbability(1, 0.1)).toBeCloseTo(0.1);
    expect(aloneProbability(2, 0.1)).toBeCloseTo(0.09);
    expect(aloneProbability(100, 0.1)).toBeGreaterThan(0);
  });
});

describe("a vote of three, one of whom may have stopped (FLP)", () => {
  const bits = [0, 1] as const;
  const all = bits.flatMap((a) =>
    bits.flatMap((b) => bits.map((c): Votes => [a, b, c])),
  );

  test("an adversary has 64 ways in a round, all different", () => {
    const told = schedules.map((schedule) => JSON.stringify(schedule));
    expect(new Set(told).size).toBe(64);
    for (const { report, propose } of schedules)
      for (const self of [0, 1, 2]) {
        expect([0, 1, 2]).toContain(report[self]);
        expect(report[self]).not.toBe(self);
        expect(propose[self]).not.toBe(self);
      }
  });

  test("equal votes are decided whatever he does (validity)", () => {
    for (const value of [0, 1] as const)
      for (const schedule of schedules) {
        const votes: Votes = [value, value, value];
        const after = playRound(votes, schedule, giveWay(votes));
        expect(after).toEqual({ votes, decided: value });
      }
    expect([...valence([0, 0, 0])]).toEqual([0]);
    expect([...valence([1, 1, 1])]).toEqual([1]);
  });

  test("no round decides both, nor leaves a dissenter for the next", () => {
    for (const votes of all)
      for (const schedule of schedules) {
        const { decided, votes: next } = playRound(
          votes,
          schedule,
          giveWay(votes),
        );
        if (decided === null) continue;
        // Who decides has two proposals; all others have heard of one.
        expect(next.filter((vote) => vote === decided)).toHaveLength(3);
      }
  });

  test("every mixed vote is bivalent (Lemma 2)", () => {
    for (const votes of all)
      expect(isBivalent(votes)).toBe(new Set(votes).size === 2);
  });

  test("from each of them he keeps it so, for ever (Lemma 3)", () => {
    for (const start of all.filter(isBivalent)) {
      const schedule = keepOpen(start);
      expect(schedule).not.toBeNull();
      if (schedule === null) continue;
      const after = playRound(start, schedule, giveWay(start));
      expect(after.decided).toBeNull();
      expect(isBivalent(after.votes)).toBe(true);
    }
    expect(keepOpen([1, 1, 1])).toBeNull();
  });

  test("with coins he loses, sooner or later (Ben-Or 1983)", () => {
    const rounds = Array.from({ length: 500 }, (_, seed) =>
      roundsWithCoin([0, 1, 1], seed, 200),
    );
    expect(rounds).not.toContain(null);
    expect(new Set(rounds).size).toBeGreaterThan(3);
    expect(roundsWithCoin([1, 1, 1], 1, 1)).toBe(1);
    expect(rounds.some((n) => n === 1)).toBe(false);
    expect(roundsWithCoin([0, 1, 1], 1, 1)).toBeNull();
  });
});

describe("generals, one of them a traitor (Lamport et al., §4)", () => {
  test("four bear one traitor, whatever he says (OM(1))", () => {
    const { runs, failures } = everyLie(4, 1);
    // 2 orders; 8 lies of a commander, 4 of each lieutenant.
    expect(runs).toBe(2 * (8 + 3 * 4));
    expect(failures).toEqual([]);
  });

  test("three do not", () => {
    const { failures } = everyLie(3, 1);
    expect(new Set(failures.map(({ rule }) => rule))).toContain("IC2");
  });

  test("four that just obey do not either (OM(0))", () => {
    const { failures } = everyLie(4, 0);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.every(({ traitor }) => traitor === 0)).toBe(true);
    expect(failures.every(({ rule }) => rule === "IC1")).toBe(true);
  });

  test("loyal generals take the commander's order", () => {
    const loyal = () => {
      throw new Error("nobody lies here");
    };
    for (const order of ["attack", "retreat"] as const) {
      const taken = oralMessages(1, order, [0], [1, 2, 3], -1, loyal);
      expect([...taken]).toEqual([
        [1, order],
        [2, order],
        [3, order],
      ]);
    }
  });

  test("messages pass each general once: (n - 1) + (n - 1)(n - 2)", () => {
    let sent = 0;
    const count = () => {
      sent += 1;
      return "attack" as const;
    };
    // Everybody counts: each in turn is asked to lie.
    for (const traitor of [0, 1, 2, 3])
      oralMessages(1, "attack", [0], [1, 2, 3], traitor, count);
    expect(sent).toBe(3 + 3 * 2);
  });
});
