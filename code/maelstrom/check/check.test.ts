/** Checkers on histories whose verdict is known. */
import { describe, expect, it, test } from "vitest";
import type { Operation } from "../../kernel/history.ts";
import type { Body, Json } from "../../kernel/node.ts";
import { contractOf } from "../workloads.ts";
import { checkAnswered, checkForm } from "./answers.ts";
import { checks, checkWorkload } from "./check.ts";
import type { Finding } from "./finding.ts";

let clockMs = 0;

/** An operation that takes one millisecond, after all others so far. */
function op(asked: Body, told: Body | null, process = "c1"): Operation {
  clockMs += 2;
  const { type, ...args } = asked;
  const isError = told?.type === "error";
  const isDefinite = isError && told?.code !== 0;
  const outcome = told === null ? "info" : isDefinite ? "fail" : "ok";
  return {
    process,
    op: type,
    args,
    invokeMs: clockMs,
    returnMs: told === null ? null : clockMs + 1,
    result: told,
    outcome: isError && !isDefinite ? "info" : outcome,
  };
}

/** The same, but the answer comes after all that follows. */
function answeredLate(operation: Operation): Operation {
  return { ...operation, returnMs: Number.MAX_SAFE_INTEGER };
}

function whyOf(finding: Finding): string {
  return finding.verdict === "illegal" ? finding.why : finding.verdict;
}

describe("form", () => {
  const check = (told: Body) =>
    whyOf(
      checkForm(contractOf("g-set"), {
        all: [op({ type: "read" }, told)],
        finals: [],
      }),
    );

  it("is the type and the fields of the contract, no others", () => {
    expect(check({ type: "read_ok", value: [], in_reply_to: 1 })).toBe(
      "ok",
    );
    expect(check({ type: "read_ok", value: [], msg_id: 1 })).toBe("ok");
    expect(check({ type: "add_ok", value: [] })).toMatch(
      /type "add_ok"/,
    );
    expect(check({ type: "read_ok" })).toMatch(/look at "value"/);
    expect(check({ type: "read_ok", value: 5 })).toMatch(/"value"/);
    expect(check({ type: "read_ok", value: [], n: 1 })).toMatch(
      /"n" is/,
    );
    expect(check({ type: "error", code: 11 })).toBe("ok");
    expect(check({ type: "error" })).toMatch(/no code/);
  });
});

describe("the last questions", () => {
  const ok = op({ type: "read" }, { type: "read_ok" }, "f1");
  const open = op({ type: "read" }, null, "f1");
  const other = op({ type: "read" }, null, "f2");

  it("must be answered by every server, if not at once", () => {
    const check = (finals: readonly Operation[]) =>
      checkAnswered({ all: finals, finals }).verdict;
    expect(check([ok])).toBe("ok");
    expect(check([open, ok])).toBe("ok");
    expect(check([ok, other])).toBe("illegal");
    expect(check([])).toBe("illegal");
  });
});

test("echo: the same comes back, by structure", () => {
  const check = (echo: Json) => {
    const asked = { type: "echo", echo: { a: 1, b: [2] } };
    const all = [op(asked, { type: "echo_ok", echo })];
    return checks.echo({ all, finals: [] }).verdict;
  };
  expect(check({ b: [2], a: 1 })).toBe("ok");
  expect(check({ b: [2], a: 2 })).toBe("illegal");
  expect(check(null)).toBe("illegal");
});

