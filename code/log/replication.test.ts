/** Replication in one partition, claim by claim. */
import { describe, expect, test } from "vitest";
import { confirmedByAll, confirmedByOne } from "./ack.scenario.ts";
import {
  momentsMs,
  runAcks,
  runEach,
  settings,
  troubles,
} from "./acks.scenario.ts";
import { truncateToWatermark } from "./broken.ts";
import { broker } from "./broker.ts";
import { brokerOptions, partition } from "./cluster.scenario.ts";
import { type Controller, controller } from "./controller.ts";
import { askLeader, onEpochEndOk, onFetchOk } from "./follower.ts";
import {
  advance,
  type Leader,
  onEpochEnd,
  onFetch,
  produce,
  shrink,
  writeMarker,
} from "./leader.ts";
import { data } from "./record.ts";
import {
  becomeFollower,
  becomeLeader,
  emptyReplica,
  type LeaderAndIsr,
  type Replica,
} from "./replica.ts";
import { append, emptyLog, recordsOf } from "./segments.ts";
import { stamped } from "./sequences.ts";
import { twoCrashes } from "./truncation.scenario.ts";

const replicas = ["n1", "n2", "n3"];
const view: LeaderAndIsr = {
  replicas,
  leader: "n1",
  leaderEpoch: 2,
  isr: replicas,
  partitionEpoch: 4,
};
const three = [data("k", 1, 0), data("k", 2, 0), data("k", 3, 0)];

/** n1 leads epoch 2 with three records of epoch 1, one committed. */
function leader(more: Partial<LeaderAndIsr> = {}): Leader {
  const now = { ...view, ...more };
  const empty = emptyReplica(emptyLog(brokerOptions.log));
  const log = append(empty.log, three, 1);
  const epochs = [{ leaderEpoch: 1, startOffset: 0 }];
  const old = { ...empty, log, epochs, highWatermark: 1 };
  return ledBy(becomeLeader(old, now, 0), now);
}

function ledBy(replica: Replica, now = view): Leader {
  if (replica.role.kind !== "leader")
    throw new Error("it does not lead");
  const { role } = replica;
  const about = { id: "n1", options: brokerOptions, partition };
  return { ...about, replica, view: now, role };
}

const write = (acks: 0 | 1 | "all") => ({
  acks,
  entries: [data("k", 4, 0)],
  msg_id: 9,
});
const ok = (offset: number) => ({
  kind: "send",
  dest: "p1",
  body: { type: "produce_ok", in_reply_to: 9, offset },
});

/** These followers fetch from here; what the leader becomes, and says. */
function fetched(
  from: Leader,
  ends: Record<string, number>,
  nowMs = 1,
) {
  return Object.entries(ends).reduce<{
    leader: Leader;
    types: unknown[];
  }>(
    ({ leader, types }, [id, offset]) => {
      const [replica, effects] = onFetch(leader, id, offset, nowMs);
      const said = effects.flatMap((e) =>
        e.kind === "send" ? [e.body.type] : [],
      );
      const next = ledBy(replica, leader.view);
      return { leader: next, types: [...types, ...said] };
    },
    { leader: from, types: [] },
  );
}

