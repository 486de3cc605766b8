import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { seeds } from "../seeds.ts";
import type { Operation } from "./history.ts";
import { checkLinearizable, type Model } from "./linearizable.ts";
import { type Cell, kv, register } from "./models.ts";
import type { Body, Json } from "./node.ts";
import { intBetween, stream } from "./random.ts";
import { orders, subsets } from "./serializable-brute.scenario.ts";

/** `LONG=1` draws more histories, and longer ones. */
const isLong = process.env.LONG === "1";

type Times = readonly [invokeMs: number, returnMs: number | null];

function operation(
  process: string,
  [invokeMs, returnMs]: Times,
  op: string,
  args: { readonly [field: string]: Json },
  result: Body | null,
): Operation {
  const outcome =
    result === null ? "info" : result.type === "error" ? "fail" : "ok";
  return { process, op, args, invokeMs, returnMs, result, outcome };
}

function write(process: string, times: Times, value: Json): Operation {
  const result = times[1] === null ? null : { type: "write_ok" };
  return operation(
    process,
    times,
    "write",
    { key: "x", value },
    result,
  );
}

function read(process: string, times: Times, value: Json): Operation {
  const result = times[1] === null ? null : { type: "read_ok", value };
  return operation(process, times, "read", { key: "x" }, result);
}

function cas(
  process: string,
  times: Times,
  from: Json,
  to: Json,
  code?: number,
): Operation {
  const result =
    times[1] === null
      ? null
      : code === undefined
        ? { type: "cas_ok" }
        : { type: "error", code, text: "" };
  return operation(
    process,
    times,
    "cas",
    { key: "x", from, to },
    result,
  );
}

function missing(process: string, times: Times): Operation {
  const result = { type: "error", code: 20, text: "no such key" };
  return operation(process, times, "read", { key: "x" }, result);
}

const verdictOf = (history: readonly Operation[]) =>
  checkLinearizable(kv, history).verdict;

