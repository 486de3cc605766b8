import { describe, expect, test } from "vitest";
import { edgesOf, worstCycle } from "./graph.ts";
import {
  readCommitted,
  serializable,
  snapshotIsolation,
  twoPhaseLocking,
} from "./levels.ts";
import {
  finalValue,
  runSchedule,
  type Schedule,
  seenBy,
  waitsForCycle,
} from "./schedule.ts";
import { horizon, perform, storeOf, vacuum } from "./store.ts";

const counter: Schedule = [
  ["T1", { do: "append", key: "x", element: 1 }],
  ["T2", { do: "append", key: "x", element: 2 }],
  ["T1", { do: "commit" }],
  ["T2", { do: "commit" }],
];

describe("a transaction", () => {
  test("reads its own writes, and nobody else does", () => {
    const run = runSchedule(
      [
        ["T1", { do: "write", key: "x", value: 1 }],
        ["T1", { do: "read", key: "x" }],
        ["T1", { do: "scan", from: "x", to: "y" }],
        ["T2", { do: "read", key: "x" }],
        ["T1", { do: "commit" }],
        ["T3", { do: "scan", from: "w", to: "x" }],
        ["T3", { do: "scan", from: "x", to: "xx" }],
      ],
      snapshotIsolation,
      storeOf({ x: 0 }),
      "detect",
    );
    expect(seenBy(run, "T1")).toEqual([1, [["x", 1]]]);
    expect(seenBy(run, "T2")).toEqual([0]);
    // A range has its first key in it, and not its last.
    expect(seenBy(run, "T3")).toEqual([[], [["x", 1]]]);
  });

  test("leaves nothing behind when it aborts", () => {
    const store = storeOf({});
    const write = { do: "write", key: "x", value: 1 } as const;
    const [one] = perform(store, readCommitted, "T1", write);
    const [two] = perform(one, readCommitted, "T1", { do: "abort" });
    expect(two.versions).toEqual({});
    const [, late] = perform(two, readCommitted, "T1", {
      do: "commit",
    });
    expect(late).toEqual({ kind: "aborted", why: "it is aborted" });
  });

  test("sees the snapshot of its first statement, begin included", () => {
    const run = runSchedule(
      [
        ["T1", { do: "begin" }],
        ["T2", { do: "write", key: "x", value: 1 }],
        ["T2", { do: "commit" }],
        ["T1", { do: "read", key: "x" }],
        ["T3", { do: "read", key: "x" }],
      ],
      snapshotIsolation,
      storeOf({ x: 0 }),
      "detect",
    );
    expect(seenBy(run, "T1")).toEqual([0]);
    expect(seenBy(run, "T3")).toEqual([1]);
  });
});

describe("one statement that reads and writes", () => {
  test("loses nothing at read committed: its row is locked", () => {
    const run = runSchedule(
      counter,
      readCommitted,
      storeOf({}),
      "detect",
    );
    expect(finalValue(run, "x")).toEqual([1, 2]);
  });

  test("aborts the second committer of a snapshot", () => {
    const run = runSchedule(
      counter,
      snapshotIsolation,
      storeOf({}),
      "detect",
    );
    expect(finalValue(run, "x")).toEqual([1]);
    expect(run.store.txns.T2?.status).toBe("aborted");
  });
});

describe("waiting", () => {
  const crossed: Schedule = [
    ["T1", { do: "write", key: "x", value: 1 }],
    ["T2", { do: "write", key: "y", value: 2 }],
    ["T2", { do: "write", key: "x", value: 2 }],
    ["T1", { do: "write", key: "y", value: 1 }],
    ["T1", { do: "commit" }],
    ["T2", { do: "commit" }],
  ];
  const reversed: Schedule = crossed.map(([txn, statement]) => [
    txn === "T1" ? "T2" : "T1",
    statement,
  ]);
  const victim = (
    schedule: Schedule,
    policy: "detect" | "wound-wait" | "wait-die",
  ) => {
    const first: Schedule = [["T1", { do: "begin" }], ...schedule];
    const store = storeOf({});
    const run = runSchedule(first, twoPhaseLocking, store, policy);
    expect(run.waiting).toEqual([]);
    return run.events.flatMap(({ txn, outcome }) =>
      outcome.kind === "aborted" && !outcome.why.startsWith("it is")
        ? [`${txn} ${outcome.why}`]
        : [],
    );
  };

  test("in a circle costs the youngest its life", () => {
    expect(victim(crossed, "detect")).toEqual(["T2 deadlock"]);
    expect(victim(reversed, "detect")).toEqual(["T2 deadlock"]);
  });

  test("wound-wait: the older takes what the younger holds", () => {
    expect(victim(crossed, "wound-wait")).toEqual(["T2 wounded"]);
    expect(victim(reversed, "wound-wait")).toEqual(["T2 wounded"]);
  });

  test("wait-die: the younger never waits for the older", () => {
    expect(victim(crossed, "wait-die")).toEqual(["T2 died"]);
    expect(victim(reversed, "wait-die")).toEqual(["T2 died"]);
  });

  test("finds a circle only if it leads back to its start", () => {
    const waits = { a: ["b"], b: ["c", "d"], c: ["b"], d: ["a"] };
    expect(waitsForCycle(waits, "a")).toEqual(["a", "b", "d"]);
    expect(
      waitsForCycle({ a: ["b"], b: ["c"], c: ["b"] }, "a"),
    ).toBeNull();
  });

  test("keeps the statements of one transaction in order", () => {
    const run = runSchedule(
      [
        ["T1", { do: "write", key: "x", value: 1 }],
        ["T2", { do: "write", key: "x", value: 2 }],
        ["T2", { do: "write", key: "x", value: 3 }],
        ["T2", { do: "commit" }],
        ["T1", { do: "commit" }],
      ],
      twoPhaseLocking,
      storeOf({}),
      "detect",
    );
    expect(finalValue(run, "x")).toBe(3);
  });
});