describe("acks", () => {
  test("0: no answer at all", () => {
    const [replica, effects] = produce(leader(), "p1", write(0));
    expect(replica.log.endOffset).toBe(4);
    expect(effects).toEqual([]);
  });

  test("1: an answer as soon as the leader has it", () => {
    const [, effects] = produce(leader(), "p1", write(1));
    expect(effects).toEqual([ok(3)]);
  });

  test("all: an answer when every in-sync replica has it", () => {
    const [replica, none] = produce(leader(), "p1", write("all"));
    expect(none).toEqual([]);
    expect(recordsOf(replica.log)[3]).toMatchObject({ leaderEpoch: 2 });
    const one = fetched(ledBy(replica), { n2: 4 });
    expect(one.types).toEqual(["fetch_ok"]);
    const not = fetched(one.leader, { n3: 3 });
    expect(not.types).toEqual(["fetch_ok"]);
    const both = fetched(not.leader, { n3: 4 });
    expect(both.types).toEqual(["produce_ok", "fetch_ok"]);
    expect(both.leader.replica.highWatermark).toBe(4);
    expect(both.leader.role.waiting).toEqual([]);
  });

  test("all: refused at once with too few in sync (min.insync.replicas)", () => {
    const told = (isr: readonly string[]) =>
      produce(leader({ isr }), "p1", write("all"));
    const [replica, effects] = told(["n1"]);
    expect(replica.log.endOffset).toBe(3);
    expect(effects).toMatchObject([
      { body: { code: 11, text: "NOT_ENOUGH_REPLICAS" } },
    ]);
    expect(told(["n1", "n2"])[0].log.endOffset).toBe(4);
    expect(produce(leader({ isr: ["n1"] }), "p1", write(1))[1]).toEqual(
      [ok(3)],
    );
  });

  test("all: with too few afterwards, nobody knows", () => {
    const [replica] = produce(leader(), "p1", write("all"));
    const thin = ledBy(replica, { ...view, isr: ["n1"] });
    const [, effects] = advance(thin);
    expect(effects).toMatchObject([
      {
        body: { code: 1020, text: "NOT_ENOUGH_REPLICAS_AFTER_APPEND" },
      },
    ]);
  });

  test("a record that comes again is answered and not written", () => {
    const stamp = {
      id: 7,
      epoch: 0,
      sequence: 0,
      isTransactional: false,
    };
    const entries = stamped([data("k", 4, 0)], stamp);
    const again = { ...write(1), entries };
    const [once] = produce(leader(), "p1", again);
    const [twice, effects] = produce(ledBy(once), "p1", again);
    expect(twice.log).toBe(once.log);
    expect(effects).toEqual([ok(3)]);
    const all = produce(ledBy(once), "p1", { ...again, acks: "all" });
    expect(all[1]).toEqual([]);
  });

  test("gaps and old epochs of a producer are refused", () => {
    const entry = (epoch: number, sequence: number) =>
      stamped([data("k", 4, 0)], {
        id: 7,
        epoch,
        sequence,
        isTransactional: false,
      });
    const ask = (from: Leader, epoch: number, sequence: number) =>
      produce(from, "p1", {
        ...write(1),
        entries: entry(epoch, sequence),
      });
    const [gap, told] = ask(leader(), 0, 1);
    expect(gap.log.endOffset).toBe(3);
    expect(told).toMatchObject([
      { body: { code: 14, text: "OUT_OF_ORDER_SEQUENCE_NUMBER" } },
    ]);
    const [newer] = ask(leader(), 1, 0);
    const [, fenced] = ask(ledBy(newer), 0, 0);
    expect(fenced).toMatchObject([
      { body: { code: 14, text: "INVALID_PRODUCER_EPOCH" } },
    ]);
  });
});

describe("the high watermark", () => {
  test("is the least end of all in sync, and never goes back", () => {
    const up = fetched(leader(), { n2: 3, n3: 2 });
    expect(up.leader.replica.highWatermark).toBe(2);
    const down = fetched(up.leader, { n3: 1 });
    expect(down.leader.replica.highWatermark).toBe(2);
  });

  test("lets go those who wait for what is below it, and no others", () => {
    const [one] = produce(leader(), "p1", write("all"));
    const later = { ...write("all"), msg_id: 10 };
    const [two] = produce(ledBy(one), "p2", later);
    expect(ledBy(two).role.waiting).toEqual([
      { lastOffset: 3, client: "p1", msgId: 9 },
      { lastOffset: 4, client: "p2", msgId: 10 },
    ]);
    const half = fetched(ledBy(two), { n2: 5, n3: 4 }).leader;
    expect(half.replica.highWatermark).toBe(4);
    expect(half.role.waiting).toEqual([
      { lastOffset: 4, client: "p2", msgId: 10 },
    ]);
  });

  test("is told who has not been heard to have nothing", () => {
    const from = leader({ isr: ["n1", "n9"] });
    const fresh = { ...from.replica, highWatermark: 0 };
    const [replica, effects] = advance({ ...from, replica: fresh });
    expect(replica.highWatermark).toBe(0);
    expect(advance(from)[0].highWatermark).toBe(1);
    expect(effects).toEqual([]);
  });

  test("waits for those too who may be in sync (KIP-497)", () => {
    const two = leader({ isr: ["n1", "n2"] });
    const joined = fetched(two, { n3: 3 });
    expect(joined.leader.role.proposedIsr).toEqual(["n1", "n2", "n3"]);
    const [replica] = produce(joined.leader, "p1", write(1));
    const now = ledBy(replica, two.view);
    const { leader: after } = fetched(now, { n2: 4 });
    expect(after.replica.highWatermark).toBe(3);
  });
});

