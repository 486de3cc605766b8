import { describe, expect, test } from "vitest";
import type { Body, Effect, Input } from "../kernel/node.ts";
import {
  type CalvinOptions,
  type Shard as CalvinShard,
  shard as calvinShard,
} from "./calvin.ts";
import {
  leader,
  type PaxosCommitOptions,
  participant as paxosParticipant,
} from "./paxos-commit.ts";
import { prewrite, rowOf } from "./percolator.ts";
import { shard } from "./shards.ts";
import * as three from "./three-phase.ts";
import {
  coordinator,
  participant,
  type TwoPhaseOptions,
} from "./two-phase.ts";

/** One message, one timer: what a step is made of. */
function from(src: string, body: Body, nowMs = 0): Input {
  const message = { src, dest: "me", body };
  return { event: { kind: "message", message }, nowMs, dice: 5 };
}
function fired(name: string): Input {
  return { event: { kind: "timer", name }, nowMs: 0, dice: 5 };
}
const sent = (dest: string, body: Body): Effect => ({
  kind: "send",
  dest,
  body,
});
const forced = (value: string): Effect => ({
  kind: "persist",
  key: "log",
  value,
});
const timed = (name: string, afterMs: number): Effect => ({
  kind: "set-timer",
  name,
  afterMs,
});

const options: TwoPhaseOptions = {
  coordinator: "c",
  participants: ["p1", "p2", "p3"],
  presume: "abort",
  isCooperative: true,
  voteMsMax: 50,
  retryMs: 40,
};

const paxos: PaxosCommitOptions = {
  participants: ["p1", "p2"],
  acceptors: ["a1", "a2", "a3"],
  leaders: ["l1", "l2"],
  isFaster: false,
  roundMs: 40,
  askMsMin: 60,
  askMsMax: 120,
};

const rounds = { roundMs: 30, silenceMs: 100 };

describe("a vote, step by step", () => {
  const node = participant(options, "yes");
  const at = (
    phase: "idle" | "working" | "prepared" | "committed",
  ) => ({
    id: "p1",
    phase,
  });
  const yes = sent("c", { type: "vote", vote: "yes" });
  const no = sent("c", { type: "vote", vote: "no" });
  const asked = from("c", { type: "prepare" });

  test("writes the promise, then says yes, then minds the time", () => {
    expect(node.step(at("working"), asked)).toEqual([
      { id: "p1", phase: "prepared" },
      [forced("prepared"), yes, timed("in-doubt", 40)],
    ]);
  });

  test("says no without work, and if it must refuse", () => {
    const aborted = { id: "p1", phase: "aborted" };
    expect(node.step(at("idle"), asked)).toEqual([aborted, [no]]);
    const other = participant(options, "no");
    expect(other.step(at("working"), asked)).toEqual([aborted, [no]]);
    expect(node.step({ id: "p1", phase: "aborted" }, asked)).toEqual([
      aborted,
      [no],
    ]);
  });

  test("says yes again, and nothing when it is committed", () => {
    expect(node.step(at("prepared"), asked)).toEqual([
      at("prepared"),
      [yes],
    ]);
    expect(node.step(at("committed"), asked)).toEqual([
      at("committed"),
      [],
    ]);
  });
});

