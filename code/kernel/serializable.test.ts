import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { seeds } from "../seeds.ts";
import { intBetween, nextDice, stream } from "./random.ts";
import { checkListAppend } from "./serializable.ts";
import { someOrderExplains } from "./serializable-brute.scenario.ts";
import type { Level } from "./serializable-cycles.ts";
import type { ListOp, Transaction } from "./serializable-history.ts";

/** `LONG=1` draws more histories. */
const isLong = process.env.LONG === "1";

const levels: readonly Level[] = [
  "read-committed",
  "snapshot-isolation",
  "serializable",
  "strict-serializable",
];

/** Concurrent with all others, and committed. */
function txn(process: string, ...ops: ListOp[]): Transaction {
  return { process, invokeMs: 0, returnMs: 9, ops, outcome: "ok" };
}

function at(invokeMs: number, returnMs: number, one: Transaction) {
  return { ...one, invokeMs, returnMs };
}

/** At each level: ok, unknown, or the name of what was found. */
function verdicts(history: readonly Transaction[]): string[] {
  return levels.map((level) => {
    const found = checkListAppend(history, { level });
    return found.verdict === "illegal" ? found.anomaly : found.verdict;
  });
}

const every = (name: string) => levels.map(() => name);

describe("histories of known verdict (Adya 1999; Elle 2020)", () => {
  it("accepts the empty history, and a serial one", () => {
    expect(verdicts([])).toEqual(every("ok"));
    const serial = [
      at(0, 1, txn("a", ["append", "x", 1])),
      at(2, 3, txn("b", ["r", "x", [1]], ["append", "x", 2])),
      at(4, 5, txn("a", ["r", "x", [1, 2]])),
    ];
    expect(verdicts(serial)).toEqual(every("ok"));
  });

  it("G0: two write x and y in different orders", () => {
    const history = [
      txn("a", ["append", "x", 1], ["append", "y", 1]),
      txn("b", ["append", "x", 2], ["append", "y", 2]),
      txn("c", ["r", "x", [1, 2]], ["r", "y", [2, 1]]),
    ];
    expect(verdicts(history)).toEqual(every("G0"));
  });

  it("G1a: a read of what was aborted", () => {
    const aborted = txn("a", ["append", "x", 1]);
    const history: Transaction[] = [
      { ...aborted, outcome: "fail" },
      txn("b", ["r", "x", [1]]),
    ];
    expect(verdicts(history)).toEqual(every("G1a"));
    const blind = txn("b", ["r", "x", null]);
    expect(verdicts([{ ...aborted, outcome: "fail" }, blind])).toEqual(
      every("ok"),
    );
  });

  it("G1b: a read in the middle of a transaction", () => {
    const history = [
      txn("a", ["append", "x", 1], ["append", "x", 2]),
      txn("b", ["r", "x", [1]]),
    ];
    expect(verdicts(history)).toEqual(every("G1b"));
  });

  it("G1c: two that read each other's writes", () => {
    const history = [
      txn("a", ["append", "x", 1], ["r", "y", [1]]),
      txn("b", ["append", "y", 1], ["r", "x", [1]]),
    ];
    expect(verdicts(history)).toEqual(every("G1c"));
  });

  it("G-single, read skew: one sees half of another", () => {
    const history = [
      txn("a", ["append", "x", 1], ["append", "y", 1]),
      txn("b", ["r", "x", []], ["r", "y", [1]]),
    ];
    const [committed, ...above] = verdicts(history);
    expect(committed).toBe("ok");
    expect(above).toEqual(["G-single", "G-single", "G-single"]);
  });

  it("lost update: two read one version and both write the next", () => {
    const history = [
      txn("a", ["r", "x", []], ["append", "x", 1]),
      txn("b", ["r", "x", []], ["append", "x", 2]),
      txn("c", ["r", "x", [1, 2]]),
    ];
    const [committed, ...above] = verdicts(history);
    expect(committed).toBe("ok");
    expect(above).toEqual(Array(3).fill("lost-update"));
  });

  it("lost update: by that name too where nobody read after it", () => {
    const unread = [
      txn("a", ["r", "x", []], ["append", "x", 1]),
      txn("b", ["r", "x", []], ["append", "x", 2]),
    ];
    const [committed, ...others] = verdicts(unread);
    expect(committed).toBe("ok");
    expect(others).toEqual(others.map(() => "lost-update"));
  });

  it("null is an empty list to whoever committed", () => {
    const stale = [
      at(0, 1, txn("a", ["append", "x", 1])),
      at(2, 3, txn("b", ["r", "x", null])),
    ];
    expect(verdicts(stale).at(-1)).toBe("G-single-realtime");
  });

  it("G2-item, write skew: snapshot isolation lets it pass", () => {
    const history = [
      txn("a", ["r", "x", []], ["r", "y", []], ["append", "x", 1]),
      txn("b", ["r", "x", []], ["r", "y", []], ["append", "y", 1]),
    ];
    const [committed, snapshot, ...above] = verdicts(history);
    expect([committed, snapshot]).toEqual(["ok", "ok"]);
    expect(above).toEqual(["G2-item", "G2-item"]);
  });

  it("write skew on a key that both write is no snapshot, even unread", () => {
    const history = [
      txn("a", ["r", "x", []], ["append", "y", 1], ["append", "z", 1]),
      txn("b", ["r", "y", []], ["append", "x", 1], ["append", "z", 2]),
    ];
    const [committed, snapshot] = verdicts(history);
    expect(committed).toBe("ok");
    expect(snapshot).toBe("G-single");
  });

  it("the read-only anomaly (Fekete, O'Neil and O'Neil 2004)", () => {
    // y: savings, x: checking. The reader alone makes it illegal.
    const history = [
      txn("deposit", ["r", "y", []], ["append", "y", 20]),
      txn(
        "withdraw",
        ["r", "x", []],
        ["r", "y", []],
        ["append", "x", -11],
      ),
      txn("report", ["r", "x", []], ["r", "y", [20]]),
    ];
    const [, snapshot, ...above] = verdicts(history);
    expect(snapshot).toBe("ok");
    expect(above).toEqual(["G2-item", "G2-item"]);
    expect(verdicts(history.slice(0, 2))).toEqual(every("ok"));
  });

  it("long fork: two see two writes in different orders", () => {
    const history = [
      txn("a", ["append", "x", 1]),
      txn("b", ["append", "y", 1]),
      txn("c", ["r", "x", [1]], ["r", "y", []]),
      txn("d", ["r", "x", []], ["r", "y", [1]]),
    ];
    const [committed, ...above] = verdicts(history);
    expect(committed).toBe("ok");
    expect(above).toEqual(Array(3).fill("G-nonadjacent"));
  });

  it("only the strict level minds a stale read", () => {
    const write = txn("a", ["append", "x", 1]);
    const stale = txn("b", ["r", "x", []]);
    const late = [at(0, 1, write), at(2, 3, stale)];
    expect(verdicts(late)).toEqual([
      "ok",
      "ok",
      "ok",
      "G-single-realtime",
    ]);
    // Called when the other returned: perhaps before that.
    expect(verdicts([at(0, 2, write), at(2, 3, stale)])[3]).toBe("ok");
    expect(verdicts([at(0, 2, write), at(1, 3, stale)])[3]).toBe("ok");
    expect(verdicts([at(2, 2, write), at(2, 3, stale)])[3]).toBe("ok");
    const own = { ...stale, process: "a" };
    expect(verdicts([at(2, 2, write), at(2, 3, own)])[3]).toBe(
      "G-single-realtime",
    );
  });

  it("what nobody saw returning has happened once it was read", () => {
    const open: Transaction = {
      ...txn("a", ["append", "x", 1], ["append", "y", 1]),
      outcome: "info",
      returnMs: null,
    };
    const none = txn("b", ["r", "x", []], ["r", "y", []]);
    expect(verdicts([open, none])).toEqual(every("ok"));
    const half = txn("b", ["r", "x", [1]], ["r", "y", []]);
    expect(verdicts([open, half])).toEqual([
      "ok",
      "G-single",
      "G-single",
      "G-single",
    ]);
  });

  it("garbage, duplicates, and lists that do not grow", () => {
    const one = txn("a", ["append", "x", 1]);
    const two = txn("b", ["append", "x", 2]);
    const read = (...list: number[]) => txn("c", ["r", "x", list]);
    expect(verdicts([one, read(7)])).toEqual(every("garbage-read"));
    expect(verdicts([one, read(1, 1)])).toEqual(
      every("duplicate-elements"),
    );
    expect(verdicts([one, two, read(1, 2), read(2)])).toEqual(
      every("incompatible-order"),
    );
    expect(verdicts([one, one])).toEqual(every("unknown"));
  });

  it("a transaction that contradicts itself", () => {
    const blind = txn("a", ["append", "x", 1], ["r", "x", []]);
    expect(verdicts([blind])).toEqual(every("internal"));
    const future = txn("a", ["r", "x", [1]], ["append", "x", 1]);
    expect(verdicts([future])).toEqual(every("internal"));
    const fuzzy = txn("b", ["r", "x", []], ["r", "x", [1]]);
    const history = [txn("a", ["append", "x", 1]), fuzzy];
    const [committed, ...above] = verdicts(history);
    expect(committed).toBe("ok");
    expect(above).toEqual(Array(3).fill("internal"));
  });

  it("keys and values are compared by structure", () => {
    const one = { a: 1, b: [2] };
    const same = { b: [2], a: 1 };
    const history = [
      at(0, 1, txn("a", ["append", one, one])),
      at(2, 3, txn("b", ["r", same, [same]])),
    ];
    expect(verdicts(history)).toEqual(every("ok"));
  });
});