describe("histories of known verdict", () => {
  it("accepts the empty history", () => {
    expect(verdictOf([])).toBe("ok");
  });

  it("accepts a read of either value while a write is under way", () => {
    const first = write("a", [0, 1], 1);
    const second = write("a", [2, 10], 2);
    for (const seen of [1, 2]) {
      const history = [first, second, read("b", [3, 9], seen)];
      expect(verdictOf(history)).toBe("ok");
    }
  });

  it("refuses a read of what was overwritten before it began", () => {
    const history = [
      write("a", [0, 1], 1),
      write("a", [2, 3], 2),
      read("b", [4, 5], 1),
    ];
    expect(verdictOf(history)).toBe("illegal");
  });

  it("refuses a second read that goes back in time", () => {
    // Not linearizable, though each read alone would be.
    const history = [
      write("a", [0, 1], 1),
      write("a", [2, 20], 2),
      read("b", [3, 5], 2),
      read("c", [6, 8], 1),
    ];
    expect(verdictOf(history)).toBe("illegal");
  });

  it("orders a process' own call after what returned at that time", () => {
    const history = [
      write("a", [0, 1], 1),
      write("a", [1, 2], 2),
      read("b", [3, 4], 1),
    ];
    expect(verdictOf(history)).toBe("illegal");
  });

  it("takes a call at the time of another's return for concurrent", () => {
    // Storm 500011 over links without delay: the write was called, its
    // value read and the read answered, all at 2945.825 ms.
    const history = [
      read("b", [2944.674, 2945.825], 1),
      write("a", [2945.825, 2945.825], 1),
    ];
    expect(verdictOf(history)).toBe("ok");
    const later = write("a", [2945.826, 2945.826], 1);
    expect(verdictOf([read("b", [2944.674, 2945.825], 1), later])).toBe(
      "illegal",
    );
  });

  it("takes operations called at one time for concurrent", () => {
    const instant = write("a", [5, 5], 1);
    const before = missing("b", [5, 5]);
    expect(verdictOf([instant, before])).toBe("ok");
    expect(verdictOf([before, instant])).toBe("ok");
    expect(verdictOf([missing("b", [5, 9]), instant])).toBe("ok");
    expect(verdictOf([instant, missing("a", [5, 5])])).toBe("illegal");
    expect(verdictOf([instant, missing("b", [6, 6])])).toBe("illegal");
  });

  it("shows a counter-example that takes no time", () => {
    const found = checkLinearizable(kv, [read("b", [5, 5], 7)]);
    if (found.verdict !== "illegal") throw new Error(found.verdict);
    expect(found.counterExample.operations).toHaveLength(1);
  });

  it("says illegal of one key though another is too hard", () => {
    const hard = Array.from({ length: 12 }, (_, n) =>
      write(`c${n}`, [0, 100], n),
    );
    const unread = read("r", [200, 201], 99);
    const elsewhere = {
      ...read("a", [0, 1], 1),
      args: { key: "y" },
    };
    const history = [...hard, unread, elsewhere];
    expect(checkLinearizable(kv, history, 50).verdict).toBe("illegal");
  });

  it("lets a compare-and-set without answer fail, or happen", () => {
    const start = write("a", [0, 1], 0);
    const open = cas("b", [2, null], 0, 1);
    for (const seen of [0, 1]) {
      const history = [start, open, read("c", [3, 4], seen)];
      expect(verdictOf(history)).toBe("ok");
    }
    const other = cas("b", [2, null], 5, 1);
    const history = [start, other, read("c", [3, 4], 1)];
    expect(verdictOf(history)).toBe("illegal");
  });

  it("refuses a read of a value that nobody wrote", () => {
    expect(verdictOf([read("a", [0, 1], 9)])).toBe("illegal");
  });

  it("lets a write without answer happen late", () => {
    const history = [
      write("a", [0, 1], 1),
      write("b", [2, null], 2),
      read("c", [50, 51], 1),
      read("c", [90, 91], 2),
    ];
    expect(verdictOf(history)).toBe("ok");
  });

  it("lets a write without answer never happen", () => {
    const history = [
      write("a", [0, 1], 1),
      write("b", [2, null], 2),
      read("c", [50, 51], 1),
    ];
    expect(verdictOf(history)).toBe("ok");
  });

  it("lets a write happen after an error that promises nothing", () => {
    const crashed = operation(
      "b",
      [2, 3],
      "write",
      { key: "x", value: 2 },
      { type: "error", code: 13 },
    );
    const history = [
      write("a", [0, 1], 1),
      { ...crashed, outcome: "info" as const },
      read("c", [50, 51], 1),
      read("c", [90, 91], 2),
    ];
    expect(verdictOf(history)).toBe("ok");
  });

  it("tries one of many attempts at the same for all", () => {
    const again = Array.from({ length: 12 }, () =>
      write("c", [0, null], 1),
    );
    const other = Array.from({ length: 12 }, (_, n) =>
      write("c", [0, null], n),
    );
    const unread = read("r", [200, 201], 99);
    const judge = (tries: readonly Operation[]) =>
      checkLinearizable(kv, [...tries, unread], 100).verdict;
    expect(judge(again)).toBe("illegal");
    expect(judge(other)).toBe("unknown");
  });

  it("lets one attempt happen early and another late", () => {
    const history = [
      write("b", [0, null], 2),
      write("b", [1, null], 2),
      read("c", [5, 6], 2),
      write("a", [7, 8], 1),
      read("c", [9, 10], 1),
      read("c", [11, 12], 2),
    ];
    expect(verdictOf(history)).toBe("ok");
    expect(verdictOf([...history, write("a", [13, 14], 1)])).toBe("ok");
    const third = [write("a", [13, 14], 1), read("c", [15, 16], 2)];
    expect(verdictOf([...history, ...third])).toBe("illegal");
  });

  it("does not let a write without answer happen before its call", () => {
    const history = [read("c", [0, 1], 2), write("b", [2, null], 2)];
    expect(verdictOf(history)).toBe("illegal");
  });

  it("does not let a write without answer happen twice", () => {
    const history = [
      write("b", [0, null], 2),
      read("c", [5, 6], 2),
      write("a", [7, 8], 1),
      read("c", [9, 10], 1),
      read("c", [11, 12], 2),
    ];
    expect(verdictOf(history)).toBe("illegal");
  });

  it("lets only one of two compare-and-sets win", () => {
    const start = write("a", [0, 1], 0);
    const one = cas("a", [2, 9], 0, 1);
    expect(verdictOf([start, one, cas("b", [2, 9], 0, 2)])).toBe(
      "illegal",
    );
    expect(verdictOf([start, one, cas("b", [2, 9], 0, 2, 22)])).toBe(
      "ok",
    );
    expect(verdictOf([start, one, cas("b", [2, 9], 1, 2)])).toBe("ok");
  });

  it("believes error 22 only where the value was another", () => {
    const history = [write("a", [0, 1], 0), cas("b", [2, 3], 0, 1, 22)];
    expect(verdictOf(history)).toBe("illegal");
  });

  it("believes error 20 only while the key is missing", () => {
    expect(verdictOf([missing("a", [0, 1])])).toBe("ok");
    const history = [write("a", [0, 1], 0), missing("b", [2, 3])];
    expect(verdictOf(history)).toBe("illegal");
  });

  it("forgets operations that surely failed", () => {
    const refused = { type: "error", code: 11, text: "no leader" };
    const failed = operation(
      "b",
      [2, 3],
      "write",
      { key: "x", value: 7 },
      refused,
    );
    expect(verdictOf([failed, read("c", [4, 5], 7)])).toBe("illegal");
    expect(verdictOf([failed, missing("c", [4, 5])])).toBe("ok");
  });

  it("takes error 22 for an observation of a cas only", () => {
    const refused = { type: "error", code: 22, text: "mismatch" };
    const done = write("b", [2, 3], 7);
    const failed = {
      ...done,
      result: refused,
      outcome: "fail" as const,
    };
    expect(verdictOf([failed, missing("c", [4, 5])])).toBe("ok");
    expect(verdictOf([failed, read("c", [4, 5], 7)])).toBe("illegal");
  });

  it("checks each key on its own", () => {
    const elsewhere = {
      ...write("a", [2, 3], 5),
      args: { key: "y", value: 5 },
    };
    const history = [
      write("a", [0, 1], 1),
      elsewhere,
      read("b", [4, 5], 1),
    ];
    expect(verdictOf(history)).toBe("ok");
  });

  it("starts a register at null, and a key without value", () => {
    const history = [read("a", [0, 1], null)];
    expect(checkLinearizable(register(), history).verdict).toBe("ok");
    expect(verdictOf(history)).toBe("illegal");
  });

  it("says unknown when its steps are used up", () => {
    const many = Array.from({ length: 12 }, (_, n) =>
      write(`c${n}`, [0, 100], n),
    );
    const history = [...many, read("r", [200, 201], 99)];
    const found = checkLinearizable(kv, history, 50);
    expect(found).toEqual({ verdict: "unknown", steps: 50 });
  });
});

