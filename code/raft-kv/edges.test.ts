/** What the store does at its edges, one step at a time. */
import { describe, expect, test } from "vitest";
import type { Body, Input, Json, NodeId } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { paperOptions } from "../raft/options.ts";
import type { Entry } from "../raft/state.ts";
import { readOwnState } from "./broken.ts";
import { type Kv, raftKv } from "./raft-kv.ts";
import { leaderOf } from "./real.ts";
import { execute } from "./store.ts";

const node = raftKv(paperOptions);

function message(src: NodeId, body: Body): Input {
  const event = { kind: "message", message: { src, dest: "n1", body } };
  return { event, nowMs: 1, dice: 1 } as Input;
}

function started(peers: readonly NodeId[]): Kv {
  const setup = { id: "n1", peers, disk: {}, nowMs: 0, dice: 1 };
  return node.init(setup)[0];
}

/** A server alone, which has elected itself. */
function alone() {
  const election = { kind: "timer", name: "election" } as const;
  const input = { event: election, nowMs: 300, dice: 1 };
  return node.step(started([]), input);
}

const write = { type: "write", msg_id: 5, key: "x", value: 1 };
const read = { type: "read", msg_id: 6, key: "x" };
const gossip = message("n2", { type: "gossip" });

test.each([
  ["n1", ["n2", "n3"]],
  ["n2", ["n3", "n1"]],
  ["n3", ["n2", "n1"]],
  ["n3", ["n1", "n2"]],
])(
  "%s finds the members in order, whoever its peers are",
  (id, peers) => {
    const told: (readonly NodeId[])[] = [];
    const listening = raftKv((members) => {
      told.push(members);
      return paperOptions(members);
    });
    listening.init({ id, peers, disk: {}, nowMs: 0, dice: 1 });
    expect(told).toEqual([["n1", "n2", "n3"]]);
  },
);

describe("a leader", () => {
  const [leader, elected] = alone();

  test("answers nobody for the no-op of its term", () => {
    expect(leader.applied).toBe(1);
    expect(elected.map(({ kind }) => kind)).toEqual([
      "persist",
      "set-timer",
    ]);
  });

  test("answers a client that asked it directly, with no detour", () => {
    const [, effects] = node.step(leader, message("c1", write));
    const body = { type: "write_ok", in_reply_to: 5 };
    expect(effects.map(({ kind }) => kind)).toEqual([
      "persist",
      "send",
    ]);
    expect(effects[1]).toEqual({ kind: "send", dest: "c1", body });
  });

  test("says nothing to a request that is older than the last (§8)", () => {
    const [later] = node.step(leader, message("c1", write));
    const older = message("c1", { ...write, msg_id: 4 });
    const [, effects] = node.step(later, older);
    expect(effects.map(({ kind }) => kind)).toEqual(["persist"]);
  });

  test("does not answer what a leader of an earlier term took", () => {
    const sim = simulate({ seed: 1, nodes: { n1: node } });
    sim.runUntil(400);
    sim.inject({ src: "c1", dest: "n1", body: write });
    sim.runFor(50);
    sim.apply({ kind: "crash", node: "n1" });
    sim.apply({ kind: "restart", node: "n1" });
    sim.runFor(400);
    expect(sim.state<Kv>("n1").data).toEqual({ '"x"': 1 });
    const answers = sim.trace.filter(
      (event) => event.kind === "send" && event.message.dest === "c1",
    );
    expect(answers).toHaveLength(1);
  });
});

test("who knows no leader says so to a read, in Maelstrom's words", () => {
  const [, effects] = node.step(
    started(["n2", "n3"]),
    message("c1", read),
  );
  const body = {
    type: "error",
    code: 11,
    text: "no leader known",
    in_reply_to: 6,
  };
  expect(effects).toEqual([{ kind: "send", dest: "c1", body }]);
});

describe("a snapshot (§7)", () => {
  /** A follower with so many entries, of which so many are applied. */
  function holding(entries: number, applied: number): Kv {
    const kv = started(["n2", "n3"]);
    const log = Array.from(
      { length: entries },
      (): Entry => ({ kind: "no-op", term: 1 }),
    );
    const raft = { ...kv.raft, log, commitIndex: applied };
    return { ...kv, raft, applied };
  }

  test("is not taken while the log has 40 entries", () => {
    const kv = holding(40, 40);
    expect(node.step(kv, gossip)).toEqual([kv, []]);
  });

  test("is taken at the 41st, and stored", () => {
    const [next, effects] = node.step(holding(41, 41), gossip);
    expect(next.raft.snapshot.lastIndex).toBe(41);
    expect(next.raft.log).toEqual([]);
    expect(effects).toMatchObject([{ kind: "persist", key: "raft" }]);
  });

  test("is not taken of nothing new, however long the log", () => {
    const kv = holding(60, 0);
    expect(node.step(kv, gossip)).toEqual([kv, []]);
  });
});

describe("the errors of the store are Maelstrom's", () => {
  const data = { '"x"': 1 };

  test.each<[Body, number, string]>([
    [{ type: "read", key: "y" }, 20, "no such key"],
    [{ type: "cas", key: "y", from: 1, to: 2 }, 20, "no such key"],
    [
      { type: "cas", key: "x", from: 3, to: 2 },
      22,
      "another value is there",
    ],
  ])("%o: %i, and the data stay", (request, code, text) => {
    const failed = { type: "error", code, text };
    expect(execute(data, request)).toEqual([data, failed]);
  });
});

describe("the store that reads its own state", () => {
  const broken = readOwnState(node);
  const [leader] = alone();

  test("is broken where it leads, and only there", () => {
    const follower = started(["n2", "n3"]);
    const asked = message("c1", read);
    expect(broken.step(follower, asked)).toEqual(
      node.step(follower, asked),
    );
    expect(broken.step(leader, asked)[0]).toBe(leader);
  });

  test("is broken for reads, and only for them", () => {
    const asked = message("c1", write);
    expect(broken.step(leader, asked)).toEqual(
      node.step(leader, asked),
    );
  });
});

describe("who leads, by what is on the disks (§5.2)", () => {
  function disk(currentTerm: number, votedFor: NodeId | null) {
    return { raft: { currentTerm, votedFor } as Json };
  }

  test("is whom a majority chose in the newest term", () => {
    const disks = {
      n1: disk(3, "n2"),
      n2: disk(3, "n2"),
      n3: disk(2, "n1"),
    };
    expect(leaderOf(disks)).toBe("n2");
  });

  test("is nobody while only half have chosen", () => {
    const disks = {
      n1: disk(3, "n1"),
      n2: disk(3, "n1"),
      n3: disk(3, "n3"),
      n4: disk(3, "n3"),
    };
    expect(leaderOf(disks)).toBeNull();
  });

  test("is nobody where the newest term has one vote yet", () => {
    const disks = {
      n1: disk(2, "n1"),
      n2: disk(2, "n1"),
      n3: disk(3, "n3"),
    };
    expect(leaderOf(disks)).toBeNull();
  });

  test("counts an empty disk as a server without a vote", () => {
    expect(leaderOf({ n1: disk(1, "n1"), n2: {} })).toBeNull();
    const two = { n1: disk(1, "n1"), n2: disk(1, "n1"), n3: {} };
    expect(leaderOf(two)).toBe("n1");
  });
});