describe("a pivot that has committed (Cahill et al. 2008, section 3)", () => {
  const schedule: Schedule = [
    ["T1", { do: "begin" }],
    ["T2", { do: "read", key: "y" }],
    ["T3", { do: "read", key: "x" }],
    ["T2", { do: "write", key: "x", value: 2 }],
    ["T2", { do: "commit" }],
    // T3 -> T2 by x, and now T2 -> T1 by y: T2 cannot be aborted.
    ["T1", { do: "write", key: "y", value: 1 }],
  ];

  test("costs the life of who would make it one by a write", () => {
    const run = runSchedule(
      schedule,
      serializable,
      storeOf({ x: 0, y: 0 }),
      "detect",
    );
    expect(run.events.at(-1)).toMatchObject({
      txn: "T1",
      outcome: {
        kind: "aborted",
        why: "T2 is committed and would be a pivot",
      },
    });
  });
});

describe("vacuum", () => {
  const history: Schedule = [1, 2, 3].flatMap((value) => [
    [`W${value}`, { do: "write", key: "x", value }] as const,
    [`W${value}`, { do: "commit" }] as const,
  ]);
  const old = [
    ["L", { do: "read", key: "x" }],
    ...history,
  ] satisfies Schedule;
  const kept = (schedule: Schedule) => {
    const store = storeOf({ x: 0 });
    const run = runSchedule(
      schedule,
      snapshotIsolation,
      store,
      "detect",
    );
    const left = vacuum(run.store).versions.x ?? [];
    return left.map(({ value }) => value);
  };

  test("keeps one version of each key where nobody looks back", () => {
    expect(kept(history)).toEqual([3]);
  });

  test("keeps what a long transaction may still want to see", () => {
    expect(kept(old)).toEqual([0, 1, 2, 3]);
    expect(kept([...old, ["L", { do: "commit" }]])).toEqual([3]);
  });

  test("has its horizon at the oldest snapshot in use", () => {
    const [first, second] = [history.slice(0, 2), history.slice(2)];
    const middle = ["M", { do: "read", key: "x" }] as const;
    expect(kept([...first, middle, ...second])).toEqual([1, 2, 3]);
    expect(horizon(storeOf({ x: 0 }))).toBe(0);
  });
});

describe("the serialization graph", () => {
  const version = (writer: string, commitTs: number) => ({
    value: writer,
    writer,
    commitTs,
  });

  test("has an edge for each dependency, and none to nobody", () => {
    const versions = { x: [version("", 0), version("A", 1)] };
    const reads = [
      { txn: "B", key: "x", writer: "" },
      { txn: "C", key: "x", writer: "A" },
      { txn: "A", key: "x", writer: "" },
    ];
    expect(edgesOf(versions, reads)).toEqual([
      { from: "A", to: "C", kind: "wr", key: "x" },
      { from: "B", to: "A", kind: "rw", key: "x" },
    ]);
  });

  test.each([
    ["G0", ["ww", "ww"]],
    ["G1c", ["ww", "wr"]],
    ["G-single", ["wr", "rw"]],
    ["G-single", ["rw", "ww"]],
    ["G2", ["rw", "rw"]],
  ] as const)("names a cycle %s", (name, [one, two]) => {
    const edges = [
      { from: "A", to: "B", kind: one, key: "x" },
      { from: "B", to: "A", kind: two, key: "y" },
    ];
    expect(worstCycle(edges)).toBe(name);
    expect(worstCycle(edges.slice(1))).toBeNull();
  });
});
