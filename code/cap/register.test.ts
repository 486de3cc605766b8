import { describe, expect, test } from "vitest";
import type { Operation } from "../kernel/history.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import { register as cell } from "../kernel/models.ts";
import type { Json, NodeId } from "../kernel/node.ts";
import {
  otherStory,
  story,
  tell,
  weather,
} from "./register.scenario.ts";
import { type Options, register, type State } from "./register.ts";

const bold = { read: "answer", write: "answer" } as const;
const careful = { read: "refuse", write: "refuse" } as const;

/** What each was told: a value, "ok" or the code of the error. */
const said = ({ history }: { history: readonly Operation[] }) =>
  history.map(({ result }) =>
    result?.type === "error" ? result.code : (result?.value ?? "ok"),
  );
const times = ({ history }: { history: readonly Operation[] }) =>
  history.map(({ invokeMs, returnMs }) => (returnMs ?? 0) - invokeMs);

describe("two replicas and a cut link", () => {
  test("alone and bold: all is answered, and an answer is wrong", () => {
    const run = tell(bold, story, 7);
    expect(said(run)).toEqual([
      "ok",
      "open",
      "ok",
      "open",
      "ok",
      "closed",
    ]);
    expect(times(run)).toEqual([72, 72, 102, 102, 102, 72]);
    expect(run.verdict.verdict).toBe("illegal");
  });

  test("alone and careful: nothing is answered, nothing is wrong", () => {
    const run = tell(careful, story, 7);
    expect(said(run)).toEqual(["ok", "open", 0, 11, 0, "closed"]);
    expect(run.history.map(({ outcome }) => outcome)).toEqual([
      "ok",
      "ok",
      "info",
      "fail",
      "info",
      "ok",
    ]);
    expect(run.verdict.verdict).toBe("ok");
  });

  test("set for each operation: stale reads, and no lost write", () => {
    const run = tell({ read: "answer", write: "refuse" }, story, 7);
    expect(said(run)).toEqual(["ok", "open", 0, "open", 0, "closed"]);
    const other = tell({ read: "refuse", write: "answer" }, story, 7);
    expect(said(other)).toEqual([
      "ok",
      "open",
      "ok",
      11,
      "ok",
      "closed",
    ]);
    expect(other.verdict.verdict).toBe("ok");
    // The other way about it is the later write that is lost.
    const swapped = story.map((one) =>
      one.value === "merged"
        ? { ...one, client: "c2", at: "n2" }
        : one.value === "closed"
          ? { ...one, client: "c1", at: "n1" }
          : one,
    );
    const lost = tell({ read: "refuse", write: "answer" }, swapped, 7);
    expect(said(lost)).toEqual([
      "ok",
      "open",
      "ok",
      11,
      "ok",
      "merged",
    ]);
    expect(lost.verdict.verdict).toBe("illegal");
  });

  test("a refused write may have been done: error 11 would be a lie", () => {
    const { history } = tell(careful, story, 7);
    const surely = history.map((one): Operation => {
      if (one.op !== "write" || one.outcome !== "info") return one;
      return {
        ...one,
        outcome: "fail",
        result: { type: "error", code: 11 },
      };
    });
    expect(checkLinearizable(cell(), history).verdict).toBe("ok");
    expect(checkLinearizable(cell(), surely).verdict).toBe("illegal");
  });

  test("n2 sees the same whether or not n1 took the write (Theorem 1)", () => {
    const seen = (asks: typeof story) =>
      tell(bold, asks, 7)
        .sim.trace.filter(
          (event) =>
            event.atMs <= 503 &&
            event.kind === "deliver" &&
            event.message.dest === "n2",
        )
        .map((event) =>
          event.kind === "deliver"
            ? [event.atMs, event.message.src, event.message.body.type]
            : [],
        );
    expect(seen(story)).toEqual(seen(otherStory));
    expect(tell(bold, otherStory, 7).verdict.verdict).toBe("ok");
  });

  test("a wait shorter than the round trip is a partition", () => {
    const whole = { waitMs: 60, faults: [] };
    const run = tell(careful, story, 7, whole);
    expect(said(run)).toEqual([0, 11, 0, 11, 0, 11]);
    const patient = tell(careful, story, 7, { waitMs: 71, faults: [] });
    expect(said(patient)).toEqual([
      "ok",
      "open",
      "ok",
      "merged",
      "ok",
      "closed",
    ]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "seed %i: careful replicas are linearizable in any weather",
    (seed) => {
      const { history, verdict } = weather(careful, seed);
      expect(verdict.verdict).toBe("ok");
      expect(history.some(({ outcome }) => outcome === "fail")).toBe(
        true,
      );
    },
  );

  test("bold ones are not", () => {
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
    const verdicts = seeds.map(
      (seed) => weather(bold, seed).verdict.verdict,
    );
    expect(verdicts).toContain("illegal");
    for (const seed of seeds)
      expect(
        weather(bold, seed).history.every(
          ({ outcome }) => outcome === "ok",
        ),
      ).toBe(true);
  });
});

describe("one step of a replica", () => {
  const options: Options = { waitMs: 100, alone: bold };
  const node = register(options);
  const setup = {
    id: "n1",
    peers: ["n2"],
    disk: {},
    nowMs: 0,
    dice: 0,
  };
  const [empty, atFirst] = node.init(setup);
  const hear = (state: State, src: NodeId, type: string, more = {}) =>
    node.step(state, {
      event: {
        kind: "message",
        message: { src, dest: "n1", body: { type, ...more } },
      },
      nowMs: 0,
      dice: 0,
    });
  const held = (value: Json, count: number, by: NodeId) => ({
    value,
    count,
    by,
  });

  test("holds nothing at first", () => {
    expect(atFirst).toEqual([]);
    expect(empty).toEqual({
      id: "n1",
      other: "n2",
      held: held(null, 0, "n1"),
      waiting: [],
    });
  });

  test("takes a write, tells the other one, and waits", () => {
    const [state, effects] = hear(empty, "c1", "write", {
      value: "a",
      msg_id: 4,
    });
    expect(state.held).toEqual(held("a", 1, "n1"));
    expect(state.waiting).toEqual([
      { name: "c1 4", client: "c1", msgId: 4, op: "write" },
    ]);
    expect(effects).toEqual([
      {
        kind: "send",
        dest: "n2",
        body: { type: "copy", name: "c1 4", held: held("a", 1, "n1") },
      },
      { kind: "set-timer", name: "c1 4", afterMs: 100 },
    ]);
  });

  test("a read takes nothing, and tells what is held", () => {
    const [state, effects] = hear(empty, "c1", "read", { msg_id: 5 });
    expect(state.held).toEqual(empty.held);
    expect(state.waiting[0]?.op).toBe("read");
    expect(effects[0]).toEqual({
      kind: "send",
      dest: "n2",
      body: { type: "copy", name: "c1 5", held: empty.held },
    });
  });

  test.each([
    [held("b", 2, "n2"), held("a", 1, "n1"), "b"],
    [held("b", 1, "n2"), held("a", 1, "n1"), "b"],
    [held("b", 1, "n0"), held("a", 1, "n1"), "a"],
    [held("b", 1, "n2"), held("a", 2, "n1"), "a"],
  ])("of %j and %j it keeps %s", (copy, own, kept) => {
    const [state, effects] = hear(
      { ...empty, held: own },
      "n2",
      "copy",
      {
        name: "c9 1",
        held: copy,
      },
    );
    expect(state.held.value).toBe(kept);
    expect(effects).toEqual([
      {
        kind: "send",
        dest: "n2",
        body: { type: "copied", name: "c9 1", held: state.held },
      },
    ]);
  });

  test("answers with what both have, not with what came since", () => {
    const [asked] = hear(empty, "c1", "read", { msg_id: 5 });
    const [later] = hear(asked, "c2", "write", {
      value: "a",
      msg_id: 1,
    });
    const [state, effects] = hear(later, "n2", "copied", {
      name: "c1 5",
      held: held(null, 0, "n1"),
    });
    expect(effects).toEqual([
      {
        kind: "send",
        dest: "c1",
        body: { type: "read_ok", value: null, in_reply_to: 5 },
      },
    ]);
    expect(state.held.value).toBe("a");
    expect(state.waiting.map(({ name }) => name)).toEqual(["c2 1"]);
    const [again, nothing] = hear(state, "n2", "copied", {
      name: "c1 5",
      held: held("z", 9, "n2"),
    });
    expect(nothing).toEqual([]);
    expect(again.held.value).toBe("z");
  });

  test("says nothing to what it does not know", () => {
    expect(hear(empty, "c1", "hello")).toEqual([empty, []]);
    const late = node.step(empty, {
      event: { kind: "timer", name: "c1 5" },
      nowMs: 0,
      dice: 0,
    });
    expect(late).toEqual([empty, []]);
  });
});
