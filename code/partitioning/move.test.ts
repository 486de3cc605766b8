/** A partition that moves under load: nothing is lost, one serves. */
import { describe, expect, test } from "vitest";
import { swarm } from "../kernel/faults.ts";
import type { Node } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import { copyAndSwitch, serveOn } from "./broken.ts";
import { coalescer } from "./coalescer.ts";
import { moveUnderLoad, verdictOf } from "./move.scenario.ts";
import { type MoveState, mover } from "./move.ts";

/** Copies of a message are left out: requests here have no sessions. */
function weather(seed: number) {
  const { network, faults } = swarm(seed, {
    nodes: ["n1", "n2"],
    untilMs: 1500,
    kinds: [
      "crash",
      "crash-between-effects",
      "isolate",
      "one-way",
      "pause",
    ],
  });
  const once = { ...network, messageDuplicateProbability: 0 };
  return {
    network: once,
    faults: faults.map((fault) =>
      fault.kind === "network"
        ? {
            ...fault,
            change: { ...fault.change, messageDuplicateProbability: 0 },
          }
        : fault,
    ),
  };
}

describe("a move under load", () => {
  // With many requests asked again in vain, the checker gave up on 9616
  // and 9850; now it tries one of those that are alike for all.
  test.each([...seeds(40), 9616, 9850])(
    "is linearizable in any weather, seed %i",
    (seed) => {
      const sim = moveUnderLoad(seed, undefined, weather(seed));
      expect(verdictOf(sim).verdict).toBe("ok");
    },
  );

  test.each(seeds(10))(
    "ends, with the newcomer serving, seed %i",
    (seed) => {
      const sim = moveUnderLoad(seed, undefined, weather(seed));
      const begun = sim.state<MoveState>("n1").role !== "owner";
      if (!begun) return;
      expect(sim.state<MoveState>("n1").role).toBe("gone");
      expect(sim.state<MoveState>("n2").role).toBe("owner");
    },
  );

  test("leaves nothing behind, and stops for a moment only", () => {
    const sim = moveUnderLoad(1);
    const old = sim.state<MoveState>("n1");
    expect(old).toMatchObject({ role: "gone", data: {}, items: [] });
    const refused = sim.trace.filter(
      (event) =>
        event.kind === "deliver" &&
        event.message.src === "n2" &&
        event.message.body.code === 11,
    );
    // Clients find n2 when n1 sends them away, and never before.
    expect(refused.length).toBeLessThan(10);
  });

  test("no step changes what it was given", () => {
    const node = mover({
      owner: "n1",
      data: { '"a"': 1 },
      batchMax: 1,
      resendMs: 10,
    });
    const sim = simulate({
      seed: 1,
      nodes: { n1: node, n2: node },
      checkPurity: true,
    });
    const body = { type: "move", to: "n2" };
    sim.inject({ src: "admin", dest: "n1", body });
    sim.runUntil(200);
    expect(sim.state<MoveState>("n2")).toMatchObject({
      role: "owner",
      data: { '"a"': 1 },
    });
    // Asked again, it has nothing to move.
    sim.inject({ src: "admin", dest: "n1", body });
    sim.runUntil(400);
    expect(sim.state<MoveState>("n1").role).toBe("gone");
  });
});

describe("the checker catches", () => {
  const caught = (change: (node: Node<MoveState>) => Node<MoveState>) =>
    Array.from({ length: 40 }, (_, at) => at + 1).find(
      (seed) =>
        verdictOf(moveUnderLoad(seed, change)).verdict === "illegal",
    );

  test("a move that copies and switches", () => {
    expect(caught(copyAndSwitch)).toBeDefined();
  });

  test("an owner that serves while the rest is under way", () => {
    expect(caught(serveOn)).toBeDefined();
  });
});

describe("a coalescer", () => {
  /** Answers each read after 20 ms, or never; counts them. */
  function slowStore(
    answers: boolean,
  ): Node<{ readonly reads: readonly (readonly [string, number])[] }> {
    return {
      init: () => [{ reads: [] }, []],
      step(state, { event }) {
        if (event.kind === "message") {
          const { src, body } = event.message;
          const read = [src, Number(body.msg_id)] as const;
          const timer = { kind: "set-timer", afterMs: 20 } as const;
          const name = String(state.reads.length);
          return [
            { reads: [...state.reads, read] },
            [{ ...timer, name }],
          ];
        }
        const [dest = "", id = 0] =
          state.reads[Number(event.name)] ?? [];
        const body = { type: "read_ok", value: "v", in_reply_to: id };
        return [state, answers ? [{ kind: "send", dest, body }] : []];
      },
    };
  }

  const recorder: Node<readonly string[]> = {
    init: () => [[], []],
    step(lines, { event, nowMs }) {
      if (event.kind !== "message") return [lines, []];
      const { body } = event.message;
      const line = `${nowMs} ${body.type} to ${body.in_reply_to}`;
      return [[...lines, line], []];
    },
  };

  function readAt(timesMs: readonly number[], answers = true) {
    const sim = simulate({
      seed: 1,
      nodes: {
        store: slowStore(answers),
        front: coalescer("store", 100),
        user: recorder,
      },
      clients: ["user"],
      network: { delayMs: { kind: "constant", ms: 1 } },
      checkPurity: true,
    });
    for (const [id, atMs] of timesMs.entries()) {
      sim.runUntil(atMs);
      const body = { type: "read", key: "hot", msg_id: id };
      sim.inject({ src: "user", dest: "front", body });
    }
    sim.runUntil(1000);
    return {
      reads: sim.state<{ reads: unknown[] }>("store").reads.length,
      lines: sim.state<readonly string[]>("user"),
    };
  }

  test("makes one read of those that come while it is under way", () => {
    const { reads, lines } = readAt([0, 5, 20]);
    expect(reads).toBe(1);
    expect(lines).toEqual([
      "24 read_ok to 0",
      "24 read_ok to 1",
      "24 read_ok to 2",
    ]);
  });

  test("reads anew for who comes after the answer", () => {
    expect(readAt([0, 30]).reads).toBe(2);
  });

  test("tells all of them when no answer comes, and reads again", () => {
    const { reads, lines } = readAt([0, 50, 200], false);
    expect(lines.slice(0, 2)).toEqual([
      "102 error to 0",
      "102 error to 1",
    ]);
    expect(reads).toBe(2);
  });
});
