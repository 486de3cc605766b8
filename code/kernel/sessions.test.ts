import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Operation } from "./history.ts";
import { checkLinearizable } from "./linearizable.ts";
import { type Cell, kv, register } from "./models.ts";
import type { Json } from "./node.ts";
import { orders, subsets } from "./serializable-brute.scenario.ts";
import { checkSession, type Guarantee } from "./sessions.ts";
import { checkCausal } from "./sessions-causal.ts";
import { checkPram, checkSequential } from "./sessions-sequential.ts";

let clockMs = 0;

/** One after the other, in the order of the calls below. */
function write(
  process: string,
  key: string,
  value: Json,
  version = 0,
): Operation {
  const invokeMs = clockMs++;
  const result = { type: "write_ok", version };
  const args = { key, value };
  return {
    process,
    op: "write",
    args,
    invokeMs,
    returnMs: invokeMs + 0.5,
    result,
    outcome: "ok",
  };
}

function read(
  process: string,
  key: string,
  value: Json,
  version = 0,
): Operation {
  const one = write(process, key, value, version);
  return {
    ...one,
    op: "read",
    args: { key },
    result: { type: "read_ok", value, version },
  };
}

describe("the four guarantees of a session (Terry et al. 1994)", () => {
  const strips: readonly (readonly [
    Guarantee,
    Operation[],
    Operation[],
  ])[] = [
    [
      "read-your-writes",
      [write("a", "x", "v", 5), read("a", "x", "v", 5)],
      [write("a", "x", "v", 5), read("a", "x", "u", 4)],
    ],
    [
      "monotonic-reads",
      [read("a", "x", "v", 5), read("a", "x", "v", 5)],
      [read("a", "x", "v", 5), read("a", "x", "u", 4)],
    ],
    [
      "monotonic-writes",
      [write("a", "x", "v", 5), write("a", "x", "u", 6)],
      [write("a", "x", "v", 5), write("a", "x", "u", 5)],
    ],
    [
      "writes-follow-reads",
      [read("a", "x", "v", 5), write("a", "x", "u", 6)],
      [read("a", "x", "v", 5), write("a", "x", "u", 5)],
    ],
  ];

  it.each(strips)("%s: at the boundary", (guarantee, kept, broken) => {
    expect(checkSession(guarantee, kept).verdict).toBe("ok");
    const found = checkSession(guarantee, broken);
    if (found.verdict !== "illegal") throw new Error(found.verdict);
    expect([found.earlier, found.later]).toEqual(broken);
    expect(found.guarantee).toBe(guarantee);
  });

  it.each(strips)("%s: is broken alone", (guarantee, _, broken) => {
    for (const [other] of strips) {
      const expected = other === guarantee ? "illegal" : "ok";
      expect(checkSession(other, broken).verdict).toBe(expected);
    }
  });

  it("concern one session and one key", () => {
    const history = [
      write("a", "x", "v", 5),
      read("b", "x", "u", 4),
      read("a", "y", "u", 1),
    ];
    for (const [guarantee] of strips) {
      expect(checkSession(guarantee, history).verdict).toBe("ok");
    }
  });

  it("compare with the newest version, and tell it in words", () => {
    const history = [
      read("a", "x", "w", 7),
      read("b", "x", "v", 1),
      read("a", "x", "v", 7),
      read("a", "x", "u", 6),
    ];
    expect(checkSession("monotonic-reads", history)).toMatchObject({
      earlier: history[0],
      later: history[3],
      explanation: "a read version 7 of x, and later read version 6.",
    });
  });

  it("are unknown without versions; unanswered calls say nothing", () => {
    const bare = { ...read("a", "x", 1), result: { type: "read_ok" } };
    const found = checkSession("monotonic-reads", [bare]);
    expect(found.verdict).toBe("unknown");
    const open = { ...bare, outcome: "info" as const };
    expect(checkSession("monotonic-reads", [open]).verdict).toBe("ok");
  });
});