describe("the search", () => {
  const many = (times: Times, from: number, count = 12) =>
    Array.from({ length: count }, (_, n) =>
      write(`c${from + n}`, times, from + n),
    );
  const judge = (history: readonly Operation[], stepsMax: number) =>
    checkLinearizable(kv, history, stepsMax).verdict;
  /** Whose answer says that the one without came before all of these. */
  const needsTheOpen = (count: number) => [
    write("a", [0, 1], 0),
    cas("b", [2, null], 0, 1),
    cas("d", [3, 100], 1, 5),
    ...many([4, 100], 10, count),
  ];

  it("goes by the answers where the order of the calls gets lost", () => {
    const history = [
      write("a", [0, 1], 1),
      ...many([2, null], 10),
      read("r", [50, 51], 1),
    ];
    expect(judge(history, 100)).toBe("ok");
  });

  it("goes by the order of the calls where the answers get lost", () => {
    expect(judge(needsTheOpen(12), 100)).toBe("ok");
  });

  it("tries nothing twice at one place", () => {
    const history = [
      ...needsTheOpen(4),
      write("a", [150, 151], 1),
      ...many([200, null], 30),
      read("r", [250, 251], 1),
    ];
    expect(judge(history, 190)).toBe("ok");
  });

  const { traces: _none, ...untraced } = kv;

  it("places by their calls what fits in any order", () => {
    const history = [
      write("a", [0, 1], 1),
      write("b", [2, null], 2),
      write("a", [3, 4], 3),
      read("c", [5, 6], 9),
    ];
    const found = checkLinearizable(untraced, history);
    if (found.verdict !== "illegal") throw new Error(found.verdict);
    expect(found.counterExample.placed).toEqual(history.slice(0, 3));
  });

  it("has found the shortest illegal beginning when it gets stuck", () => {
    const writes = (from: number) =>
      Array.from({ length: 100 }, (_, n) =>
        write("a", [10 * (from + n), 10 * (from + n) + 1], from + n),
      );
    const stale = read("b", [1000, 1001], 7);
    const history = [...writes(0), stale, ...writes(101)];
    let asked = 0;
    const counted: Model<Cell> = {
      ...untraced,
      step(state, operation) {
        asked += 1;
        return kv.step(state, operation);
      },
    };
    const found = checkLinearizable(counted, history);
    if (found.verdict !== "illegal") throw new Error(found.verdict);
    expect(found.counterExample.beginning).toHaveLength(101);
    // The search, that beginning, and the order that is shown.
    expect(asked).toBe(3 * 101);
  });
});