describe("who is in sync", () => {
  test("joins with all that is committed and all of older epochs", () => {
    const two = leader({ isr: ["n1", "n2"] });
    // Epoch 2 began at offset 3: less is not enough.
    expect(fetched(two, { n3: 2 }).leader.role.proposedIsr).toBe(null);
    const joined = fetched(two, { n3: 3 });
    expect(joined.types).toEqual(["alter_isr", "fetch_ok"]);
    expect(joined.leader.role.proposedIsr).toEqual(["n1", "n2", "n3"]);
    // One proposal at a time.
    const again = fetched(joined.leader, { n3: 3 });
    expect(again.types).toEqual(["fetch_ok"]);
  });

  test("does not join while it lacks what is committed", () => {
    const alone = leader({ isr: ["n1"] });
    const [grown] = produce(alone, "p1", write(1));
    expect(grown.highWatermark).toBe(4);
    const behind = fetched(ledBy(grown, alone.view), { n3: 3 });
    expect(behind.leader.role.proposedIsr).toBe(null);
  });

  test("leaves when it has not caught up for too long", () => {
    const { replicaLagMsMax } = brokerOptions;
    const now = fetched(leader(), { n2: 3, n3: 2 }, 10).leader;
    const at = (ms: number) => shrink(now, ms)[0].proposedIsr;
    expect(at(replicaLagMsMax)).toBe(null);
    // n3 had not caught up since the beginning, n2 has at 10 ms.
    expect(at(replicaLagMsMax + 1)).toEqual(["n1", "n2"]);
    expect(at(replicaLagMsMax + 10)).toEqual(["n1", "n2"]);
    expect(at(replicaLagMsMax + 11)).toEqual(["n1"]);
  });

  test("has caught up who is where the end was at its last fetch", () => {
    const first = fetched(leader(), { n3: 2 }, 10).leader;
    const [grown] = produce(first, "p1", write(1));
    const later = fetched(ledBy(grown), { n3: 3 }, 50).leader;
    expect(later.role.progress.n3).toMatchObject({ caughtUpMs: 10 });
    const full = fetched(later, { n3: 4 }, 60).leader;
    expect(full.role.progress.n3).toMatchObject({ caughtUpMs: 60 });
  });

  test("is asked about again until the controller has answered", () => {
    const now = fetched(leader({ isr: ["n1", "n2"] }), {
      n3: 3,
    }).leader;
    const [role, effects] = shrink(now, 5);
    expect(role.proposedIsr).toEqual(["n1", "n2", "n3"]);
    expect(effects).toEqual([
      {
        kind: "send",
        dest: "k1",
        body: {
          type: "alter_isr",
          partition,
          leaderEpoch: 2,
          partitionEpoch: 4,
          isr: ["n1", "n2", "n3"],
        },
      },
    ]);
  });
});

describe("a follower", () => {
  const follower = becomeFollower(leader().replica, {
    ...view,
    leader: "n2",
  });
  const agreed: Replica = {
    ...follower,
    role: { kind: "follower", isAgreed: true },
  };

  test("asks first where its latest epoch ended (KIP-101)", () => {
    expect(askLeader(partition, follower)).toMatchObject([
      {
        dest: "n2",
        body: { type: "epoch_end", asked: 2, leaderEpoch: 2 },
      },
    ]);
    expect(askLeader(partition, agreed)).toMatchObject([
      { dest: "n2", body: { type: "fetch", offset: 3 } },
    ]);
    expect(askLeader(partition, leader().replica)).toEqual([]);
    const offline = { ...agreed, view: { ...view, leader: null } };
    expect(askLeader(partition, offline)).toEqual([]);
  });

  test("is told the end of the epoch, and cuts off what is behind", () => {
    const answer = onEpochEnd(leader(), "n3", 1);
    expect(answer).toMatchObject({
      dest: "n3",
      body: { asked: 1, answer: { leaderEpoch: 1, endOffset: 3 } },
    });
    const cut = onEpochEndOk(follower, 2, {
      leaderEpoch: 1,
      endOffset: 2,
    });
    expect(cut.log.endOffset).toBe(2);
    expect(cut.role).toEqual({ kind: "follower", isAgreed: true });
    const low = onEpochEndOk(follower, 2, {
      leaderEpoch: 1,
      endOffset: 0,
    });
    expect(low.highWatermark).toBe(0);
    // An answer to a question of before.
    const old = onEpochEndOk(follower, 1, {
      leaderEpoch: 1,
      endOffset: 2,
    });
    expect(old).toBe(follower);
    expect(
      onEpochEndOk(agreed, 2, { leaderEpoch: 1, endOffset: 2 }),
    ).toBe(agreed);
  });

  test("takes what fits to its end, and the watermark up to there", () => {
    const record = { ...data("k", 4, 0), offset: 3, leaderEpoch: 2 };
    const answer = { from: 3, records: [record], highWatermark: 9 };
    const grown = onFetchOk(agreed, answer);
    expect(grown.log.endOffset).toBe(4);
    expect(grown.highWatermark).toBe(4);
    expect(grown.epochs.at(-1)).toEqual({
      leaderEpoch: 2,
      startOffset: 3,
    });
    expect(onFetchOk(agreed, { ...answer, from: 2 })).toBe(agreed);
    expect(onFetchOk(follower, answer)).toBe(follower);
    const low = onFetchOk(agreed, { ...answer, highWatermark: 0 });
    expect(low.highWatermark).toBe(1);
  });
});

