/** The arithmetic of the chapter, at both sides of each edge. */
import { describe, expect, test } from "vitest";
import {
  bearsOneOwner,
  falseAnHour,
  heartbeatsMissed,
  mostOfOneOwner,
  oralMessageCount,
  smallestGroup,
} from "./bounds.ts";
import { everyLie } from "./byzantine.ts";
import { follow } from "./escape.ts";
import {
  copiesFor,
  fewestSplits,
  longestHeartbeatMs,
  stuckSchedule,
} from "./exercises.ts";
import { playRound, schedules, type Votes } from "./flp.ts";
import {
  allRules,
  type Bit,
  compareAndSwap,
  decideBySwap,
  type Interleaving,
  interleavings,
  type Rule,
  solves,
} from "./registers.ts";

describe("how many it takes (Dwork et al. 1988, Table I)", () => {
  test("as the table says, for two faults", () => {
    const kinds = ["crash", "omission", "signed", "byzantine"] as const;
    const row = (timing: Parameters<typeof smallestGroup>[0]) =>
      kinds.map((faults) => smallestGroup(timing, faults, 2));
    expect(row("synchronous")).toEqual([3, 3, 3, 7]);
    expect(row("partial")).toEqual([5, 5, 7, 7]);
    expect(row("asynchronous")).toEqual(kinds.map(() => Infinity));
  });

  test("OM(m) sends n - 1, then n - 2 for each of those, and so on", () => {
    expect(oralMessageCount(4, 0)).toBe(3);
    expect(oralMessageCount(4, 1)).toBe(9);
    expect(oralMessageCount(7, 2)).toBe(156);
    expect(oralMessageCount(10, 3)).toBe(3609);
  });
});

describe("a timeout that counts lost heartbeats", () => {
  test("waits for whole heartbeats after the delay", () => {
    expect(heartbeatsMissed(700, 200, 60)).toBe(3);
    expect(heartbeatsMissed(660, 200, 60)).toBe(3);
    expect(heartbeatsMissed(659, 200, 60)).toBe(2);
    expect(heartbeatsMissed(700, 25, 60)).toBe(25);
  });

  test("errs as often as that many are lost in a row", () => {
    expect(falseAnHour(300, 200, 60, 0.05)).toBeCloseTo(900);
    expect(falseAnHour(700, 200, 60, 0.05)).toBeCloseTo(2.25);
    expect(falseAnHour(2000, 200, 60, 0.05)).toBeCloseTo(3.5e-8, 9);
    expect(falseAnHour(700, 100, 60, 0.05)).toBeCloseTo(5.6e-4, 5);
  });

  test("once a year for each pair, found within ten seconds", () => {
    const yearly = 1 / 8766;
    expect(longestHeartbeatMs(10_000, 100, 0.05, yearly)).toBe(1633);
    expect(longestHeartbeatMs(10_000, 100, 0.01, yearly)).toBe(2450);
    expect(longestHeartbeatMs(2000, 100, 0.05, yearly)).toBe(257);
    expect(longestHeartbeatMs(300, 100, 0.999, yearly)).toBeNull();
    const edge = falseAnHour(9900, 1633, 100, 0.05);
    expect(longestHeartbeatMs(10_000, 100, 0.05, edge)).toBe(1633);
  });
});

describe("owners", () => {
  test("three of them never bear one traitor, four do", () => {
    for (let machines = 4; machines <= 100; machines++)
      for (const owners of [1, 2, 3])
        expect(bearsOneOwner(machines, owners)).toBe(false);
    expect(bearsOneOwner(4, 4)).toBe(true);
    expect(bearsOneOwner(5, 4)).toBe(false);
    expect(bearsOneOwner(6, 4)).toBe(false);
    expect(bearsOneOwner(7, 4)).toBe(true);
    expect(mostOfOneOwner(7, 4)).toBe(2);
    expect(mostOfOneOwner(8, 4)).toBe(2);
    expect(mostOfOneOwner(7, 3)).toBe(3);
  });
});

describe("the exercises", () => {
  test("every pair of rules is split by at least one outcome", () => {
    expect([1, 2, 3, 4, 5, 8].map(fewestSplits)).toEqual([
      null,
      1,
      1,
      1,
      1,
      1,
    ]);
  });

  test("copies until none comes once in a thousand million", () => {
    expect(copiesFor(0.05, 1e-9)).toBe(7);
    expect(copiesFor(0.5, 0.25)).toBe(2);
    expect(copiesFor(0.5, 0.24)).toBe(3);
    expect(copiesFor(0.5, 1)).toBe(1);
  });

  test("who follows without waiting can be kept where he is", () => {
    const votes: Votes = [0, 1, 1];
    const stuck = stuckSchedule(votes, 0);
    expect(stuck).not.toBeNull();
    if (stuck === null) return;
    expect(playRound(votes, stuck, follow(votes, 0))).toEqual({
      votes,
      decided: null,
    });
    expect(schedules).toContain(stuck);
    // The trusted one votes with the majority: nobody can be kept.
    expect(stuckSchedule([0, 0, 1], 0)).toBeNull();
    expect(stuckSchedule([1, 1, 1], 0)).toBeNull();
  });

  test("three loyal lieutenants and two traitors need more than OM(1)", () => {
    expect(everyLie(5, 1).failures).toEqual([]);
    expect(everyLie(5, 1).runs).toBe(96);
  });
});

describe("threads that agree (Herlihy 1991)", () => {
  test("write, then read: no pair of 64 rules agrees", () => {
    const rules = allRules();
    const asked = rules.map((rule) =>
      ([0, 1] as const)
        .flatMap((own) =>
          ([null, 0, 1] as const).map((seen) => rule(own, seen)),
        )
        .join(""),
    );
    expect(new Set(asked).size).toBe(64);
    const pairs = rules.flatMap((a) =>
      rules.map((b) => [a, b] as const),
    );
    expect(pairs).toHaveLength(4096);
    const solving = (runs: readonly Interleaving[]) =>
      pairs.filter(([a, b]) => solves(a, b, runs)).length;
    expect(solving(interleavings)).toBe(0);
    // Without any one of the three runs there are rules.
    expect(
      [0, 1, 2].map((left) =>
        solving(interleavings.filter((_, at) => at !== left)),
      ),
    ).toEqual([1, 4, 4]);
  });

  test("a pair that sees each other may take the smaller bit", () => {
    const both = [{ aSees: true, bSees: true }];
    const least: Rule = (own, seen) => (own === 0 ? 0 : (seen ?? 1));
    const most: Rule = (own, seen) => (own === 1 ? 1 : (seen ?? 0));
    expect(solves(least, least, both)).toBe(true);
    expect(solves(least, most, both)).toBe(false);
    // Agreed, and not what anybody proposed.
    expect(
      solves(
        () => 0,
        () => 0,
        both,
      ),
    ).toBe(false);
    expect(
      solves(
        (own) => own,
        (own) => own,
        both,
      ),
    ).toBe(false);
  });

  test("compare-and-swap writes only over what it expects", () => {
    expect(compareAndSwap(null, null, 1)).toEqual({
      register: 1,
      before: null,
    });
    expect(compareAndSwap(0, null, 1)).toEqual({
      register: 0,
      before: 0,
    });
  });

  test("with it, all decide what the first proposed", () => {
    for (const first of [0, 1] as const)
      for (let others = 0; others < 16; others++) {
        const rest = [0, 1, 2, 3].map(
          (at): Bit => (((others >> at) & 1) === 1 ? 1 : 0),
        );
        expect(decideBySwap([first, ...rest])).toEqual(
          [first, ...rest].map(() => first),
        );
      }
  });
});