describe("the queue of Herlihy and Wing (after TOPLAS 1990, Figure 1)", () => {
  /** First in, first out; `deq` is answered with what it took. */
  const queue: Model<readonly Json[]> = {
    init: [],
    partOf: () => "queue",
    isIdle: ({ op, outcome }) => op === "deq" && outcome === "info",
    step: (items, { op, args, result }) => {
      if (op === "enq") return { state: [...items, args.item ?? null] };
      const [first, ...rest] = items;
      return first === result?.item ? { state: rest } : null;
    },
  };
  const enq = (process: string, times: Times, item: string) =>
    operation(process, times, "enq", { item }, { type: "enq_ok" });
  const deq = (process: string, times: Times, item: string) =>
    operation(process, times, "deq", {}, { type: "deq_ok", item });
  const verdictOf = (history: readonly Operation[]) =>
    checkLinearizable(queue, history).verdict;

  it("(a) two that overlap may be taken in either order", () => {
    const history = [
      enq("a", [0, 3], "x"),
      enq("b", [1, 4], "y"),
      deq("b", [5, 7], "x"),
      deq("a", [6, 9], "y"),
      enq("a", [10, 11], "z"),
    ];
    expect(verdictOf(history)).toBe("ok");
    const swapped = [
      ...history.slice(0, 2),
      deq("b", [5, 7], "y"),
      deq("a", [6, 9], "x"),
    ];
    expect(verdictOf(swapped)).toBe("ok");
  });

  it("(b) what was put in first must come out first", () => {
    const history = [
      enq("a", [0, 1], "x"),
      enq("b", [2, 4], "y"),
      deq("a", [3, 5], "y"),
    ];
    expect(verdictOf(history)).toBe("illegal");
  });

  it("(c) it may come out before its enqueuing has returned", () => {
    const history = [enq("a", [0, 9], "x"), deq("b", [2, 3], "x")];
    expect(verdictOf(history)).toBe("ok");
  });

  it("(d) one item cannot come out twice", () => {
    const history = [
      enq("a", [0, 3], "x"),
      enq("b", [1, 4], "y"),
      deq("a", [5, 7], "y"),
      deq("c", [6, 8], "y"),
    ];
    expect(verdictOf(history)).toBe("illegal");
  });
});

describe("a lock that knows its owner", () => {
  const lock: Model<string | null> = {
    init: null,
    partOf: () => "lock",
    isIdle: ({ outcome }) => outcome === "fail",
    step: (owner, { process, op }) => {
      if (op === "acquire")
        return owner === null ? { state: process } : null;
      return owner === process ? { state: null } : null;
    },
  };
  const ask = (process: string, times: Times, op: string) =>
    operation(process, times, op, {}, times[1] ? { type: "ok" } : null);
  const verdictOf = (history: readonly Operation[]) =>
    checkLinearizable(lock, history).verdict;

  it("tells the unanswered attempts of two clients apart", () => {
    const history = [
      ask("a", [0, null], "acquire"),
      ask("b", [1, null], "acquire"),
    ];
    const byB = ask("b", [5, 6], "release");
    expect(verdictOf([...history, byB])).toBe("ok");
    const byC = ask("c", [5, 6], "release");
    expect(verdictOf([...history, byC])).toBe("illegal");
  });
});