describe("a marker", () => {
  const marker = {
    outcome: "commit" as const,
    producerId: 7,
    endsEpoch: 0,
    producerEpoch: 1,
    msg_id: 9,
  };

  test("is written once, though it comes again", () => {
    const [once] = writeMarker(leader(), "t1", marker, 5);
    expect(recordsOf(once.log)[3]).toMatchObject({
      kind: "commit",
      stamp: { id: 7, epoch: 1, isTransactional: true },
    });
    const [twice] = writeMarker(ledBy(once), "t1", marker, 5);
    expect(twice.log).toBe(once.log);
    const waits = ledBy(twice).role.waiting;
    expect(waits.map((wait) => wait.lastOffset)).toEqual([3, 3]);
  });

  test("does not hit the next transaction of the same producer", () => {
    const [once] = writeMarker(leader(), "t1", marker, 5);
    const entries = stamped([data("k", 1, 0)], {
      id: 7,
      epoch: 1,
      sequence: 0,
      isTransactional: true,
    });
    const [open] = produce(ledBy(once), "p1", { ...write(1), entries });
    const [late] = writeMarker(ledBy(open), "t1", marker, 5);
    expect(late.log).toBe(open.log);
    const own = { ...marker, endsEpoch: 1, producerEpoch: 2 };
    const [ended] = writeMarker(ledBy(open), "t1", own, 5);
    expect(ended.log.endOffset).toBe(open.log.endOffset + 1);
  });
});

describe("the controller", () => {
  const options = {
    partitions: { p: replicas },
    sessionMs: 100,
    uncleanElection: false,
  };
  type Say = readonly [string, Record<string, unknown>];
  const play = (says: readonly Say[], uncleanElection = false) => {
    const node = controller({ ...options, uncleanElection });
    const setup = { id: "k1", peers: [], disk: {}, nowMs: 0, dice: 1 };
    return says.reduce<Controller>((state, [src, fields], at) => {
      const { timer, nowMs = at, ...rest } = fields;
      const body = { type: "heartbeat", incarnation: 1, ...rest };
      const message = { src, dest: "k1", body };
      const event =
        timer === undefined
          ? ({ kind: "message", message } as const)
          : ({ kind: "timer", name: "watch" } as const);
      const input = { event, nowMs: Number(nowMs), dice: 1 };
      return node.step(state, input)[0];
    }, node.init(setup)[0]);
  };
  const all: readonly Say[] = replicas.map((id) => [id, {}]);
  const watch = (nowMs: number): Say => ["", { timer: 1, nowMs }];

  test("elects the first in sync that lives", () => {
    expect(play([["n2", {}]]).partitions.p).toMatchObject({
      leader: "n2",
      leaderEpoch: 1,
      partitionEpoch: 1,
      isr: replicas,
    });
  });

  test("buries who is silent for too long, to the millisecond", () => {
    const alive = (nowMs: number): Say[] => [
      ["n2", { nowMs }],
      ["n3", { nowMs }],
    ];
    const before = play([...all, ...alive(90), watch(100)]);
    expect(before.partitions.p?.leader).toBe("n1");
    const after = play([...all, ...alive(90), watch(101)]);
    expect(after.partitions.p).toMatchObject({
      leader: "n2",
      leaderEpoch: 2,
      isr: ["n2", "n3"],
    });
  });

  test("keeps the last one in sync, and waits for it", () => {
    const dead = play([...all, watch(500)]);
    expect(dead.partitions.p).toMatchObject({ leader: null });
    const [last = ""] = dead.partitions.p?.isr ?? [];
    expect(dead.partitions.p?.isr.length).toBe(1);
    const other = replicas.find((id) => id !== last) ?? "";
    const waits = play([...all, watch(500), [other, {}]]);
    expect(waits.partitions.p?.leader).toBe(null);
    const back = play([...all, watch(500), [last, {}]]);
    expect(back.partitions.p?.leader).toBe(last);
    const unclean = play([...all, watch(500), [other, {}]], true);
    const epochOf = (state: Controller) => [
      state.partitions.p?.leaderEpoch ?? 0,
      state.partitions.p?.partitionEpoch ?? 0,
    ];
    expect(unclean.partitions.p).toMatchObject({
      leader: other,
      isr: [other],
    });
    expect(epochOf(unclean)).toEqual(epochOf(waits).map((n) => n + 1));
    expect(epochOf(back)).toEqual(epochOf(waits).map((n) => n + 1));
    expect(back.partitions.p?.isr).toEqual([last]);
  });

  test("takes a broker that was restarted for one that died", () => {
    const { partitions } = play([...all, ["n1", { incarnation: 2 }]]);
    expect(partitions.p).toMatchObject({
      leader: "n2",
      isr: ["n2", "n3"],
    });
  });

  const alter = (fields: object): Say => [
    "n1",
    {
      type: "alter_isr",
      partition: "p",
      leaderEpoch: 1,
      partitionEpoch: 1,
      isr: ["n1", "n2"],
      ...fields,
    },
  ];

  test("changes the ISR for the leader of this view alone (KIP-497)", () => {
    const isrAfter = (...says: Say[]) =>
      play([...all, ...says]).partitions.p?.isr;
    expect(isrAfter(alter({}))).toEqual(["n1", "n2"]);
    expect(isrAfter(alter({ partitionEpoch: 0 }))).toEqual(replicas);
    expect(isrAfter(alter({ leaderEpoch: 0 }))).toEqual(replicas);
    const [, body] = alter({});
    expect(isrAfter(["n2", body])).toEqual(replicas);
    expect(isrAfter(alter({}), alter({ isr: ["n1"] }))).toEqual([
      "n1",
      "n2",
    ]);
  });

  test("lets nobody in who is dead", () => {
    const says: Say[] = [["n1", {}], alter({ isr: ["n1", "n3"] })];
    expect(play(says).partitions.p?.isr).toEqual(["n1"]);
  });
});

