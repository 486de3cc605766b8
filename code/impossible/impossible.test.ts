/** What cannot be done, tried in every way there is. */
import { describe, expect, test } from "vitest";
import {
  allRules as allTeamRules,
  everyLie,
  oralMessages,
  searchTeams,
} from "./byzantine.ts";
import {
  follow,
  roundsWithDetector,
  schedulesThatHear,
  worstRound,
} from "./escape.ts";
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
  copiesAloneProbability,
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
      expect(pairs).toHaveLength(2 ** (messages + 2));
      // The one pair that agrees attacks whatever arrives.
      expect(agreeing).toEqual([
        {
          a: Array(Math.floor(messages / 2) + 1).fill(true),
          b: Array(Math.ceil(messages / 2) + 1).fill(true),
        },
      ]);
      expect(solving).toEqual([]);
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
    expect(aloneProbability(3, 0.5)).toBe(0.125);
  });

  test("copies of one order make it rarer by far", () => {
    expect(copiesAloneProbability(1, 0.1)).toBeCloseTo(0.1);
    expect(copiesAloneProbability(3, 0.5)).toBe(0.125);
    expect(copiesAloneProbability(9, 0.1)).toBeCloseTo(1e-9, 12);
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

  test("a round is this and no other", () => {
    // 1 and 2 hear each other, and all hear of their proposals.
    const talk = { report: [1, 2, 1], propose: [1, 2, 1] } as const;
    expect(playRound([0, 1, 1], talk, () => 0)).toEqual({
      votes: [1, 1, 1],
      decided: 1,
    });
    expect(playRound([1, 0, 0], talk, () => 1)).toEqual({
      votes: [0, 0, 0],
      decided: 0,
    });
    // 1 alone proposes; 0 and 2 hear of it, 1 hears of nothing else.
    const one = { report: [1, 2, 0], propose: [1, 0, 1] } as const;
    expect(playRound([0, 1, 1], one, () => 0)).toEqual({
      votes: [1, 1, 1],
      decided: null,
    });
    // Nobody proposes: each is asked what it votes for now.
    const asked: number[] = [];
    const none = { report: [1, 0, 0], propose: [1, 0, 0] } as const;
    const after = playRound([0, 1, 1], none, (process) => {
      asked.push(process);
      return process === 1 ? 1 : 0;
    });
    expect(after).toEqual({ votes: [0, 1, 0], decided: null });
    expect(asked).toEqual([0, 1, 2]);
  });

  test("who gives way votes for the other side", () => {
    expect([0, 1, 2].map(giveWay([0, 1, 1]))).toEqual([1, 0, 0]);
  });

  test("half of all schedules leave a mixed vote open", () => {
    for (const votes of all.filter(isBivalent)) {
      const majority = votes.filter((vote) => vote === 1).length > 1;
      const ends = schedules.map((schedule) =>
        playRound(votes, schedule, giveWay(votes)),
      );
      const decided = ends.filter((end) => end.decided !== null);
      expect(decided).toHaveLength(12);
      const value = majority ? 1 : 0;
      expect(decided.every((end) => end.decided === value)).toBe(true);
      expect(ends.filter((end) => isBivalent(end.votes))).toHaveLength(
        32,
      );
    }
  });

  test("the adversary needs three late messages", () => {
    expect(keepOpen([0, 1, 1])).toEqual({
      report: [1, 0, 0],
      propose: [1, 0, 0],
    });
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
    expect(
      [0, 1, 2, 3, 4, 5].map((n) => roundsWithCoin([0, 1, 1], n, 50)),
    ).toEqual([6, 6, 7, 2, 5, 4]);
  });

  test("agreement holds whatever those do who learn nothing", () => {
    for (const votes of all)
      for (const schedule of schedules)
        for (const fallback of all) {
          const after = playRound(
            votes,
            schedule,
            (process) => fallback[process] ?? 0,
          );
          if (after.decided === null) continue;
          const value = after.decided;
          expect(after.votes).toEqual([value, value, value]);
          expect(votes).toContain(value);
        }
  });
});