describe("causal consistency (Bouajjani et al. 2017)", () => {
  const verdictOf = (history: readonly Operation[]) => {
    const found = checkCausal(history);
    return found.verdict === "illegal" ? found.anomaly : found.verdict;
  };

  it("lets concurrent writes be seen in different orders", () => {
    const history = [
      write("a", "x", 1),
      write("b", "x", 2),
      read("c", "x", 1),
      read("c", "x", 2),
      read("d", "x", 2),
      read("d", "x", 1),
    ];
    expect(verdictOf(history)).toBe("ok");
    expect(checkSequential(kv, history).verdict).toBe("illegal");
  });

  it("refuses an answer without its question", () => {
    const asked = write("a", "x", "question");
    const seen = read("b", "x", "question");
    const answered = write("b", "y", "answer");
    const history = [asked, seen, answered, read("c", "y", "answer")];
    const late = [...history, read("c", "x", "question")];
    expect(verdictOf(late)).toBe("ok");
    const never = [...history, read("c", "x", null)];
    expect(verdictOf(never)).toBe("initial-read");
  });

  it("refuses what a known write has overwritten", () => {
    const history = [
      write("a", "x", 1),
      write("a", "x", 2),
      read("b", "x", 2),
    ];
    expect(verdictOf(history)).toBe("ok");
    const back = [...history, read("b", "x", 1)];
    expect(verdictOf(back)).toBe("overwritten-read");
    const found = checkCausal(back);
    if (found.verdict !== "illegal") throw new Error(found.verdict);
    expect(found.operations).toEqual([back[0], back[1], back[3]]);
  });

  it("knows thin air, circles, and values written twice", () => {
    expect(verdictOf([read("a", "x", 1)])).toBe("thin-air-read");
    const circle = [
      read("a", "x", 1),
      write("a", "y", 1),
      read("b", "y", 1),
      write("b", "x", 1),
    ];
    expect(verdictOf(circle)).toBe("cyclic-causal-order");
    const twice = [write("a", "x", 1), write("b", "x", 1)];
    expect(verdictOf(twice)).toBe("unknown");
    const none = [write("a", "x", null), read("a", "x", null)];
    expect(verdictOf(none)).toBe("unknown");
  });
});

describe("causal consistency, checked", () => {
  const anyOp = fc.record({
    process: fc.constantFrom("a", "b", "c"),
    key: fc.constantFrom("x", "y"),
    kind: fc.constantFrom("read", "read", "write", "lost"),
    seen: fc.nat(5),
  });

  /** Values written once a key; reads see one of them, or nothing. */
  const anyHistory = fc.array(anyOp, { maxLength: 8 }).map((drawn) => {
    const isWrite = ({ kind }: { kind: string }) => kind !== "read";
    return drawn.map((one, at) => {
      const { process, key, kind, seen } = one;
      if (isWrite(one)) {
        const made = write(process, key, at);
        const open = {
          returnMs: null,
          result: null,
          outcome: "info" as const,
        };
        return kind === "lost" ? { ...made, ...open } : made;
      }
      const values = drawn.flatMap((other, n) =>
        isWrite(other) && other.key === key ? [n] : [],
      );
      return read(
        process,
        key,
        values[seen % (values.length + 1)] ?? null,
      );
    });
  });

  it("agrees with trying all orders of what each read knows", () => {
    const count = { ok: 0, illegal: 0, unknown: 0 };
    fc.assert(
      fc.property(anyHistory, (history) => {
        const found = checkCausal(history);
        count[found.verdict] += 1;
        expect(found.verdict).toBe(
          isCausal(history) ? "ok" : "illegal",
        );
        if (found.verdict !== "illegal") return;
        const { smallest, operations } = found;
        expect(isCausal(smallest)).toBe(false);
        for (const one of operations) expect(smallest).toContain(one);
        for (const one of smallest) {
          const fewer = smallest.filter(
            (other) =>
              other !== one &&
              (one.op !== "write" ||
                other.result?.value !== one.args.value),
          );
          expect(isCausal(fewer)).toBe(true);
        }
      }),
      { numRuns: 1500, seed: 6 },
    );
    expect(Math.min(count.ok, count.illegal)).toBeGreaterThan(200);
    expect(count.unknown).toBe(0);
  });

  /** Each read alone: some order of what it knows ends in what it saw. */
  function isCausal(history: readonly Operation[]): boolean {
    const isCause = (one: Operation, other: Operation) => {
      const isSession =
        one.process === other.process &&
        one.outcome === "ok" &&
        one.invokeMs < other.invokeMs;
      const isSource =
        one.op === "write" &&
        other.op === "read" &&
        one.args.key === other.args.key &&
        one.args.value === other.result?.value;
      return isSession || isSource;
    };
    const past = (one: Operation) => {
      const found = new Set<Operation>();
      const open = [one];
      for (let next = open.pop(); next; next = open.pop()) {
        for (const other of history) {
          if (found.has(other) || !isCause(other, next)) continue;
          found.add(other);
          open.push(other);
        }
      }
      return found;
    };
    const pasts = new Map(history.map((one) => [one, past(one)]));
    return history.every((one) => {
      const known = pasts.get(one) ?? new Set();
      if (known.has(one)) return false;
      if (one.op !== "read") return true;
      const writes = [...known].filter(
        ({ op, args }) => op === "write" && args.key === one.args.key,
      );
      return orders(writes).some((order) => {
        const keepsCauses = order.every((write, at) =>
          order
            .slice(at + 1)
            .every((later) => !pasts.get(write)?.has(later)),
        );
        const held = order.at(-1)?.args.value ?? null;
        return keepsCauses && held === (one.result?.value ?? null);
      });
    });
  }

  it("of thousands, through one reader of the one before it", () => {
    const history = Array.from({ length: 3000 }, (_, n) => {
      const process = `p${(n >> 1) % 40}`;
      const key = `k${n % 7}`;
      if (n % 2 === 1) return write(process, key, n);
      return n === 0
        ? read(process, "k0", null)
        : read(process, `k${(n - 1) % 7}`, n - 1);
    });
    expect(checkCausal(history).verdict).toBe("ok");
    const found = checkCausal([...history, read("p39", "k1", 1)]);
    if (found.verdict !== "illegal") throw new Error(found.verdict);
    expect(found.anomaly).toBe("overwritten-read");
    expect(found.smallest.length).toBeLessThan(100);
  });
});