describe("truncation (KIP-101)", () => {
  const right = broker(brokerOptions);

  test("by high watermark loses what all had confirmed", () => {
    expect(twoCrashes(1, truncateToWatermark(right)).survives).toBe(
      false,
    );
  });

  test("by leader epoch keeps it", () => {
    expect(twoCrashes(1, right).survives).toBe(true);
  });
});

describe("what did the ack mean?", () => {
  test("acks=1: a failover loses what one broker had confirmed", () => {
    expect(confirmedByOne(1).isLost).toBe(true);
  });

  test("acks=all: lost by an unclean election, kept by a clean one", () => {
    expect(confirmedByAll(1, true).isLost).toBe(true);
    expect(confirmedByAll(1, false).isLost).toBe(false);
  });

  const cell = (name: string, setting: number) => {
    const trouble = troubles.find((other) => other.name === name);
    const chosen = settings[setting];
    if (!trouble || !chosen) throw new Error(`no cell ${name}`);
    const { lost, duplicated } = runEach(1, chosen, trouble);
    return [lost > 0, duplicated > 0];
  };
  const [no, yes] = [false, true];

  test.each([
    ["none", [no, no], [no, no], [no, no], [no, no]],
    ["a request is lost", [yes, no], [no, no], [no, no], [no, no]],
    ["an answer is lost", [no, no], [no, yes], [no, yes], [no, no]],
    ["the leader crashes", [yes, no], [yes, no], [no, yes], [no, no]],
    [
      "the leader is cut off",
      [yes, no],
      [yes, no],
      [no, yes],
      [no, no],
    ],
    ["unclean election", [yes, no], [yes, no], [yes, no], [yes, no]],
  ])("%s: lost and doubled for each setting", (name, ...expected) => {
    expect([0, 1, 2, 3].map((at) => cell(name, at))).toEqual(expected);
  });

  test("an idempotent producer with acks=1 learns of its loss", () => {
    const setting = { name: "", acks: 1, isIdempotent: true } as const;
    const crash = troubles.find((t) => t.name === "the leader crashes");
    if (crash === undefined) throw new Error("no such trouble");
    const runs = momentsMs.map((at) => runAcks(1, setting, crash, at));
    const lossy = runs.filter(({ lost }) => lost > 0);
    expect(lossy.length).toBeGreaterThan(0);
    for (const { failure } of lossy) {
      expect(failure).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
    }
  });
});
