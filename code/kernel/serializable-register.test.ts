import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { someOrderExplains } from "./serializable-brute.scenario.ts";
import type { Level } from "./serializable-cycles.ts";
import type {
  RegisterOp,
  Transaction,
} from "./serializable-history.ts";
import { checkRwRegister } from "./serializable-register.ts";

/** `LONG=1` draws more histories. */
const isLong = process.env.LONG === "1";

const levels: readonly Level[] = [
  "read-committed",
  "snapshot-isolation",
  "serializable",
  "strict-serializable",
];

type Txn = Transaction<RegisterOp>;

function txn(process: string, ...ops: RegisterOp[]): Txn {
  return { process, invokeMs: 0, returnMs: 9, ops, outcome: "ok" };
}

function verdicts(history: readonly Txn[]): string[] {
  return levels.map((level) => {
    const found = checkRwRegister(history, { level });
    return found.verdict === "illegal" ? found.anomaly : found.verdict;
  });
}

describe("registers of known verdict", () => {
  it("knows write skew: two that read both and write one each", () => {
    const skew = [
      txn("a", ["r", "x", null], ["r", "y", null], ["w", "x", 1]),
      txn("b", ["r", "x", null], ["r", "y", null], ["w", "y", 2]),
    ];
    expect(verdicts(skew)).toEqual(["ok", "ok", "G2-item", "G2-item"]);
  });

  it("knows a lost update", () => {
    const lost = [
      txn("a", ["r", "x", null], ["w", "x", 1]),
      txn("b", ["r", "x", null], ["w", "x", 2]),
    ];
    const [committed, ...others] = verdicts(lost);
    expect(committed).toBe("ok");
    expect(others).toEqual(others.map(() => "lost-update"));
  });

  it("tries both orders of writes that nobody read over", () => {
    const both = [txn("a", ["w", "x", 1]), txn("b", ["w", "x", 2])];
    for (const seen of [1, 2]) {
      const reader = txn("c", ["r", "x", seen]);
      expect(verdicts([...both, reader])).toEqual(
        levels.map(() => "ok"),
      );
    }
  });

  it("knows aborted, intermediate, invented and own reads", () => {
    const aborted: Txn = {
      ...txn("a", ["w", "x", 1]),
      outcome: "fail",
    };
    const reader = txn("b", ["r", "x", 1]);
    expect(verdicts([aborted, reader])).toEqual(
      levels.map(() => "G1a"),
    );
    const twice = txn("a", ["w", "x", 1], ["w", "x", 2]);
    expect(verdicts([twice, reader])).toEqual(levels.map(() => "G1b"));
    expect(verdicts([reader])).toEqual(
      levels.map(() => "garbage-read"),
    );
    const wrong = txn("a", ["w", "x", 1], ["r", "x", null]);
    expect(verdicts([wrong])).toEqual(levels.map(() => "internal"));
    const future = txn("a", ["r", "x", 1], ["w", "x", 1]);
    expect(verdicts([future])).toEqual(levels.map(() => "internal"));
  });

  it("does not judge where null may be a value or none", () => {
    // Serial: b, then a. Taken for a read of what a wrote, it is not.
    const history = [
      txn("a", ["w", "y", 1], ["w", "x", null]),
      txn("b", ["r", "y", null], ["r", "x", null]),
    ];
    expect(verdicts(history)).toEqual(levels.map(() => "unknown"));
  });

  it("does not judge values that were written twice", () => {
    const twice = [txn("a", ["w", "x", 1]), txn("b", ["w", "x", 1])];
    expect(verdicts(twice)).toEqual(levels.map(() => "unknown"));
  });
});

describe("against brute force (Crooks et al. 2017)", () => {
  const anyOp = fc.record({
    isRead: fc.boolean(),
    key: fc.constantFrom("x", "y"),
    seen: fc.nat(30),
  });
  const anyTransaction = fc.record({
    ops: fc.array(anyOp, { minLength: 1, maxLength: 3 }),
    invokeMs: fc.nat(6),
    forMs: fc.nat(4),
    process: fc.constantFrom("a", "b"),
    fate: fc.nat(19),
  });
  const anyHistory = fc
    .array(anyTransaction, { minLength: 1, maxLength: 5 })
    .map((drawn): readonly Txn[] => {
      let value = 0;
      const asked = drawn.map(({ ops, ...rest }) => {
        const numbered = ops.map((op) => ({ ...op, value: ++value }));
        return { ...rest, ops: numbered };
      });
      const written = (key: string) =>
        asked
          .flatMap(({ ops }) => ops)
          .filter((op) => !op.isRead && op.key === key);
      return asked.map(({ ops, invokeMs, forMs, process, fate }) => {
        const outcome = fate === 0 ? "fail" : fate < 3 ? "info" : "ok";
        const own = new Map<string, number>();
        const done = ops.map(
          ({ isRead, key, seen, value }): RegisterOp => {
            if (!isRead) own.set(key, value);
            if (!isRead) return ["w", key, value];
            const some = written(key);
            const any = some[seen % (some.length + 1)]?.value ?? null;
            return ["r", key, seen === 1 ? any : (own.get(key) ?? any)];
          },
        );
        const returnMs = outcome === "info" ? null : invokeMs + forMs;
        return { process, invokeMs, returnMs, ops: done, outcome };
      });
    });

  it.each(levels)("gives its verdict on %s", (level) => {
    const count = { ok: 0, illegal: 0, unknown: 0 };
    fc.assert(
      fc.property(anyHistory, (history) => {
        const found = checkRwRegister(history, { level });
        count[found.verdict] += 1;
        if (found.verdict === "unknown") return;
        const expected = someOrderExplains(level, history);
        expect(found.verdict).toBe(expected ? "ok" : "illegal");
      }),
      { numRuns: isLong ? 5000 : 400, seed: 5 },
    );
    expect(count.unknown).toBe(0);
    expect(count.ok).toBeGreaterThan(30);
    expect(count.illegal).toBeGreaterThan(30);
  });
});