describe("a participant in doubt, step by step", () => {
  const node = participant(options, "yes");
  const prepared = { id: "p2", phase: "prepared" } as const;
  const ask = { type: "ask" };
  const again = timed("in-doubt", 40);

  test("asks the coordinator, and the others if they are asked", () => {
    expect(node.step(prepared, fired("in-doubt"))).toEqual([
      prepared,
      [sent("c", ask), sent("p1", ask), sent("p3", ask), again],
    ]);
    const alone = participant(
      { ...options, isCooperative: false },
      "yes",
    );
    expect(alone.step(prepared, fired("in-doubt"))).toEqual([
      prepared,
      [sent("c", ask), again],
    ]);
  });

  test("asks nobody if it is not in doubt", () => {
    for (const phase of ["idle", "working", "committed"] as const) {
      const state = { id: "p2", phase };
      expect(node.step(state, fired("in-doubt"))).toEqual([state, []]);
    }
  });

  test("asked by another, it knows, or sets both free, or is silent", () => {
    const asked = from("p3", ask);
    const told = (type: string) => [sent("p3", { type })];
    expect(node.step(prepared, asked)).toEqual([prepared, []]);
    for (const phase of ["committed", "aborted"] as const)
      expect(node.step({ id: "p2", phase }, asked)).toEqual([
        { id: "p2", phase },
        told(phase),
      ]);
    for (const phase of ["idle", "working"] as const)
      expect(node.step({ id: "p2", phase }, asked)).toEqual([
        { id: "p2", phase: "aborted" },
        told("aborted"),
      ]);
  });
});

describe("a coordinator, step by step", () => {
  const node = coordinator(options);
  const basic = coordinator({ ...options, presume: "nothing" });
  const voting = {
    phase: "voting" as const,
    yes: ["p1"],
    no: [],
    acked: [],
    isBack: false,
  };
  const vote = (src: string, said: "yes" | "no") =>
    from(src, { type: "vote", vote: said });
  const told = (ids: readonly string[], type: string) =>
    ids.map((id) => sent(id, { type }));

  test("counts each yes once, and commits at the last", () => {
    expect(node.step(voting, vote("p1", "yes"))).toEqual([voting, []]);
    const [two, none] = node.step(voting, vote("p2", "yes"));
    expect([two, none]).toEqual([{ ...voting, yes: ["p1", "p2"] }, []]);
    expect(node.step(two, vote("p3", "yes"))).toEqual([
      { ...voting, phase: "committed", yes: ["p1", "p2", "p3"] },
      [
        forced("committed"),
        ...told(["p1", "p2", "p3"], "committed"),
        timed("acks", 40),
      ],
    ]);
  });

  test("aborts at the first no, and presumes it or not", () => {
    const next = { ...voting, phase: "aborted" as const, no: ["p2"] };
    expect(node.step(voting, vote("p2", "no"))).toEqual([
      next,
      told(["p1", "p3"], "aborted"),
    ]);
    expect(basic.step(voting, vote("p2", "no"))).toEqual([
      next,
      [
        forced("aborted"),
        ...told(["p1", "p3"], "aborted"),
        timed("acks", 40),
      ],
    ]);
  });

  test("aborts when time is up, and only while it counts", () => {
    expect(node.step(voting, fired("votes"))).toEqual([
      { ...voting, phase: "aborted" },
      told(["p1", "p2", "p3"], "aborted"),
    ]);
    const done = { ...voting, phase: "committed" as const };
    expect(node.step(done, fired("votes"))).toEqual([done, []]);
  });

  test("tells those again who have not acknowledged", () => {
    const done = {
      phase: "committed" as const,
      yes: ["p1", "p2", "p3"],
      no: [],
      acked: ["p2"],
      isBack: true,
    };
    expect(node.step(done, fired("acks"))).toEqual([
      done,
      [...told(["p1", "p3"], "committed"), timed("acks", 40)],
    ]);
    const all = { ...done, acked: ["p1", "p2", "p3"] };
    expect(node.step(all, fired("acks"))).toEqual([all, []]);
  });

  test("answers what it knows, and aborted if it knows nothing", () => {
    const idle = {
      phase: "idle" as const,
      yes: [],
      no: [],
      acked: [],
      isBack: true,
    };
    const ask = from("p1", { type: "ask" });
    const answer = (type: string) => [sent("p1", { type })];
    expect(node.step(idle, ask)).toEqual([idle, answer("aborted")]);
    expect(node.step(voting, ask)).toEqual([voting, []]);
    for (const phase of ["committed", "aborted"] as const) {
      const state = { ...voting, phase };
      expect(node.step(state, ask)).toEqual([state, answer(phase)]);
      expect(node.step(state, vote("p3", "yes"))).toEqual([state, []]);
    }
    expect(node.step(idle, vote("p1", "yes"))).toEqual([
      idle,
      answer("aborted"),
    ]);
  });
});