describe("the model of a store", () => {
  it("compares keys and values by structure", () => {
    const one = { a: 1, b: [1, 2] };
    const other = { b: [1, 2], a: 1 };
    const written = write("a", [0, 1], one);
    const history = [
      { ...written, args: { key: one, value: one } },
      { ...read("b", [2, 3], other), args: { key: other } },
    ];
    expect(verdictOf(history)).toBe("ok");
    const swapped = { a: 1, b: [2, 1] };
    expect(verdictOf([written, read("b", [2, 3], swapped)])).toBe(
      "illegal",
    );
  });

  it("makes a missing key where a cas was asked to", () => {
    const args = {
      key: "x",
      from: 0,
      to: 1,
      create_if_not_exists: true,
    };
    const made = { ...cas("a", [0, 1], 0, 1), args };
    expect(verdictOf([made, read("b", [2, 3], 1)])).toBe("ok");
    expect(verdictOf([cas("a", [0, 1], 0, 1)])).toBe("illegal");
  });

  it("refuses to judge an operation it does not know", () => {
    const unknown = { ...write("a", [0, 1], 1), op: "append" };
    expect(() => verdictOf([unknown])).toThrow('no operation "append"');
  });
});

it("follows a history of thousands of operations on one key", () => {
  const length = isLong ? 5000 : 2000;
  const history = Array.from({ length }, (_, n) => {
    const times: Times = [n * 10, n * 10 + 12];
    return n % 2 === 0 ? write("a", times, n) : read("b", times, n - 1);
  });
  expect(verdictOf(history)).toBe("ok");
  expect(
    verdictOf([...history, read("b", [200_000, 200_001], 1)]),
  ).toBe("illegal");
});

describe("the counter-example", () => {
  it("is the shortest illegal beginning, with what found no place", () => {
    const stale = read("b", [4, 5], 1);
    const history = [
      write("a", [0, 1], 1),
      write("a", [2, 3], 2),
      stale,
      write("a", [6, 7], 3),
      read("b", [8, 9], 3),
    ];
    const found = checkLinearizable(kv, history);
    if (found.verdict !== "illegal") throw new Error(found.verdict);
    const { operations, placed, unplaced, part } = found.counterExample;
    expect(part).toBe('"x"');
    expect(operations).toEqual(history.slice(0, 3));
    expect(placed).toEqual(history.slice(0, 2));
    expect(unplaced).toEqual([stale]);
  });
});

const value = fc.integer({ min: 0, max: 2 });
const times = fc
  .tuple(fc.nat(12), fc.nat(8), fc.nat(4))
  .map(
    ([invokeMs, forMs, luck]): Times => [
      invokeMs,
      luck === 0 ? null : invokeMs + forMs,
    ],
  );
const anyOperation = fc.oneof(
  fc.tuple(times, value).map(([t, v]) => write("p", t, v)),
  fc.tuple(times, value).map(([t, v]) => read("p", t, v)),
  fc.tuple(times, value, value).map(([t, v, w]) => cas("p", t, v, w)),
  fc
    .tuple(times, value, value)
    .map(([t, v, w]) => cas("p", [t[0], t[1] ?? 20], v, w, 22)),
  times.map(([at, end]) => missing("p", [at, end ?? 20])),
);

const anyHistory = fc
  .array(anyOperation, { maxLength: 6 })
  .map((some) => some.map((o, at) => ({ ...o, process: `p${at}` })));

describe("against brute force", () => {
  it("gives the verdict of trying all orders", () => {
    const verdicts = new Set<string>();
    fc.assert(
      fc.property(anyHistory, (history) => {
        const expected = someOrderIsLegal(history) ? "ok" : "illegal";
        verdicts.add(expected);
        expect(verdictOf(history)).toBe(expected);
      }),
      { numRuns: isLong ? 20_000 : 1500, seed: 11 },
    );
    // Both verdicts came up, or the comparison was worth nothing.
    expect([...verdicts].sort()).toEqual(["illegal", "ok"]);
  });

  it("gives a counter-example that is illegal by brute force", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const found = checkLinearizable(kv, history);
        if (found.verdict !== "illegal") return;
        const { operations, unplaced } = found.counterExample;
        expect(someOrderIsLegal(operations)).toBe(false);
        expect(unplaced.length).toBeGreaterThan(0);
      }),
      { numRuns: isLong ? 5000 : 500, seed: 12 },
    );
  });
});