describe("PRAM (Lipton and Sandberg 1988)", () => {
  it("lets two processes see two orders, but none of them go back", () => {
    const history = [
      write("a", "x", 1),
      write("b", "x", 2),
      read("c", "x", 1),
      read("c", "x", 2),
      read("d", "x", 2),
      read("d", "x", 1),
    ];
    expect(checkPram(kv, history).verdict).toBe("ok");
    const back = [...history, read("d", "x", 2)];
    expect(checkPram(kv, back).verdict).toBe("illegal");
  });

  it("forgets how another process knew: that is causality", () => {
    const history = [
      write("a", "x", 1),
      read("b", "x", 1),
      write("b", "x", 2),
      read("c", "x", 2),
      read("c", "x", 1),
    ];
    expect(checkPram(kv, history).verdict).toBe("ok");
    expect(checkCausal(history).verdict).toBe("illegal");
  });

  it("keeps the order in which each process wrote", () => {
    const history = [
      write("a", "x", 1),
      write("a", "y", 2),
      read("b", "y", 2),
    ];
    const seen = [...history, read("b", "x", 1)];
    expect(checkPram(kv, seen).verdict).toBe("ok");
    const missing = {
      ...read("b", "x", null),
      result: { type: "error", code: 20 },
      outcome: "fail" as const,
    };
    const found = checkPram(kv, [...history, missing]);
    if (found.verdict !== "illegal") throw new Error(found.verdict);
    expect(found.counterExample.operations).toEqual([
      ...history,
      missing,
    ]);
  });

  it("gives up as unknown", () => {
    const history = [write("a", "x", 1), read("b", "x", 1)];
    expect(checkPram(kv, history, 1).verdict).toBe("unknown");
  });
});

