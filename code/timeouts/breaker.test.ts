import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  acquire,
  type Breaker,
  type BreakerOptions,
  closedBreaker,
  type Outcome,
  record,
} from "./breaker.ts";
import { brokenBreakers, closesAgain } from "./broken.ts";
import { checkBreaker, type Move, type Rules } from "./invariants.ts";

const options: BreakerOptions = {
  window: { kind: "count", calls: 10 },
  minimumCalls: 4,
  failurePercent: 50,
  slowMs: 100,
  slowPercent: 80,
  openMs: 1000,
  probes: 3,
};

/** Calls that pass and end at once, at these times and so. */
function played(
  outcomes: readonly Outcome[],
  from: Breaker = closedBreaker,
  atMs = 0,
  tookMs = 0,
  with_: BreakerOptions = options,
): Breaker {
  return outcomes.reduce((breaker, outcome) => {
    const [asked, permit] = acquire(with_, breaker, atMs);
    if (permit === null) throw new Error("refused");
    return record(with_, asked, permit, outcome, tookMs, atMs);
  }, from);
}

const bad = "failure" as const;
const good = "success" as const;
const kind = (breaker: Breaker) => breaker.state.kind;

describe("closed", () => {
  test("no rate is computed below the minimum of calls", () => {
    expect(kind(played([bad, bad, bad]))).toBe("closed");
    expect(kind(played([bad, bad, bad, bad]))).toBe("open");
  });

  test("the minimum is no more than a window of calls holds", () => {
    const wide = { ...options, minimumCalls: 100 };
    const nine = played(Array(9).fill(bad), closedBreaker, 0, 0, wide);
    expect(kind(nine)).toBe("closed");
    expect(kind(played([bad], nine, 0, 0, wide))).toBe("open");
  });

  test("it opens at the threshold, not only above it", () => {
    const five = played([good, good, good, bad, bad]);
    expect(kind(five)).toBe("closed");
    expect(kind(played([bad], five))).toBe("open");
  });

  test("a window of calls forgets the oldest", () => {
    const ten = played([...Array(6).fill(good), ...Array(4).fill(bad)]);
    expect(kind(ten)).toBe("closed");
    expect(kind(played([good], ten))).toBe("closed");
    expect(kind(played([bad], ten))).toBe("open");
    const forgot = played(Array(10).fill(good), ten);
    expect(kind(played(Array(4).fill(bad), forgot))).toBe("closed");
    expect(kind(played(Array(5).fill(bad), forgot))).toBe("open");
  });

  test("what takes longer than the threshold is slow", () => {
    const at = played(Array(9).fill(good), closedBreaker, 0, 100);
    expect(kind(at)).toBe("closed");
    const over = played([good, good, good], closedBreaker, 0, 101);
    expect(kind(over)).toBe("closed");
    expect(kind(played([good], over, 0, 101))).toBe("open");
  });

  test("slow calls open it at their own threshold", () => {
    const one = played([good, good], closedBreaker, 0, 0);
    const eight = played(Array(7).fill(good), one, 0, 101);
    expect(kind(eight)).toBe("closed");
    expect(kind(played([good], eight, 0, 101))).toBe("open");
  });

  test("the caller's own mistakes do not count, either way", () => {
    const mistakes = played(Array(50).fill("ignored"));
    expect(mistakes).toEqual(closedBreaker);
    const three = played([bad, bad, bad], mistakes);
    expect(kind(three)).toBe("closed");
    expect(kind(played(["ignored"], three))).toBe("closed");
  });
});

describe("a window of time", () => {
  const timed: BreakerOptions = {
    ...options,
    window: { kind: "time", seconds: 3 },
  };
  const at = (
    ms: number,
    outcomes: readonly Outcome[],
    from?: Breaker,
  ) => played(outcomes, from, ms, 0, timed);

  test("adds up the calls of one second", () => {
    const two = at(999, [good, bad], at(0, [good]));
    expect(two.state).toEqual({
      kind: "closed",
      window: [{ second: 0, calls: 3, failed: 1, slow: 0 }],
    });
    const next = at(1000, [good], two);
    expect(next.state).toMatchObject({
      window: [{ second: 0 }, { second: 1, calls: 1 }],
    });
  });

  test("forgets the second that is as old as it is wide", () => {
    const three = at(500, [bad, bad, bad]);
    expect(kind(at(2999, [bad], three))).toBe("open");
    expect(kind(at(3000, [bad], three))).toBe("closed");
  });

  test("is as wide as all the calls that come", () => {
    const many = at(0, Array(100).fill(good));
    expect(kind(at(1000, Array(99).fill(bad), many))).toBe("closed");
    expect(kind(at(1000, Array(100).fill(bad), many))).toBe("open");
  });

  test("its minimum is not bounded by its seconds", () => {
    const three = at(0, [bad, bad, bad]);
    expect(kind(three)).toBe("closed");
    expect(kind(at(0, [bad], three))).toBe("open");
  });
});

