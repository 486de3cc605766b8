/** Any machine on Raft: once, in one order, and an answer to whoever asks. */
import { describe, expect, it } from "vitest";
import type { Body, Effect, Message } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { options } from "./nodes.ts";
import {
  type Machine,
  type Replicated,
  replicated,
} from "./replicated.ts";

/** Counts what it is asked; `peek` may be answered by any server. */
const tally: Machine<number> = {
  start: 0,
  isLocal: ({ type }) => type === "peek",
  execute: (sum, { type }) => {
    const next = type === "bump" ? sum + 1 : sum;
    return [next, { type: `${type}_ok`, sum: next }];
  },
};
const node = replicated(tally, options);
type State = Replicated<number>;

const bump = (msg_id: number): Body => ({ type: "bump", msg_id });

function input(src: string, body: Body, nowMs = 0) {
  const message: Message = { src, dest: "n1", body };
  const event = { kind: "message", message } as const;
  return { event, nowMs, dice: 1 };
}
const timer = (name: string, nowMs: number) => {
  const event = { kind: "timer", name } as const;
  return { event, nowMs, dice: 1 };
};
function sends(effects: readonly Effect[]) {
  return effects.flatMap((effect) =>
    effect.kind === "send" ? [[effect.dest, effect.body] as const] : [],
  );
}

/** One server, which soon leads itself. */
function single() {
  const sim = simulate({ seed: 1, nodes: { n1: node } });
  sim.runUntil(500);
  const say = (body: Body, src = "c1") => {
    sim.inject({ src, dest: "n1", body });
    sim.runFor(10);
  };
  const heard = () =>
    sim.trace.flatMap((event) =>
      event.kind === "send" && event.message.dest.startsWith("c")
        ? [event.message.body]
        : [],
    );
  return { sim, say, heard, state: () => sim.state<State>("n1") };
}

describe("a server that leads", () => {
  it("carries out what it is asked, and answers with the result", () => {
    const { say, heard } = single();
    say(bump(1));
    say({ type: "look", msg_id: 2 });
    expect(heard()).toEqual([
      { type: "bump_ok", sum: 1, in_reply_to: 1 },
      { type: "look_ok", sum: 1, in_reply_to: 2 },
    ]);
  });

  it("does once what it is asked twice, and answers the same", () => {
    const { say, heard, state } = single();
    for (const id of [2, 1, 2, 1]) say(bump(id));
    say(bump(2), "c2");
    expect(state().data).toBe(3);
    const sums = heard().map(({ sum }) => sum);
    expect(sums).toEqual([1, 2, 1, 2, 3]);
    expect(state().waiting).toEqual([]);
  });

  it("remembers eight commands of a client, and does none older", () => {
    const { say, state } = single();
    for (let id = 11; id <= 18; id++) say(bump(id));
    say(bump(10));
    expect(state().data).toBe(8);
    const [session] = Object.values(state().sessions);
    expect(session?.map(({ msgId }) => msgId)).toEqual([
      11, 12, 13, 14, 15, 16, 17, 18,
    ]);
    say(bump(19));
    expect(state().data).toBe(9);
    say(bump(11));
    expect(state().data).toBe(9);
  });

  it("still takes an older one while there is room", () => {
    const { say, state } = single();
    for (let id = 11; id <= 17; id++) say(bump(id));
    say(bump(10));
    expect(state().data).toBe(8);
  });

  it("finds all of it again after a crash, from a snapshot too (§7)", () => {
    const { sim, say, state } = single();
    say(bump(1), "c9");
    for (let id = 1; id <= 60; id++) say(bump(id));
    expect(state().raft.snapshot.lastIndex).toBeGreaterThan(10);
    expect(state().raft.log.length).toBeLessThanOrEqual(41);
    sim.apply({ kind: "crash", node: "n1" });
    sim.apply({ kind: "restart", node: "n1" });
    sim.runFor(500);
    expect(state().data).toBe(61);
    say(bump(1), "c9");
    expect(state().data).toBe(61);
  });
});

