/** The edges of what the chapter prints: whole effects, both sides. */
import { describe, expect, test } from "vitest";
import type { Body, Effect, Node, Step } from "../kernel/node.ts";
import { type CoalescerState, coalescer } from "./coalescer.ts";
import { rebalance } from "./fixed.ts";
import {
  catchUp,
  emptyGlobal,
  readGlobal,
  writeGlobal,
} from "./indexes.ts";
import { type MoveState, mover } from "./move.ts";
import { partitionOf, splitPoint } from "./ranges.ts";
import { overlapProbability } from "./shuffle.ts";

function tell<S>(
  node: Node<S>,
  state: S,
  src: string,
  body: Body,
): Step<S> {
  const message = { src, dest: "it", body };
  const input = {
    event: { kind: "message", message },
    nowMs: 0,
    dice: 1,
  };
  return node.step(state, input as Parameters<typeof node.step>[1]);
}

describe("a coalescer", () => {
  const node = coalescer("store", 50);
  const start: CoalescerState = { flights: {}, lastId: 0 };
  const read = { type: "read", key: "k", msg_id: 7 };

  test("sends the first read, and sets its clock", () => {
    const [state, effects] = tell(node, start, "a", read);
    expect(state).toEqual({
      flights: { k: { id: 1, askers: [{ src: "a", msgId: 7 }] } },
      lastId: 1,
    });
    expect(effects).toEqual([
      {
        kind: "send",
        dest: "store",
        body: { type: "read", key: "k", msg_id: 1 },
      },
      { kind: "set-timer", name: "1", afterMs: 50 },
    ]);
  });

  test("notes the second and does nothing else", () => {
    const [first] = tell(node, start, "a", read);
    const [second, effects] = tell(node, first, "b", read);
    expect(effects).toEqual([]);
    expect(second.flights.k?.askers.map(({ src }) => src)).toEqual([
      "a",
      "b",
    ]);
    expect(second.lastId).toBe(1);
    const [third] = tell(node, second, "c", { ...read, key: "l" });
    expect(third.flights.l?.id).toBe(2);
    expect(third.flights.k).toEqual(second.flights.k);
  });
});

describe("the owner's side of a move", () => {
  const node = mover({
    owner: "n1",
    data: {},
    batchMax: 2,
    resendMs: 10,
  });
  const item = { key: "x", value: 1 };
  const moving: MoveState = {
    role: "moving",
    data: { x: 1 },
    to: "n2",
    items: [item, item, item, item, item],
    count: 1,
  };
  const taken = (count: number, isOwner = false) => ({
    type: "taken",
    count,
    isOwner,
  });
  const items = (effects: readonly Effect[]) =>
    effects.flatMap((effect) =>
      effect.kind === "send" ? [effect.body] : [],
    );

  test("freezes when what is left fits a batch, and not before", () => {
    const [two, first] = tell(node, moving, "n2", taken(2));
    expect(two).toEqual({ ...moving, count: 2 });
    expect(items(first)).toEqual([
      { type: "items", from: 2, items: [item, item], isLast: false },
    ]);
    const [three, second] = tell(node, moving, "n2", taken(3));
    expect(three).toEqual({ ...moving, role: "frozen", count: 3 });
    expect(items(second)).toEqual([
      { type: "items", from: 3, items: [item, item], isLast: true },
    ]);
  });

  test("does not go back for an answer that is late", () => {
    const [same, effects] = tell(node, moving, "n2", taken(0));
    expect(same).toBe(moving);
    expect(effects).toEqual([]);
    const [again] = tell(node, moving, "n2", taken(1));
    expect(again).toEqual(moving);
  });

  test("is gone when the other serves, and sends nothing", () => {
    const frozen: MoveState = { ...moving, role: "frozen", count: 3 };
    const [gone, effects] = tell(node, frozen, "n2", taken(5, true));
    expect(gone).toEqual({
      role: "gone",
      data: {},
      to: "n2",
      items: [],
      count: 5,
    });
    expect(effects).toEqual([
      { kind: "persist", key: "move", value: gone },
    ]);
  });

  test("hears no answer before a move or after it", () => {
    for (const role of ["owner", "guest", "gone"] as const) {
      const state: MoveState = { ...moving, role };
      const [same, effects] = tell(node, state, "n2", taken(4));
      expect(same).toBe(state);
      expect(effects).toEqual([]);
    }
  });
});

describe("a global index", () => {
  test("changes just the two partitions of the two colors", () => {
    const red = { id: "d1", color: "red" };
    const first = catchUp(writeGlobal(emptyGlobal(8), red));
    expect(first.index.filter((part) => "red" in part)).toHaveLength(1);
    expect(first.index.filter((part) => "green" in part)).toEqual([]);
    const green = { id: "d1", color: "green" };
    const second = catchUp(writeGlobal(first, green));
    const changed = second.index.filter(
      (part, at) => part !== first.index[at],
    );
    expect(changed).toHaveLength(2);
    expect(changed).toContainEqual({ red: [] });
    expect(changed).toContainEqual({ green: ["d1"] });
    expect(second.documents).toEqual({ d1: green });
    expect(readGlobal(second, "green")).toEqual({
      ids: ["d1"],
      asked: 1,
    });
  });
});

test("without ranges a key is nowhere", () => {
  expect(partitionOf([], "a")).toBe("");
});

test("keys without load before it do not draw the split", () => {
  const readings = [
    { key: "a", load: 0 },
    { key: "b", load: 4 },
    { key: "c", load: 3 },
  ];
  expect(splitPoint(readings)).toBe("c");
});

test("a newcomer gets what is above the mean, the first come first", () => {
  const now = rebalance(
    ["a", "a", "a", "a", "b", "b"],
    ["a", "b", "c"],
  );
  expect(now).toEqual(["a", "a", "c", "c", "b", "b"]);
  expect(rebalance(["x", "x", "x"], ["b", "a"])).toEqual([
    "b",
    "a",
    "b",
  ]);
  expect(rebalance(["a", "a", "b"], ["a", "b"])).toEqual([
    "a",
    "a",
    "b",
  ]);
});

test("tenants cannot share more than they have", () => {
  expect(overlapProbability(8, 2, 3)).toBe(0);
  expect(overlapProbability(3, 2, 0)).toBe(0);
  expect(overlapProbability(3, 2, 1)).toBeCloseTo(2 / 3);
  expect(overlapProbability(8, 2, 0)).toBeCloseTo(15 / 28);
});