describe("sequential consistency (Lamport 1979)", () => {
  it("lets a whole process be late; linearizability does not", () => {
    const history = [write("a", "x", 1), read("b", "x", null)];
    const model = register();
    expect(checkSequential(model, history).verdict).toBe("ok");
    expect(checkLinearizable(model, history).verdict).toBe("illegal");
  });

  it("is not local: each key alone may be right, both together not", () => {
    // Dekker's: of two that write and then look, one sees the other.
    const missing = { type: "error", code: 20 };
    const none = (process: string, key: string): Operation => ({
      ...read(process, key, null),
      result: missing,
      outcome: "fail",
    });
    const history = [
      write("a", "x", 1),
      none("a", "y"),
      write("b", "y", 1),
      none("b", "x"),
    ];
    expect(checkSequential(kv, history).verdict).toBe("illegal");
    for (const key of ["x", "y"]) {
      const alone = history.filter(({ args }) => args.key === key);
      expect(checkSequential(kv, alone).verdict).toBe("ok");
    }
  });

  it("gives up as unknown", () => {
    const history = [
      write("a", "x", 1),
      write("b", "x", 2),
      read("c", "x", 3),
    ];
    expect(checkSequential(kv, history, 2)).toEqual({
      verdict: "unknown",
      steps: 2,
    });
    expect(checkSequential(kv, history).verdict).toBe("illegal");
  });

  it("lets a write without answer be late, but not early", () => {
    const open = { returnMs: null, result: null } as const;
    const lost = (): Operation => ({
      ...write("a", "x", 1),
      ...open,
      outcome: "info",
    });
    const late = [lost(), write("a", "x", 2), read("b", "x", 2)];
    const seen = [...late, read("b", "x", 1)];
    expect(checkSequential(kv, seen).verdict).toBe("ok");
    // Nobody reads what it will write only after it was told so.
    const early = [read("a", "x", 1), lost()];
    expect(checkSequential(kv, early).verdict).toBe("illegal");
    expect(checkPram(kv, early).verdict).toBe("illegal");
  });

  it("agrees with trying all orders", () => {
    const value = fc.integer({ min: 0, max: 1 });
    const anyOp = fc.record({
      process: fc.constantFrom("a", "b", "c"),
      key: fc.constantFrom("x", "y"),
      kind: fc.constantFrom("read", "write", "lost"),
      value,
    });
    const count = { ok: 0, illegal: 0, unknown: 0 };
    fc.assert(
      fc.property(fc.array(anyOp, { maxLength: 6 }), (drawn) => {
        const history = drawn.map(({ process, key, kind, value }) => {
          if (kind === "read") return read(process, key, value);
          const one = write(process, key, value);
          const open = {
            returnMs: null,
            result: null,
            outcome: "info" as const,
          };
          return kind === "lost" ? { ...one, ...open } : one;
        });
        const found = checkSequential(kv, history).verdict;
        count[found] += 1;
        expect(found).toBe(someOrder(history) ? "ok" : "illegal");
        const verdict = checkSequential(kv, history);
        if (verdict.verdict !== "illegal") return;
        const { operations, unplaced } = verdict.counterExample;
        expect(someOrder(operations)).toBe(false);
        expect(unplaced.length).toBeGreaterThan(0);
        for (const one of operations) {
          const fewer = operations.filter(
            (other) =>
              other !== one &&
              (one.op !== "write" ||
                other.args.key !== one.args.key ||
                other.result?.value !== one.args.value),
          );
          expect(someOrder(fewer)).toBe(true);
        }
      }),
      { numRuns: 400, seed: 3 },
    );
    expect(Math.min(count.ok, count.illegal)).toBeGreaterThan(40);
  });

  function someOrder(history: readonly Operation[]): boolean {
    const sure = history.filter(({ outcome }) => outcome === "ok");
    const lost = history.filter(({ outcome }) => outcome === "info");
    return subsets(lost).some((some) =>
      orders([...sure, ...some]).some(isLegal),
    );
  }

  function isLegal(order: readonly Operation[]): boolean {
    const cells = new Map<string, Cell>();
    for (const [at, one] of order.entries()) {
      const isLate = order
        .slice(at + 1)
        .some(
          (later) =>
            later.process === one.process &&
            later.invokeMs < one.invokeMs &&
            later.outcome === "ok",
        );
      const key = String(one.args.key);
      const next = kv.step(cells.get(key) ?? [], one);
      if (isLate || next === null) return false;
      cells.set(key, next.state);
    }
    return true;
  }
});