describe("the survivors of three-phase commit, step by step", () => {
  const node = three.participant(
    {
      coordinator: "c",
      participants: ["p1", "p2", "p3"],
      roundMs: 30,
      silenceMs: 100,
    },
    "yes",
  );
  const end = (heard: three.Participant["heard"], phase = "prepared") =>
    node.step(
      {
        id: "p1",
        phase: phase as "prepared",
        heard,
        isRecovering: false,
      },
      fired("round"),
    );
  const over = (phase: "committed" | "aborted") => [
    { id: "p1", phase, heard: null, isRecovering: false },
    [
      forced(phase),
      sent("p2", { type: phase }),
      sent("p3", { type: phase }),
    ],
  ];

  test("follow a decision that one of them has heard", () => {
    expect(end({ p1: "prepared", p2: "committed" })).toEqual(
      over("committed"),
    );
    expect(end({ p1: "precommitted", p2: "aborted" })).toEqual(
      over("aborted"),
    );
  });

  test("abort if nobody was told that all voted yes", () => {
    expect(end({ p1: "prepared" })).toEqual(over("aborted"));
    expect(end({ p1: "prepared", p3: "prepared" })).toEqual(
      over("aborted"),
    );
  });

  test("commit if all were told, and tell the rest first", () => {
    const both = { p1: "precommitted", p2: "precommitted" } as const;
    expect(end(both, "precommitted")).toEqual(over("committed"));
    expect(end({ p1: "prepared", p2: "precommitted" })).toEqual([
      {
        id: "p1",
        phase: "precommitted",
        heard: both,
        isRecovering: false,
      },
      [
        forced("precommitted"),
        sent("p2", { type: "precommit" }),
        timed("round", 30),
      ],
    ]);
  });

  test("keep to their vote when a copy of the question comes", () => {
    const asked = from("c", { type: "prepare" });
    const phases = ["prepared", "precommitted", "committed"] as const;
    for (const phase of phases) {
      const voted = {
        id: "p1",
        phase,
        heard: null,
        isRecovering: false,
      };
      expect(node.step(voted, asked)).toEqual([voted, []]);
    }
  });

  test("do nothing if they have not asked, or know already", () => {
    expect(end(null)[1]).toEqual([]);
    expect(end({ p1: "prepared" }, "committed")[1]).toEqual([]);
  });
});

describe("who comes back with nothing in its log", () => {
  const setup = { id: "p1", peers: [], nowMs: 0, dice: 1 };
  const mark = { kind: "persist", key: "started", value: true };
  const disk = { started: true };
  const chiefs = [
    ["two-phase", coordinator(options)],
    ["three-phase", three.coordinator({ ...options, ...rounds })],
  ] as const;
  const members = [
    ["two-phase", participant(options, "yes")],
    [
      "three-phase",
      three.participant({ ...options, ...rounds }, "yes"),
    ],
    ["Paxos", paxosParticipant(paxos, true)],
  ] as const;
  const isSend = ({ kind }: Effect) => kind === "send";

  test.each(chiefs)("%s: begins nothing a second time", (_, node) => {
    const begin = from("client", { type: "begin" });
    const [first, effects] = node.init({ ...setup, disk: {} });
    expect(effects).toEqual([mark]);
    expect(
      node.step(first as never, begin)[1].filter(isSend).length,
    ).toBe(3);
    const [back, none] = node.init({ ...setup, disk });
    expect(none).toEqual([]);
    expect(node.step(back as never, begin)).toEqual([back, []]);
  });

  test.each(members)("%s: has lost its part, for good", (_, node) => {
    const work = from("client", { type: "work" });
    const [first, [marked]] = node.init({ ...setup, disk: {} });
    expect(marked).toEqual(mark);
    expect(node.step(first as never, work)[0].phase).toBe("working");
    const [back] = node.init({ ...setup, disk });
    expect(back.phase).toBe("aborted");
    expect(node.step(back as never, work)).toEqual([back, []]);
  });
});