describe("the cycle", () => {
  it("closes, is as short as can be, and is told in words", () => {
    const history = [
      txn("a", ["append", "x", 1], ["append", "y", 1]),
      txn("b", ["r", "x", []], ["r", "y", [1]]),
    ];
    const found = checkListAppend(history, { level: "serializable" });
    if (found.verdict !== "illegal") throw new Error(found.verdict);
    const hops = found.cycle.map(({ from, kind, to }) => [
      from,
      kind,
      to,
    ]);
    expect(hops).toEqual([
      [1, "rw", 0],
      [0, "wr", 1],
    ]);
    expect(found.involved).toEqual([1, 0]);
    expect(found.explanation).toBe(
      "T2 read x before anything, and T1 wrote 1.\n" +
        "T1 wrote 1 to y, which T2 read.",
    );
  });
});

describe("histories of an executor", () => {
  /** Thousands, several at a time, each done at one instant. */
  function executed(seed: number, count: number): Transaction[] {
    const lists = new Map<number, number[]>();
    let value = 0;
    return Array.from({ length: count }, (_, n) => {
      const ops = [0, 1, 2].map((place): ListOp => {
        const dice = stream(seed, 3 * n + place);
        // New keys come as old ones fill up.
        const key = Math.floor(n / 200) + intBetween(dice, 0, 3);
        const list = lists.get(key) ?? [];
        if (intBetween(nextDice(dice), 0, 1) === 0)
          return ["r", key, list];
        lists.set(key, [...list, ++value]);
        return ["append", key, value];
      });
      const early = intBetween(stream(seed, -n), 0, 30);
      const times = { invokeMs: n * 10 - early, returnMs: n * 10 + 31 };
      const isLost = n % 50 === 49;
      const returned = isLost ? { returnMs: null } : {};
      return {
        process: `p${n % 8}`,
        ...times,
        ...returned,
        ops: isLost ? ops.map(unseen) : ops,
        outcome: isLost ? "info" : "ok",
      };
    });
  }
  const unseen = (op: ListOp): ListOp =>
    op[0] === "r" ? ["r", op[1], null] : op;

  test.each(seeds(3))("are ok at every level, seed %i", (seed) => {
    expect(verdicts(executed(seed, 300))).toEqual(every("ok"));
  });

  test.each(seeds(3))(
    "are not once a read is stale, seed %i",
    (seed) => {
      const history = executed(seed, 300);
      const isStale = (op: ListOp) =>
        op[0] === "r" && (op[2]?.length ?? 0) > 4;
      const place = history.findIndex(({ ops }) => ops.some(isStale));
      const stale = history.map((one, at): Transaction => {
        if (at !== place) return one;
        const ops = one.ops.map(
          (op): ListOp => (isStale(op) ? ["r", op[1], []] : op),
        );
        return { ...one, ops };
      });
      expect(place).toBeGreaterThan(0);
      expect(verdicts(stale)[3]).not.toBe("ok");
    },
  );

  it("are checked by the thousand", () => {
    const history = executed(1, isLong ? 20_000 : 2000);
    const level = "strict-serializable";
    expect(checkListAppend(history, { level }).verdict).toBe("ok");
  });
});