describe("open and half-open", () => {
  const open = played([bad, bad, bad, bad]);

  test("nothing passes until the wait is over", () => {
    expect(open.state).toEqual({ kind: "open", untilMs: 1000 });
    expect(acquire(options, open, 1000)).toEqual([open, null]);
    const [halfOpen, permit] = acquire(options, open, 1001);
    expect(halfOpen.state).toMatchObject({
      kind: "half-open",
      permitsLeft: 2,
    });
    expect(permit).toBe(2);
  });

  test("so many probes pass, and no more before they end", () => {
    let breaker = open;
    for (const left of [2, 1, 0]) {
      const [next, permit] = acquire(options, breaker, 2000);
      expect(permit).toBe(2);
      expect(next.state).toMatchObject({ permitsLeft: left });
      breaker = next;
    }
    expect(acquire(options, breaker, 9000)).toEqual([breaker, null]);
  });

  test("all probes are judged together: good ones close it", () => {
    const two = played([good, bad], open, 1001);
    expect(kind(two)).toBe("half-open");
    const closed = played([good], two, 1001);
    expect(closed).toEqual({
      period: 3,
      state: { kind: "closed", window: [] },
    });
  });

  test("bad probes open it for another wait", () => {
    const again = played([good, bad, bad], open, 1001);
    expect(again.state).toEqual({ kind: "open", untilMs: 2001 });
  });

  test("slow probes open it too", () => {
    const again = played([good, good, good], open, 1001, 101);
    expect(kind(again)).toBe("open");
  });

  test("a probe that says nothing may be repeated", () => {
    const one = played(["ignored"], open, 1001);
    expect(one.state).toMatchObject({ permitsLeft: 3 });
    expect(kind(played([good, good, good], one, 1001))).toBe("closed");
  });

  test("a late result of an earlier period is not a probe", () => {
    const [halfOpen] = acquire(options, open, 1001);
    const stale = record(options, halfOpen, 0, bad, 0, 1001);
    expect(stale).toBe(halfOpen);
    expect(record(options, open, 0, bad, 0, 5)).toBe(open);
    expect(record(options, open, 1, bad, 0, 5)).toBe(open);
  });
});

const move: fc.Arbitrary<Move> = fc.record({
  afterMs: fc.integer({ min: 0, max: 600 }),
  does: fc.constantFrom("ask", "ask", "end"),
  outcome: fc.constantFrom<Outcome>(
    "success",
    "failure",
    "failure",
    "ignored",
  ),
});
const moves = fc.array(move, { minLength: 20, maxLength: 80 });

function promise(rules: Rules) {
  return fc.check(
    fc.property(
      moves,
      (list) => checkBreaker(rules, options, list) === null,
    ),
    { seed: 7, numRuns: 300 },
  );
}

test("whatever happens, the breaker keeps its promises", () => {
  expect(promise({ acquire, record }).failed).toBe(false);
});

test.each(
  Object.entries(brokenBreakers).filter(
    ([name]) => name !== "loses probes",
  ),
)("a breaker that %s is caught", (_, rules) => {
  expect(promise(rules).failed).toBe(true);
});

test("a breaker that loses probes never closes again", () => {
  const open = played([bad, bad, bad, bad]);
  const asked = ["ignored", "ignored", "ignored"] as const;
  const play = (rules: Rules) =>
    asked.reduce((breaker, outcome) => {
      const [next, permit] = rules.acquire(options, breaker, 1001);
      return rules.record(
        options,
        next,
        permit ?? -1,
        outcome,
        0,
        1001,
      );
    }, open);
  const losing = brokenBreakers["loses probes"] as Rules;
  const right = { acquire, record };
  expect(closesAgain(right, options, play(right), 1001)).toBe(true);
  expect(closesAgain(losing, options, play(losing), 1001)).toBe(false);
});

test("what it does count, it counts as the right one does", () => {
  const losing = brokenBreakers["loses probes"] as Rules;
  const told = losing.record(options, closedBreaker, 0, bad, 101, 7);
  expect(told).toEqual(record(options, closedBreaker, 0, bad, 101, 7));
  expect(told.state).toMatchObject({
    window: [{ failed: 1, slow: 1 }],
  });
});