describe("a new leader of Paxos Commit, step by step", () => {
  const node = leader(paxos);
  const start = {
    id: "l2",
    decision: null,
    isAtWork: true,
    ballot: 5,
    used: 5,
    promises: {},
    reports: {},
  };
  const promise = (
    src: string,
    accepted: Body["accepted"],
    ballot = 5,
  ) => from(src, { type: "promise", ballot, accepted: accepted ?? {} });
  const yes = (ballot: number) => ({ ballot, vote: "prepared" });
  const no = (ballot: number) => ({ ballot, vote: "aborted" });
  const phase2 = (p1: string, p2: string) =>
    ["a1", "a2", "a3"].map((id) =>
      sent(id, {
        type: "phase2",
        ballot: 5,
        votes: {
          p1: { ballot: 5, vote: p1 },
          p2: { ballot: 5, vote: p2 },
        },
      }),
    );

  test("waits for a majority, then adopts, and aborts the rest", () => {
    const [one, none] = node.step(start, promise("a2", { p1: yes(0) }));
    expect(none).toEqual([]);
    expect(one.promises).toEqual({ a2: { p1: yes(0) } });
    expect(node.step(one, promise("a2", { p1: yes(0) }))[1]).toEqual(
      [],
    );
    const [two, asks] = node.step(one, promise("a3", {}));
    expect(asks).toEqual(phase2("prepared", "aborted"));
    expect(two.promises).toEqual({ a2: { p1: yes(0) }, a3: {} });
    expect(node.step(two, promise("a1", { p2: yes(0) }))).toEqual([
      two,
      [],
    ]);
  });

  test("adopts a vote though the first to promise knows of none", () => {
    const [one] = node.step(start, promise("a2", {}));
    expect(node.step(one, promise("a3", { p1: yes(0) }))[1]).toEqual(
      phase2("prepared", "aborted"),
    );
  });

  test("obeys the highest ballot, whoever tells it first", () => {
    for (const [first, second] of [
      [
        { p1: no(1), p2: yes(3) },
        { p1: yes(3), p2: no(1) },
      ],
      [
        { p1: yes(3), p2: no(1) },
        { p1: no(1), p2: yes(3) },
      ],
    ] as const) {
      const [one] = node.step(start, promise("a1", first));
      expect(node.step(one, promise("a2", second))[1]).toEqual(
        phase2("prepared", "prepared"),
      );
    }
  });

  test("does not hear promises of another ballot", () => {
    expect(node.step(start, promise("a1", {}, 3))).toEqual([start, []]);
  });

  // It did: its first promises had it abort, a copy and a late one commit.
  test("decides nothing more in the ballot of before a crash", () => {
    const setup = { id: "l2", peers: [], nowMs: 0, dice: 1 };
    const [back] = node.init({ ...setup, disk: { ballot: 5 } });
    const [copy] = node.step(back, promise("a1", {}));
    const both = { p1: yes(0), p2: yes(0) };
    expect(node.step(copy, promise("a3", both))).toEqual([back, []]);
    const [, [saved]] = node.step(back, fired("round"));
    expect(saved).toMatchObject({ key: "ballot", value: 7 });
  });
});