test("unique-ids: none is given twice, whatever it is", () => {
  const check = (...ids: Json[]) => {
    const all = ids.map((id) =>
      op({ type: "generate" }, { type: "generate_ok", id }),
    );
    return checks["unique-ids"]({ all, finals: [] }).verdict;
  };
  expect(check(1, "1", [1], { a: 1 })).toBe("ok");
  expect(check({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe("illegal");
});

describe("sets", () => {
  const add = (element: Json, told: Body | null = { type: "add_ok" }) =>
    op({ type: "add", element }, told);
  const read = (value: Json[], process = "f1") =>
    op({ type: "read" }, { type: "read_ok", value }, process);
  const check = (
    adds: readonly Operation[],
    finals: readonly Operation[],
  ) => whyOf(checks["g-set"]({ all: [...adds, ...finals], finals }));

  it("keep what was acknowledged and may keep what was not", () => {
    expect(check([add(1), add(2, null)], [read([1])])).toBe("ok");
    expect(check([add(1), add(2, null)], [read([2, 1])])).toBe("ok");
  });

  it("lose nothing, invent nothing, double nothing", () => {
    expect(check([add(1), add(2)], [read([1])])).toBe("2 is lost");
    expect(check([add(1)], [read([1, 9])])).toMatch(
      /nobody has added 9/,
    );
    expect(check([add([1])], [read([[1], [1]])])).toMatch(/twice/);
    const refused = { type: "error", code: 12 };
    expect(check([add(1, refused)], [read([])])).toBe("ok");
  });

  it("are equal in the end", () => {
    const adds = [add(1), add(2, null)];
    const finals = [read([1]), read([1, 2], "f2")];
    expect(check(adds, finals)).toMatch(/differ in the end/);
    const more = [...adds, add(3, null)];
    const asLarge = [read([1, 2]), read([1, 3], "f2")];
    expect(check(more, asLarge)).toMatch(/differ in the end/);
  });

  it("may have, or not, what is answered while they are asked", () => {
    const adds = [add(1), answeredLate(add(2))];
    const finals = [read([1]), read([1, 2], "f2")];
    expect(check(adds, finals)).toBe("ok");
    expect(check(adds, [read([2])])).toBe("1 is lost");
  });

  it("go by the fields of broadcast too", () => {
    const all = [
      op({ type: "broadcast", message: 1 }, { type: "broadcast_ok" }),
    ];
    const last = op(
      { type: "read" },
      { type: "read_ok", messages: [] },
    );
    const finding = checks.broadcast({ all, finals: [last] });
    expect(whyOf(finding)).toBe("1 is lost");
  });
});

describe("counters", () => {
  const add = (delta: number, told: Body | null = { type: "add_ok" }) =>
    op({ type: "add", delta }, told);
  const read = (value: number, process = "f1") =>
    op({ type: "read" }, { type: "read_ok", value }, process);
  const check = (
    adds: readonly Operation[],
    finals: readonly Operation[],
  ) =>
    whyOf(checks["pn-counter"]({ all: [...adds, ...finals], finals }));

  it("are the sum of what was acknowledged and of some of the rest", () => {
    const adds = [add(5), add(-2), add(10, null), add(3, null)];
    for (const value of [3, 13, 6, 16]) {
      expect(check(adds, [read(value)])).toBe("ok");
    }
    expect(check(adds, [read(8)])).toMatch(/8 is in the end not of/);
    expect(check([add(1, { type: "error", code: 0 })], [read(1)])).toBe(
      "ok",
    );
    expect(
      check([add(1, { type: "error", code: 14 })], [read(1)]),
    ).toMatch(/past all bounds/);
  });

  it("are never past what was ever added", () => {
    const adds = [add(5), add(-2)];
    const early = (value: number) => read(value, "c1");
    for (const value of [5, -2]) {
      expect(check([...adds, early(value)], [read(3)])).toBe("ok");
    }
    for (const value of [6, -3]) {
      expect(check([...adds, early(value)], [read(3)])).toMatch(
        /bounds/,
      );
    }
  });

  it("are equal in the end", () => {
    const adds = [add(5), add(1, null)];
    const finals = [read(5), read(6, "f2")];
    expect(check(adds, finals)).toMatch(/differ/);
  });

  it("may have, or not, what is answered while they are asked", () => {
    const adds = [add(5), answeredLate(add(1))];
    expect(check(adds, [read(5), read(6, "f2")])).toBe("ok");
    expect(check(adds, [read(1)])).toMatch(/1 is in the end not of/);
  });
});

test("lin-kv: a read after a write must see it", () => {
  const write = op(
    { type: "write", key: "x", value: 1 },
    { type: "write_ok" },
  );
  const read = (told: Body) => op({ type: "read", key: "x" }, told);
  const check = (told: Body) =>
    checks["lin-kv"]({ all: [write, read(told)], finals: [] }).verdict;
  expect(check({ type: "read_ok", value: 1 })).toBe("ok");
  expect(check({ type: "read_ok", value: 2 })).toBe("illegal");
  expect(check({ type: "error", code: 20 })).toBe("illegal");
  expect(check({ type: "error", code: 11 })).toBe("ok");
});

describe.each(["txn-list-append", "txn-rw-register"] as const)(
  "%s",
  (workload) => {
    const isList = workload === "txn-list-append";
    const write = isList ? "append" : "w";
    /** What one write leaves for a read to find. */
    const found = (value: Json) => (isList ? [value] : value);
    const txn = (asked: Json, told: Json | null) =>
      op(
        { type: "txn", txn: asked },
        told === null ? null : { type: "txn_ok", txn: told },
      );
    const check = (...all: Operation[]) =>
      checks[workload]({ all, finals: [] }).verdict;
    const put = (key: Json, value: Json) =>
      txn([[write, key, value]], [[write, key, value]]);
    const get = (key: Json, value: Json) =>
      txn([["r", key, null]], [["r", key, value]]);

    it("lets a read see what is there", () => {
      expect(check(put("x", 1), get("x", found(1)))).toBe("ok");
      expect(check(get("x", null), put("x", 1))).toBe("ok");
    });

    it("catches a read of what is gone by, or of what never was", () => {
      expect(check(put("x", 1), get("x", null))).toBe("illegal");
      expect(check(put("x", 1), get("x", found(2)))).toBe("illegal");
    });

    it("catches half of a transaction", () => {
      const both = [
        [write, "x", 1],
        [write, "y", 2],
      ];
      const half = txn(
        [
          ["r", "x", null],
          ["r", "y", null],
        ],
        [
          ["r", "x", found(1)],
          ["r", "y", null],
        ],
      );
      expect(check(txn(both, both), half)).toBe("illegal");
      expect(check(txn(both, null), half)).toBe("illegal");
    });

    it("lets what nobody knows the outcome of happen, or not", () => {
      const lost = txn([[write, "x", 1]], null);
      expect(check(lost, get("x", null))).toBe("ok");
      expect(check(lost, get("x", found(1)))).toBe("ok");
      expect(check(lost, get("x", found(1)), get("x", null))).toBe(
        "illegal",
      );
    });

    it("catches an answer to another transaction", () => {
      expect(check(txn([[write, 1, 5]], [[write, 1, 6]]))).toBe(
        "illegal",
      );
      expect(check(txn([["r", 1, null]], [["r", 2, null]]))).toBe(
        "illegal",
      );
    });
  },
);

describe("kafka", () => {
  const send = (key: string, msg: Json, offset: number) =>
    op({ type: "send", key, msg }, { type: "send_ok", offset });
  const poll = (offsets: Json, msgs: Json, process = "c1") =>
    op({ type: "poll", offsets }, { type: "poll_ok", msgs }, process);
  const commit = (offsets: Json) =>
    op(
      { type: "commit_offsets", offsets },
      { type: "commit_offsets_ok" },
    );
  const list = (offsets: Json) =>
    op(
      { type: "list_committed_offsets", keys: ["a"] },
      { type: "list_committed_offsets_ok", offsets },
    );
  const check = (all: Operation[], finals: Operation[] = []) =>
    whyOf(checks.kafka({ all: [...all, ...finals], finals }));
  const from = (start: number, ...msgs: Json[]): Json => ({
    a: msgs.map((msg, at) => [start + at, msg]),
  });

  it("lets consumers lag", () => {
    const all = [send("a", 1, 0), poll({ a: 0 }, {}), send("a", 2, 1)];
    expect(check([...all, poll({ a: 0 }, from(0, 1))])).toBe("ok");
    expect(check(all, [poll({ a: 0 }, from(0, 1, 2), "f1")])).toBe(
      "ok",
    );
  });

  it("catches one offset for two messages", () => {
    expect(check([send("a", 1, 0), send("a", 2, 0)])).toMatch(
      /1 and 2 at/,
    );
    const two = [send("a", 1, 0), send("b", 1, 0)];
    expect(check(two)).toBe("ok");
  });

  it("catches one message at two offsets", () => {
    const all = [send("a", 1, 0), poll({ a: 0 }, from(0, 1, 1))];
    expect(check(all)).toMatch(/1 is at a:0 and a:1/);
  });

  it("catches what nobody sent", () => {
    const all = [send("a", 1, 0), poll({ a: 0 }, from(0, 1, 9))];
    expect(check(all)).toMatch(/nobody has sent 9/);
  });

  it("catches offsets against the order of time", () => {
    expect(check([send("a", 1, 5), send("a", 2, 4)])).toMatch(
      /later send/,
    );
    const late = { ...send("a", 2, 4), invokeMs: 0 };
    expect(check([{ ...send("a", 1, 5), invokeMs: 0 }, late])).toBe(
      "ok",
    );
  });

  it("catches a poll that leaves some out, or begins too early", () => {
    const all = [send("a", 1, 0), send("a", 2, 1), send("a", 3, 2)];
    const gap = [
      [0, 1],
      [2, 3],
    ];
    const poll1 = poll({ a: 0 }, { a: gap });
    expect(check([...all, poll1])).toMatch(/leaves some out/);
    expect(check([...all, poll({ a: 0 }, from(1, 2))])).toMatch(
      /leaves/,
    );
    expect(check([...all, poll({ a: 1 }, from(0, 1))])).toMatch(
      /leaves/,
    );
    expect(check([...all, poll({ b: 0 }, from(0, 1))])).toMatch(
      /leaves/,
    );
    expect(check([...all, poll({ a: 1 }, from(1, 2))])).toBe("ok");
    const sparse = [send("a", 1, 0), send("a", 3, 7)];
    const far = [
      [0, 1],
      [7, 3],
    ];
    expect(check([...sparse, poll({ a: 0 }, { a: far })])).toBe("ok");
  });

  it("catches what is lost, for every server", () => {
    const all = [send("a", 1, 0), send("a", 2, 1)];
    const whole = poll({ a: 0 }, from(0, 1, 2), "f1");
    const part = poll({ a: 0 }, from(0, 1), "f2");
    expect(check(all, [whole])).toBe("ok");
    expect(check(all, [whole, part])).toMatch(/2 at a:1 is lost/);
    const rest = poll({ a: 1 }, from(1, 2), "f2");
    expect(check(all, [whole, part, rest])).toBe("ok");
  });

  it("misses nothing that was answered when it was asked last", () => {
    const all = [send("a", 1, 0), answeredLate(send("a", 2, 1))];
    const part = poll({ a: 0 }, from(0, 1), "f1");
    expect(check(all, [part])).toBe("ok");
    const none = poll({ a: 0 }, { a: [] }, "f1");
    expect(check(all, [none])).toMatch(/1 at a:0 is lost/);
  });

  it("catches committed offsets that go back", () => {
    expect(check([commit({ a: 2 }), list({ a: 2 })])).toBe("ok");
    expect(check([commit({ a: 2 }), list({ a: 1 })])).toMatch(
      /went back/,
    );
    expect(check([commit({ a: 0 }), list({})])).toMatch(/went back/);
    expect(check([list({ a: 3 }), list({ a: 2 })])).toMatch(
      /went back/,
    );
    expect(check([list({}), commit({ a: 3 })])).toBe("ok");
  });
});

test("all of it together: form, property, answers", () => {
  const last = op({ type: "echo", echo: 1 }, null, "f1");
  const all = [
    op({ type: "echo", echo: 1 }, { type: "echo_ok", echo: 1 }),
  ];
  const check = (finals: Operation[], more: Operation[] = []) =>
    whyOf(checkWorkload("echo", { all: [...all, ...more], finals }));
  expect(check(all)).toBe("ok");
  expect(check([last])).toMatch(/does not answer/);
  const odd = op({ type: "echo", echo: 1 }, { type: "ok" });
  expect(check(all, [odd])).toMatch(/wrong answer/);
});
