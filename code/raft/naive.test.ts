/** The naive attempt, move by move: it is wrong, but not by a slip. */
import { describe, expect, test } from "vitest";
import type { Body, Input, NodeId } from "../kernel/node.ts";
import { type Naive, naive } from "./naive.ts";

const turn: Input = {
  event: { kind: "timer", name: "turn" },
  nowMs: 0,
  dice: 1,
};

function said(src: NodeId, body: Body): Input {
  const message = { src, dest: "n1", body };
  return { event: { kind: "message", message }, nowMs: 0, dice: 1 };
}

/** n1 with these others, after these inputs; and its last effects. */
function played(peers: readonly NodeId[], ...inputs: readonly Input[]) {
  const setup = { id: "n1", peers, disk: {}, nowMs: 0, dice: 1 };
  let step = naive.init(setup);
  for (const input of inputs) step = naive.step(step[0], input);
  return step;
}

const write = said("c1", { type: "write", msg_id: 8, value: "x" });

function stored(src: NodeId, length = 1): Input {
  return said(src, { type: "stored", length });
}

describe("the naive leader", () => {
  test("appoints itself when its patience ends, and says so", () => {
    const [state, effects] = played(["n2", "n3"], turn);
    expect(state.isLeader).toBe(true);
    const body = { type: "copy", log: [] };
    expect(effects).toEqual([
      { kind: "set-timer", name: "turn", afterMs: 50 },
      { kind: "send", dest: "n2", body },
      { kind: "send", dest: "n3", body },
    ]);
  });

  test("stores a write before it sends copies of its whole log", () => {
    const [state, effects] = played(["n2"], turn, write);
    expect(effects).toEqual([
      { kind: "persist", key: "log", value: ["x"] },
      {
        kind: "send",
        dest: "n2",
        body: { type: "copy", log: ["x"] },
      },
    ]);
    expect(state.log).toEqual(["x"]);
    expect(state.open).toEqual([
      { client: "c1", msgId: 8, length: 1, storedBy: ["n1"] },
    ]);
  });

  test("takes a write of nothing, from nobody who counts", () => {
    const bare = said("c1", { type: "write" });
    const [state] = played(["n2"], turn, write, bare);
    expect(state.log).toEqual(["x", null]);
    expect(state.open[1]).toEqual({
      client: "c1",
      msgId: null,
      length: 2,
      storedBy: ["n1"],
    });
  });

  test("answers once a majority has it, itself included", () => {
    const [state, effects] = played(
      ["n2", "n3"],
      turn,
      write,
      stored("n2"),
    );
    const body = { type: "write_ok", in_reply_to: 8 };
    expect(effects).toEqual([{ kind: "send", dest: "c1", body }]);
    expect(state.open).toEqual([]);
    expect(state.log).toEqual(["x"]);
  });

  test("takes half of the servers for no majority", () => {
    const four = ["n2", "n3", "n4"];
    const [half, none] = played(four, turn, write, stored("n2"));
    expect(none).toEqual([]);
    expect(half.open[0]?.storedBy).toEqual(["n1", "n2"]);
    const [, effects] = naive.step(half, stored("n3"));
    expect(effects).toHaveLength(1);
  });

  test("counts one server once, however often it answers", () => {
    const four = ["n2", "n3", "n4"];
    const twice = [stored("n2"), stored("n2")];
    expect(played(four, turn, write, ...twice)[1]).toEqual([]);
  });

  test("does not count who has stored a shorter log", () => {
    const second = said("c2", { type: "write", msg_id: 9, value: "y" });
    const [state, effects] = played(
      ["n2", "n3"],
      turn,
      write,
      second,
      stored("n2"),
    );
    expect(effects).toMatchObject([{ dest: "c1" }]);
    expect(state.open).toMatchObject([
      { client: "c2", storedBy: ["n1"] },
    ]);
  });
});

test("the naive follower obeys whoever spoke last, and waits anew", () => {
  const copy = said("n3", { type: "copy", log: ["a", "b"] });
  const [state, effects] = played(["n2", "n3"], turn, write, copy);
  const expected: Partial<Naive> = {
    isLeader: false,
    log: ["a", "b"],
    open: [],
  };
  expect(state).toMatchObject(expected);
  expect(effects).toMatchObject([
    { kind: "persist", key: "log", value: ["a", "b"] },
    { kind: "set-timer", name: "turn" },
    {
      kind: "send",
      dest: "n3",
      body: { type: "stored", length: 2 },
    },
  ]);
  const timer = effects[1];
  const afterMs = timer?.kind === "set-timer" ? timer.afterMs : 0;
  expect(afterMs).toBeGreaterThanOrEqual(150);
  expect(afterMs).toBeLessThanOrEqual(300);
});