describe("the smallest counter-example", () => {
  /**
   * Clients that overlap, each operation done at one instant within it;
   * each value is written once.
   */
  function executed(seed: number, count: number, clients = 4) {
    const free = Array.from({ length: clients }, () => 0);
    const plans = Array.from({ length: count }, (_, n) => {
      const dice = stream(seed, n);
      const client = n % clients;
      const invokeMs = (free[client] ?? 0) + intBetween(dice, 0, 4);
      const forMs = intBetween(stream(dice, 1), 1, 20);
      const partMs = intBetween(stream(dice, 2), 0, forMs - 1);
      const atMs = invokeMs + partMs + 0.5;
      const isWrite =
        n === 0 || intBetween(stream(dice, 3), 0, 1) === 0;
      free[client] = invokeMs + forMs + 1;
      const returnMs = invokeMs + forMs;
      return { client, invokeMs, returnMs, atMs, isWrite, n };
    });
    let held: Json | undefined;
    return plans
      .toSorted(
        (one, other) => one.atMs - other.atMs || one.n - other.n,
      )
      .map(({ client, invokeMs, returnMs, isWrite, n }) => {
        const times: Times = [invokeMs, returnMs];
        if (isWrite) held = n;
        if (isWrite) return write(`c${client}`, times, n);
        return held === undefined
          ? missing(`c${client}`, times)
          : read(`c${client}`, times, held);
      })
      .toSorted((one, other) => one.invokeMs - other.invokeMs);
  }

  /** Ways to spoil a legal history, at a place; null where none fits. */
  type Spoil = (
    history: readonly Operation[],
    at: number,
  ) => Operation[];
  const spoils: readonly (readonly [string, Spoil])[] = [
    [
      "a read of an old value",
      (history, at) => {
        const place = history.findIndex(
          ({ result }, i) => i >= at && result?.type === "read_ok",
        );
        const old = history.find(({ op }) => op === "write");
        return history.map((one, i) =>
          i === place && old
            ? {
                ...one,
                result: { type: "read_ok", value: old.args.value ?? 0 },
              }
            : one,
        );
      },
    ],
    [
      "a write that was read and is not there",
      (history, at) => {
        const read = history.find(
          ({ result }, i) => i >= at && result?.type === "read_ok",
        );
        return history.filter(
          ({ op, args }) =>
            op !== "write" || args.value !== read?.result?.value,
        );
      },
    ],
    [
      "a read that returned before its write was called",
      (history, at) => {
        const place = history.findIndex(
          ({ result }, i) => i >= at && result?.type === "read_ok",
        );
        const { result, invokeMs = 0 } = history[place] ?? {};
        const seen = history.findIndex(
          ({ op, args }) =>
            op === "write" && args.value === result?.value,
        );
        const early = Math.min(invokeMs, history[seen]?.invokeMs ?? 0);
        return history.map((one, i) =>
          i === place
            ? {
                ...one,
                process: "early",
                invokeMs: early - 2,
                returnMs: early - 1,
              }
            : one,
        );
      },
    ],
  ];

  test.each(seeds(6))(
    "of legal histories there is none, seed %i",
    (seed) => {
      expect(verdictOf(executed(seed, 200))).toBe("ok");
    },
  );

  describe.each(spoils)("of %s", (_, spoil) => {
    test.each(seeds(8))("is illegal and minimal, seed %i", (seed) => {
      const found = checkLinearizable(
        kv,
        spoil(executed(seed, 60), 30),
      );
      if (found.verdict !== "illegal") throw new Error(found.verdict);
      const { operations, beginning, unplaced } = found.counterExample;
      expect(operations.length).toBeLessThanOrEqual(8);
      expect(someOrderIsLegal(operations)).toBe(false);
      expect(unplaced.length).toBeGreaterThan(0);
      for (const one of operations) {
        expect(beginning).toContain(one);
        expect(someOrderIsLegal(withoutOne(operations, one))).toBe(
          true,
        );
      }
    });

    it("is found among thousands", () => {
      const history = spoil(executed(3, isLong ? 20_000 : 3000), 2000);
      const found = checkLinearizable(kv, history);
      if (found.verdict !== "illegal") throw new Error(found.verdict);
      const { operations } = found.counterExample;
      expect(operations.length).toBeLessThanOrEqual(8);
      expect(someOrderIsLegal(operations)).toBe(false);
    });
  });

  it("keeps what a refused compare-and-set has seen", () => {
    const history = [
      write("a", [0, 1], 7),
      read("a", [2, 3], 7),
      write("a", [4, 5], 0),
      cas("b", [6, 7], 0, 1, 22),
    ];
    const found = checkLinearizable(kv, history);
    if (found.verdict !== "illegal") throw new Error(found.verdict);
    const { operations, beginning } = found.counterExample;
    expect(beginning).toEqual(history);
    expect(operations).toEqual([history[0], history[2], history[3]]);
  });

  it("is a beginning where the model tells no traces", () => {
    const { traces: _none, ...model } = kv;
    const history = [
      write("a", [0, 1], 1),
      write("a", [2, 3], 2),
      read("b", [4, 5], 2),
      read("b", [6, 7], 1),
      read("b", [8, 9], 2),
    ];
    const found = checkLinearizable(model, history);
    if (found.verdict !== "illegal") throw new Error(found.verdict);
    const { operations, beginning } = found.counterExample;
    expect(operations).toEqual(history.slice(0, 4));
    expect(beginning).toEqual(operations);
  });

  it("does not blame an instant for what was called at it", () => {
    // The read is right: the write was called at that very time.
    const instant = read("a", [5, 5], 1);
    const history = [
      instant,
      write("b", [5, 9], 1),
      read("c", [10, 11], 2),
    ];
    const found = checkLinearizable(kv, history);
    if (found.verdict !== "illegal") throw new Error(found.verdict);
    expect(found.counterExample.operations).toEqual([history[2]]);
  });

  it("proves by brute force that the whole history is illegal", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const found = checkLinearizable(kv, history);
        if (found.verdict !== "illegal") return;
        const { operations } = found.counterExample;
        expect(someOrderIsLegal(operations)).toBe(false);
        // What is taken out and put back makes nothing legal.
        const rest = history.filter((one) =>
          operations.every(({ process }) => process !== one.process),
        );
        for (const one of rest) {
          if (one.outcome === "info") continue;
          expect(someOrderIsLegal([...operations, one])).toBe(false);
        }
      }),
      { numRuns: isLong ? 5000 : 500, seed: 13 },
    );
  });

  function withoutOne(some: readonly Operation[], one: Operation) {
    const value = one.op === "write" ? one.args.value : undefined;
    return some.filter(
      (other) =>
        other !== one &&
        (value === undefined || other.result?.value !== value),
    );
  }
});

/** All subsets of the unanswered, all orders, each tried in full. */
function someOrderIsLegal(history: readonly Operation[]): boolean {
  const completed = history.filter((o) => o.outcome !== "info");
  const unanswered = history.filter((o) => o.outcome === "info");
  return subsets(unanswered).some((some) =>
    orders([...completed, ...some]).some(isLegal),
  );
}

function isLegal(order: readonly Operation[]): boolean {
  const keepsTime = order.every((one, at) =>
    order.slice(at + 1).every((later) => !precedes(later, one)),
  );
  if (!keepsTime) return false;
  let cell: Cell | undefined = [];
  for (const operation of order) {
    cell = cell && kv.step(cell, operation)?.state;
    // An answer nobody saw says nothing: a read of it always fits.
    if (operation.op === "read" && operation.outcome === "info") {
      return false;
    }
  }
  return cell !== undefined;
}

/** Of different processes: back before that call. */
function precedes(one: Operation, other: Operation): boolean {
  return (one.returnMs ?? Infinity) < other.invokeMs;
}