describe("the primary of Percolator, step by step", () => {
  const lock = { startTs: 4, primary: "bob", setMs: 100 };
  const locked = prewrite(rowOf(10), 3, lock) ?? rowOf(0);
  const node = shard({}, 100);
  const check = (row: typeof locked, nowMs: number) =>
    node.step(
      { rows: { bob: row } },
      from(
        "r",
        { type: "check", key: "bob", startTs: 4, id: 9 },
        nowMs,
      ),
    );
  const answer = (told: object) =>
    sent("r", { ...told, type: "answer", id: 9 } as Body);

  test("lets a young lock be, to the last millisecond", () => {
    expect(check(locked, 199)).toEqual([
      { rows: { bob: locked } },
      [answer({ fate: "unknown" })],
    ]);
  });

  test("rolls an old one back, on disk, before it says so", () => {
    const rows = { bob: { ...rowOf(10), rolledBack: [4] } };
    expect(check(locked, 200)).toEqual([
      { rows },
      [
        { kind: "persist", key: "rows", value: rows },
        answer({ fate: "rolled back" }),
      ],
    ]);
  });

  test("tells a commit, and a roll-back that is over", () => {
    const done = {
      data: { 0: 10, 4: 3 },
      lock: null,
      write: { 0: 0, 6: 4 },
      rolledBack: [],
    };
    expect(check(done, 999)[1]).toEqual([
      answer({ fate: "committed", commitTs: 6 }),
    ]);
    const over = { ...rowOf(10), rolledBack: [4] };
    expect(check(over, 100)).toEqual([
      { rows: { bob: over } },
      [answer({ fate: "rolled back" })],
    ]);
    const other = { ...rowOf(10), lock: { ...lock, startTs: 5 } };
    expect(check(other, 100)[1]).toEqual([
      answer({ fate: "rolled back" }),
    ]);
  });

  test("a prewrite leaves value and lock, and nothing else", () => {
    expect(locked).toEqual({
      data: { 0: 10, 4: 3 },
      lock,
      write: { 0: 0 },
      rolledBack: [],
    });
    const at = (commitTs: number) => ({
      ...rowOf(10),
      write: { 0: 0, [commitTs]: 1 },
    });
    expect(prewrite(at(4), 3, lock)).toBeNull();
    expect(prewrite(at(5), 3, lock)).toBeNull();
    expect(prewrite(at(3), 3, lock)?.lock).toEqual(lock);
  });
});

describe("a shard of Calvin, step by step", () => {
  const calvin: CalvinOptions = {
    sequencer: "seq",
    shardOf: { a: "s1", b: "s2", c: "s3", d: "s1" },
    epochMs: 10,
  };
  const node = calvinShard(calvin, { a: 20, d: 5 });
  const empty: CalvinShard = {
    id: "s1",
    log: [],
    done: 0,
    values: { a: 20, d: 5 },
    past: {},
    heard: {},
  };
  const move = (f: string, t: string, amount: number) => ({
    from: f,
    to: t,
    amount,
  });
  const log = (...list: readonly ReturnType<typeof move>[]) =>
    from("seq", { type: "log", log: list });

  test("reads, tells the other, and waits for what it reads", () => {
    const told = sent("s2", {
      type: "reads",
      nth: 0,
      values: { a: 20 },
    });
    const [one, effects] = node.step(empty, log(move("a", "b", 7)));
    expect(effects).toEqual([told]);
    expect(one).toEqual({
      ...empty,
      log: [move("a", "b", 7)],
      past: { 0: { a: 20 } },
    });
    const reads = from("s2", {
      type: "reads",
      nth: 0,
      values: { b: 2 },
    });
    const [two, more] = node.step(one, reads);
    expect(more).toEqual([]);
    expect(two).toEqual({
      ...one,
      done: 1,
      values: { a: 13, d: 5 },
      heard: { 0: { b: 2 } },
    });
  });

  test("goes on by itself where it has all, and past what is not its", () => {
    const list = [
      move("b", "c", 1),
      move("a", "d", 4),
      move("a", "c", 1),
    ];
    const [state, effects] = node.step(empty, log(...list));
    expect(effects).toEqual([
      sent("s3", { type: "reads", nth: 2, values: { a: 16 } }),
    ]);
    expect(state).toEqual({
      ...empty,
      log: list,
      done: 2,
      values: { a: 16, d: 9 },
      past: { 1: { a: 20, d: 5 }, 2: { a: 16 } },
    });
  });

  test("says no by the logic of the transfer alone", () => {
    const [one] = node.step(empty, log(move("a", "b", 21)));
    const reads = from("s2", {
      type: "reads",
      nth: 0,
      values: { b: 2 },
    });
    expect(node.step(one, reads)[0].values).toEqual({ a: 20, d: 5 });
  });
});