describe("against brute force (Crooks et al. 2017)", () => {
  /** Who does what when; what is read is drawn from what is written. */
  const anyOp = fc.record({
    isRead: fc.boolean(),
    key: fc.constantFrom("x", "y"),
    seen: fc.nat(4),
    luck: fc.nat(40),
  });
  const anyTransaction = fc.record({
    ops: fc.array(anyOp, { minLength: 1, maxLength: 4 }),
    invokeMs: fc.nat(6),
    forMs: fc.nat(4),
    process: fc.constantFrom("a", "b"),
    fate: fc.nat(19),
  });
  const anyHistory = fc
    .array(anyTransaction, { minLength: 1, maxLength: 5 })
    .map((drawn): readonly Transaction[] => {
      const lists: { [key: string]: number[] } = { x: [], y: [] };
      let value = 0;
      const asked = drawn.map(({ ops, ...rest }) => ({
        ...rest,
        ops: ops.map((op) => ({ ...op, value: value++ })),
      }));
      for (const { ops, fate } of asked) {
        for (const { isRead, key, value, luck } of ops) {
          if (isRead || (fate === 0 && luck !== 1)) continue;
          const list = lists[key] ?? [];
          list.splice(luck < 8 ? luck : list.length, 0, value);
        }
      }
      return asked.map(({ ops, invokeMs, forMs, process, fate }) => {
        const outcome = fate === 0 ? "fail" : fate < 3 ? "info" : "ok";
        const own: { [key: string]: number[] } = {};
        const done = ops.map((op): ListOp => {
          const { isRead, key, seen, luck, value } = op;
          if (!isRead) {
            own[key] = [...(own[key] ?? []), value];
            return ["append", key, value];
          }
          if (outcome !== "ok") return ["r", key, null];
          const list = lists[key] ?? [];
          const others = list.filter((v) => !own[key]?.includes(v));
          if (luck === 0) return ["r", key, [...others].reverse()];
          const prefix = others.slice(0, seen);
          const isBlind = luck === 2;
          return [
            "r",
            key,
            [...prefix, ...(isBlind ? [] : (own[key] ?? []))],
          ];
        });
        const returnMs = outcome === "info" ? null : invokeMs + forMs;
        return { process, invokeMs, returnMs, ops: done, outcome };
      });
    });

  it.each(levels)("gives its verdict on %s", (level) => {
    const count = { ok: 0, illegal: 0, unknown: 0 };
    fc.assert(
      fc.property(anyHistory, (history) => {
        const found = checkListAppend(history, { level });
        count[found.verdict] += 1;
        const expected = someOrderExplains(level, history);
        expect(found.verdict).toBe(expected ? "ok" : "illegal");
      }),
      { numRuns: isLong ? 30_000 : 400, seed: 5 },
    );
    expect(count.ok).toBeGreaterThan(50);
    expect(count.illegal).toBeGreaterThan(50);
  });
});