describe("the same vote with a failure detector", () => {
  test("who learns nothing follows the one it trusts", () => {
    expect([0, 1, 2].map(follow([0, 1, 1], 0))).toEqual([0, 0, 0]);
    expect([0, 1, 2].map(follow([0, 1, 1], 2))).toEqual([1, 1, 1]);
  });

  test("all but the trusted one wait for it", () => {
    expect(schedulesThatHear(0)).toHaveLength(2 * 8);
    expect(schedulesThatHear(1)).toHaveLength(2 * 8);
    for (const { report } of schedulesThatHear(1)) {
      expect(report[0]).toBe(1);
      expect(report[2]).toBe(1);
    }
  });

  test("is over two rounds after the detector is right, not before", () => {
    expect(roundsWithDetector([0, 1, 1], 1, 5)).toBe(2);
    expect(roundsWithDetector([0, 1, 1], 10, 50)).toBe(11);
    expect(roundsWithDetector([0, 1, 1], 10, 11)).toBe(11);
    expect(roundsWithDetector([0, 1, 1], 10, 10)).toBeNull();
    expect(roundsWithDetector([1, 1, 1], 10, 50)).toBe(1);
    expect(roundsWithDetector([0, 1, 1], Infinity, 1000)).toBeNull();
  });

  test("the worst round decides nothing where one of the schedules decides nothing", () => {
    expect(worstRound([0, 1, 0])).toEqual({
      votes: [0, 0, 0],
      decided: null,
    });
    expect(worstRound([1, 0, 1])).toEqual({
      votes: [1, 1, 1],
      decided: null,
    });
    expect(worstRound([1, 1, 1]).decided).toBe(1);
  });

  test("all vote as the trusted one does, whatever the adversary picks", () => {
    const bits = [0, 1] as const;
    for (const a of bits)
      for (const b of bits)
        for (const c of bits)
          for (const schedule of schedulesThatHear(0)) {
            const votes: Votes = [a, b, c];
            const after = playRound(votes, schedule, follow(votes, 0));
            expect(after.votes).toEqual([a, a, a]);
          }
    expect(worstRound([0, 1, 1])).toEqual({
      votes: [0, 0, 0],
      decided: null,
    });
    // He prevents what he can: the first of his schedules would decide.
    expect(worstRound([0, 0, 1])).toEqual({
      votes: [0, 0, 0],
      decided: null,
    });
    expect(worstRound([0, 0, 0])).toEqual({
      votes: [0, 0, 0],
      decided: 0,
    });
  });
});

describe("generals, one of them a traitor (Lamport et al., §3)", () => {
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

  test("of three, the one who obeys is made to disobey (IC2)", () => {
    const { runs, failures } = everyLie(3, 1);
    expect(runs).toBe(16);
    expect(failures).toEqual([
      {
        traitor: 1,
        order: "attack",
        taken: [[2, "retreat"]],
        rule: "IC2",
      },
      {
        traitor: 2,
        order: "attack",
        taken: [[1, "retreat"]],
        rule: "IC2",
      },
    ]);
  });

  test("no rules help three; only the majority helps four", () => {
    const three = searchTeams(2);
    expect(three.rules).toHaveLength(16);
    expect(three.obedient).toHaveLength(1);
    expect(three.teams).toHaveLength(1);
    expect(three.agreeing).toHaveLength(0);
    const four = searchTeams(3);
    expect(four.rules).toHaveLength(256);
    expect(four.obedient).toHaveLength(4);
    expect(four.teams).toHaveLength(64);
    expect(four.agreeing).toHaveLength(1);
    const both = ["attack", "retreat"] as const;
    for (const rule of four.agreeing[0] ?? [])
      for (const a of both)
        for (const b of both)
          for (const c of both) {
            const attacks = [a, b, c].filter((o) => o === "attack");
            expect(rule([a, b, c])).toBe(
              attacks.length > 1 ? "attack" : "retreat",
            );
          }
    expect(allTeamRules(1)).toHaveLength(16);
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