describe("a server that follows", () => {
  const setup = {
    id: "n1",
    peers: ["n3", "n2"],
    disk: {},
    nowMs: 0,
    dice: 1,
  };
  const [start] = node.init(setup);
  const follower: State = {
    ...start,
    raft: { ...start.raft, leader: "n2" },
  };
  const forward = {
    type: "forward",
    client: "c1",
    request: bump(1),
  };

  it("counts all servers as members, in order", () => {
    expect(start.raft.options.members).toEqual(["n1", "n2", "n3"]);
  });

  it("hands a request on to the leader and waits for it to be done", () => {
    const [state, effects] = node.step(
      follower,
      input("c1", bump(1), 5),
    );
    expect(sends(effects)).toEqual([["n2", forward]]);
    expect(state.waiting).toEqual([
      { client: "c1", request: bump(1), sinceMs: 5 },
    ]);
    expect(node.step(state, input("c1", bump(1), 6))).toEqual([
      state,
      [],
    ]);
  });

  it("asks on, and gives up without a promise before the client", () => {
    const [state] = node.step(start, input("c1", bump(1), 5));
    expect(state.waiting).toHaveLength(1);
    const led = { ...state, raft: follower.raft };
    const [kept, again] = node.step(led, timer("retry", 4004));
    expect(sends(again)).toEqual([["n2", forward]]);
    expect(again).toContainEqual({
      kind: "set-timer",
      name: "retry",
      afterMs: 100,
    });
    const [gone, over] = node.step(kept, timer("retry", 4005));
    expect(sends(over)).toMatchObject([
      ["c1", { type: "error", code: 0, in_reply_to: 1 }],
    ]);
    expect(gone.waiting).toEqual([]);
  });

  it("answers itself what need not be new", () => {
    const peek = { type: "peek", msg_id: 4 };
    const [state, effects] = node.step(start, input("c1", peek));
    expect(sends(effects)).toEqual([
      ["c1", { type: "peek_ok", sum: 0, in_reply_to: 4 }],
    ]);
    expect(state).toEqual(start);
  });

  it("takes nothing into the log that was forwarded to it", () => {
    const [state, effects] = node.step(follower, input("n3", forward));
    expect([state, effects]).toEqual([follower, []]);
  });
});

describe("three servers", () => {
  const ids = ["n1", "n2", "n3"];
  const run = () => {
    const nodes = Object.fromEntries(ids.map((id) => [id, node]));
    const sim = simulate({ seed: 3, nodes, checkPurity: true });
    sim.runUntil(1000);
    return sim;
  };
  const leads = (sim: ReturnType<typeof run>, id: string) =>
    sim.state<State>(id).raft.role === "leader";

  it("put a forwarded request into the log once, however often", () => {
    const sim = run();
    const leader = ids.find((id) => leads(sim, id)) ?? "";
    const others = ids.filter((id) => id !== leader);
    const body = { type: "forward", client: "c1", request: bump(1) };
    // While nobody confirms, it stays under way.
    sim.apply({ kind: "partition", groups: [[leader], others] });
    for (const src of others) {
      sim.apply({ kind: "heal" });
      sim.inject({ src, dest: leader, body });
      sim.runFor(6);
    }
    sim.runFor(1000);
    const logs = ids.map(
      (id) =>
        sim
          .state<State>(id)
          .raft.log.filter((entry) => entry.kind === "command").length,
    );
    expect(logs).toEqual([1, 1, 1]);
    const sums = ids.map((id) => sim.state<State>(id).data);
    expect(sums).toEqual([1, 1, 1]);
  });

  it("answer from the one who was asked", () => {
    const sim = run();
    const asked = ids.find((id) => !leads(sim, id)) ?? "";
    sim.inject({ src: "c1", dest: asked, body: bump(1) });
    sim.runFor(500);
    const answers = sim.trace.flatMap((event) =>
      event.kind === "send" && event.message.dest === "c1"
        ? [event.message.src]
        : [],
    );
    expect(answers).toEqual([asked]);
  });
});
