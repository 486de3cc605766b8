/** What each rule of the replicated store does, one by one. */
import { describe, expect, test } from "vitest";
import { scriptedClient } from "../kernel/client.ts";
import type { Body, Effect, NodeId } from "../kernel/node.ts";
import { ignoreEpochs, trustPosition } from "./broken.ts";
import {
  losslessOptions,
  lostOn,
  servers,
  storm,
  story,
  watchful,
  words,
} from "./cluster.scenario.ts";
import { controller } from "./controller.ts";
import { failover } from "./failover.scenario.ts";
import { lagging } from "./lag.scenario.ts";
import { type Load, lagOf, recoveryMs, worstLagMs } from "./lag.ts";
import { orchestrated } from "./orchestrator.scenario.ts";
import { storming } from "./re-mirroring.scenario.ts";
import type { MirrorOptions } from "./re-mirroring.ts";
import { freshness } from "./read.ts";
import { replica } from "./replication.ts";
import { session } from "./session.scenario.ts";
import { withToken } from "./session.ts";
import {
  asyncOptions,
  type Entry,
  leads,
  type Options,
  type State,
} from "./state.ts";
import {
  applyRows,
  changeOf,
  execute,
  type Server,
  type Statement,
} from "./statements.ts";
import { tradeOf } from "./trilemma.scenario.ts";

function entry(epoch: number, n: number): Entry {
  const put = { key: '"x"', value: `v${n}`, client: "c1", msgId: n };
  return { epoch, ...put, atMs: n * 10 };
}

/** A server whose log has these epochs. */
function server(
  id: NodeId,
  epochs: readonly number[],
  part: Partial<State> = {},
  options = asyncOptions,
): State {
  const log = epochs.map((epoch, at) => entry(epoch, at + 1));
  const saved = { epoch: 1, leader: "n1", log, discarded: [] };
  const peers = servers.filter((other) => other !== id);
  const setup = {
    id,
    peers,
    disk: { replica: saved },
    nowMs: 0,
    dice: 1,
  };
  const [state] = replica(options).init(setup);
  return { ...state, ...part };
}

function hear(
  state: State,
  src: NodeId,
  body: Body,
  options = asyncOptions,
  nowMs = 100,
) {
  const message = { src, dest: state.id, body };
  const event = { kind: "message", message } as const;
  return replica(options).step(state, { event, nowMs, dice: 1 });
}

function tick(
  state: State,
  name: string,
  options: Options,
  nowMs: number,
) {
  const event = { kind: "timer", name } as const;
  return replica(options).step(state, { event, nowMs, dice: 1 });
}

function bodies(effects: readonly Effect[], dest: NodeId) {
  return effects.flatMap((effect) =>
    effect.kind === "send" && effect.dest === dest ? [effect.body] : [],
  );
}

function ship(
  epoch: number,
  after: readonly [number, number],
  entries: readonly Entry[],
  end: number,
): Body {
  const place = { epoch: after[0], position: after[1] };
  return { type: "ship", epoch, after: place, entries, end };
}

const write = { type: "write", key: "x", value: "new", msg_id: 9 };

describe("a write", () => {
  test("async: is stored, shipped and acknowledged at once", () => {
    const [next, effects] = hear(server("n1", [1]), "c1", write);
    expect(effects.map(({ kind }) => kind)).toEqual([
      "persist",
      "send",
      "send",
      "send",
    ]);
    const token = { epoch: 1, position: 2 };
    expect(bodies(effects, "c1")).toMatchObject([{ token }]);
    expect(bodies(effects, "n2")).toMatchObject([
      { after: { epoch: 1, position: 1 }, end: 2 },
    ]);
    expect(next.data).toEqual({ '"x"': "new" });
  });

  test.each([
    ["semi-sync", 1],
    ["sync", 2],
  ] as const)("%s: waits for %i receipts", (mode, needed) => {
    const options = { ...asyncOptions, mode };
    const [begun, effects] = hear(
      server("n1", []),
      "c1",
      write,
      options,
    );
    expect(bodies(effects, "c1")).toEqual([]);
    expect(begun.applied).toBe(0);
    const receipt = { type: "shipped", epoch: 1, isMatch: true };
    const body = { ...receipt, position: 1 };
    const [one, first] = hear(begun, "n2", body, options);
    const [, second] = hear(one, "n3", body, options);
    const oks = [first, second].map(
      (sent) => bodies(sent, "c1").length,
    );
    expect(oks).toEqual(needed === 1 ? [1, 0] : [0, 1]);
  });

  test("semi-sync: only a named follower's receipt counts", () => {
    const options = { ...losslessOptions, acknowledgers: ["n3"] };
    const [begun] = hear(server("n1", []), "c1", write, options);
    const body = {
      type: "shipped",
      epoch: 1,
      isMatch: true,
      position: 1,
    };
    const [same, none] = hear(begun, "n2", body, options);
    expect(bodies(none, "c1")).toEqual([]);
    expect(
      bodies(hear(same, "n3", body, options)[1], "c1"),
    ).toHaveLength(1);
  });

  test("semi-sync: a leader that alone is named gives itself no receipt", () => {
    const options = { ...losslessOptions, acknowledgers: ["n1"] };
    const [next, effects] = hear(
      server("n1", []),
      "c1",
      write,
      options,
    );
    expect(bodies(effects, "c1")).toEqual([]);
    expect(next).toMatchObject({
      applied: 0,
      waiting: [{ position: 1 }],
    });
  });

  test("semi-sync falls back when it has waited its time, and returns", () => {
    const options = { ...losslessOptions, fallBackAfterMs: 100 };
    const [begun] = hear(server("n1", []), "c1", write, options, 0);
    const [patient, early] = tick(begun, "ship", options, 99);
    expect(bodies(early, "c1")).toEqual([]);
    const [alone, late] = tick(patient, "ship", options, 100);
    expect(bodies(late, "c1")).toHaveLength(1);
    expect(alone.isAlone).toBe(true);
    const body = {
      type: "shipped",
      epoch: 1,
      isMatch: true,
      position: 0,
    };
    const [still] = hear(alone, "n2", body, options);
    expect(still.isAlone).toBe(true);
    const [back] = hear(still, "n2", { ...body, position: 1 }, options);
    expect(back.isAlone).toBe(false);
  });

  test("is refused by a follower, and a copy is not taken twice", () => {
    const [, refused] = hear(server("n2", []), "c1", write);
    expect(bodies(refused, "c1")).toMatchObject([
      { code: 11, leader: "n1" },
    ]);
    const held = server("n1", [1, 1]);
    const copy = { ...write, msg_id: 2 };
    expect(hear(held, "c1", copy)).toEqual([held, []]);
    const lost = server("n2", [], { discarded: [entry(1, 2)] });
    expect(hear(lost, "c1", copy)).toEqual([lost, []]);
  });

  test("entries of an earlier epoch count only under one of this", () => {
    const part = { epoch: 2, applied: 0 };
    const leader = server("n1", [1, 2], part, losslessOptions);
    const body = { type: "shipped", epoch: 2, isMatch: true };
    const one = { ...body, position: 1 };
    const [still] = hear(leader, "n2", one, losslessOptions);
    expect(still.applied).toBe(0);
    const two = { ...body, position: 2 };
    const [done] = hear(still, "n2", two, losslessOptions);
    expect(done.applied).toBe(2);
  });
});

describe("a follower", () => {
  test("copies what fits, and says how far it agrees", () => {
    const body = ship(1, [1, 1], [entry(1, 2)], 2);
    const [next, effects] = hear(server("n2", [1]), "n1", body);
    expect(next.log).toHaveLength(2);
    expect(effects[0]?.kind).toBe("persist");
    expect(bodies(effects, "n1")).toEqual([
      { type: "shipped", epoch: 1, position: 2, isMatch: true },
    ]);
  });

  test.each([
    [[1], [1, 3], 1],
    [[1, 1], [2, 2], 1],
    [[], [1, 1], 0],
  ] as const)(
    "with log %j refuses what comes after %j",
    (log, after, back) => {
      const body = ship(2, after, [entry(2, 9)], 9);
      const [next, effects] = hear(server("n2", log), "n3", body);
      expect(next.log).toHaveLength(log.length);
      expect(bodies(effects, "n3")).toMatchObject([
        { position: back, isMatch: false },
      ]);
    },
  );

  test("cuts off a tail that the new leader never had, and keeps it", () => {
    const old = server("n1", [1, 1, 1]);
    const body = ship(2, [1, 1], [entry(2, 9)], 2);
    const [next] = hear(old, "n2", body);
    expect(next.log.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(words(next.discarded)).toBe("v2 v3");
    expect(next.data).toEqual({ '"x"': "v9" });
    expect(leads(next)).toBe(false);
  });

  test("cuts it off though the leader has nothing new to ship", () => {
    const old = server("n1", [1, 1, 1]);
    const [next] = hear(old, "n2", ship(2, [1, 2], [], 2));
    expect(words(next.discarded)).toBe("v3");
    expect(next.applied).toBe(2);
  });

  test("but keeps what an earlier, late message does not mention", () => {
    const follower = server("n2", [1, 1, 1]);
    const late = ship(1, [0, 0], [entry(1, 1)], 1);
    expect(hear(follower, "n1", late)[0].log).toHaveLength(3);
    const part = ship(2, [1, 1], [], 3);
    expect(hear(follower, "n3", part)[0].log).toHaveLength(3);
  });

  test("obeys no leader of an earlier epoch once it is fenced", () => {
    const fence = { type: "fence", epoch: 3 };
    const [fenced, effects] = hear(server("n2", [1, 1]), "op", fence);
    expect(effects[0]?.kind).toBe("persist");
    expect(bodies(effects, "op")).toEqual([
      { type: "fenced", epoch: 3, last: { epoch: 1, position: 2 } },
    ]);
    const body = ship(2, [1, 2], [entry(2, 3)], 3);
    const [same, refused] = hear(fenced, "n1", body);
    expect(same.log).toHaveLength(2);
    expect(bodies(refused, "n1")).toMatchObject([{ epoch: 3 }]);
    expect(bodies(hear(fenced, "op", fence)[1], "op")).toHaveLength(1);
    const older = { type: "fence", epoch: 2 };
    expect(hear(fenced, "op", older)).toEqual([fenced, []]);
  });

  test("a leader steps down at the first word of a later epoch", () => {
    const body = {
      type: "shipped",
      epoch: 2,
      position: 0,
      isMatch: false,
    };
    const [next, effects] = hear(server("n1", [1]), "n2", body);
    expect(next).toMatchObject({ epoch: 2, leader: null });
    expect(effects[0]?.kind).toBe("persist");
  });

  test("applies an entry in its time, one after the other", () => {
    const slow = { ...asyncOptions, applyMs: 10 };
    const entries = [entry(1, 1), entry(1, 2)];
    const body = ship(1, [0, 0], entries, 2);
    const [got, effects] = hear(server("n2", []), "n1", body, slow);
    expect(got.applied).toBe(0);
    expect(effects.at(-1)).toEqual({
      kind: "set-timer",
      name: "apply",
      afterMs: 10,
    });
    expect(lagOf(got, 130)).toEqual({
      entries: 2,
      ms: 120,
      silentMs: 30,
    });
    const [one, again] = tick(got, "apply", slow, 110);
    expect(one.applied).toBe(1);
    expect(again).toHaveLength(1);
    const [two, last] = tick(one, "apply", slow, 120);
    expect(two.applied).toBe(2);
    expect(last).toEqual([]);
    expect(lagOf(two, 130)).toEqual({
      entries: 0,
      ms: 0,
      silentMs: 30,
    });
  });
});

describe("a read with a token", () => {
  test.each([
    [1, 2, "fresh"],
    [1, 1, "fresh"],
    [0, 0, "fresh"],
    [2, 3, "fresh"],
    [2, 4, "behind"],
    [2, 2, "behind"],
    [1, 3, "gone"],
  ] as const)(
    "of epoch %i and position %i finds it %s",
    (epoch, position, found) => {
      const state = server("n2", [1, 1, 2]);
      expect(freshness(state, { epoch, position })).toBe(found);
    },
  );

  test("finds it behind though it is in the log, not yet applied", () => {
    const state = server("n2", [1, 1, 2], { applied: 1 });
    const at = (epoch: number, position: number) =>
      freshness(state, { epoch, position });
    expect(at(1, 1)).toBe("fresh");
    expect(at(1, 2)).toBe("behind");
    expect(at(1, 3)).toBe("behind");
  });

  const read = { type: "read", key: "x", msg_id: 4 };
  const ahead = { ...read, token: { epoch: 1, position: 2 } };

  test("is refused by a follower that lags behind it", () => {
    const [, effects] = hear(server("n2", [1]), "c1", ahead);
    expect(bodies(effects, "c1")).toMatchObject([{ code: 11 }]);
    const [, naive] = hear(server("n2", [1]), "c1", read);
    expect(bodies(naive, "c1")).toMatchObject([{ value: "v1" }]);
  });

  test("or waits there until it has caught up, or its time is over", () => {
    const options = { ...asyncOptions, readWaitMsMax: 50 };
    const [waiting, effects] = hear(
      server("n2", [1]),
      "c1",
      ahead,
      options,
    );
    expect(bodies(effects, "c1")).toEqual([]);
    const body = ship(1, [1, 1], [entry(1, 2)], 2);
    const [, caughtUp] = hear(waiting, "n1", body, options, 120);
    expect(bodies(caughtUp, "c1")).toMatchObject([{ value: "v2" }]);
    const [, early] = tick(waiting, "read c1", options, 149);
    expect(bodies(early, "c1")).toEqual([]);
    const [over, late] = tick(waiting, "read c1", options, 150);
    expect(bodies(late, "c1")).toMatchObject([{ code: 11 }]);
    expect(over.parked).toEqual([]);
  });

  test("is told when what its client wrote was lost", () => {
    const state = server("n2", [1, 2]);
    const [, effects] = hear(state, "c1", ahead);
    expect(bodies(effects, "c1")).toMatchObject([{ code: 14 }]);
  });

  test("a key that nobody wrote has a place in the log too", () => {
    const [, effects] = hear(server("n2", [1]), "c1", {
      ...read,
      key: "y",
    });
    const token = { epoch: 1, position: 1 };
    expect(bodies(effects, "c1")).toMatchObject([{ code: 20, token }]);
  });
});

describe("read your writes", () => {
  test("a naive read at a follower misses them all", () => {
    const naive = { reads: 10, stale: 10, refused: 0 };
    expect(session(false, 0)).toEqual({ ...naive, meanReadMs: 10 });
  });

  test("with a token it is refused, and goes to the leader", () => {
    const turned = { reads: 10, stale: 0, refused: 10 };
    expect(session(true, 0)).toEqual({ ...turned, meanReadMs: 20 });
  });

  test("or waits until the follower has caught up", () => {
    const waited = { reads: 10, stale: 0, refused: 0 };
    expect(session(true, 200)).toEqual({ ...waited, meanReadMs: 60 });
  });

  test("the later token is kept; after a loss, none", () => {
    const seen: unknown[] = [];
    const silent = {
      init: () => [null, []] as const,
      step: () => [null, []] as const,
    };
    const its = withToken<null>(silent);
    const setup = { id: "c1", peers: [], disk: {}, nowMs: 0, dice: 1 };
    let [state] = its.init(setup);
    const tell = (body: Body) => {
      const message = { src: "n1", dest: "c1", body };
      const event = { kind: "message", message } as const;
      [state] = its.step(state, { event, nowMs: 1, dice: 1 });
      seen.push(
        state.token && [state.token.epoch, state.token.position],
      );
    };
    const ok = (epoch: number, position: number) =>
      tell({ type: "read_ok", token: { epoch, position } });
    ok(1, 5);
    ok(1, 4);
    ok(2, 3);
    ok(1, 9);
    tell({ type: "error", code: 11 });
    tell({ type: "error", code: 14 });
    expect(seen).toEqual([
      [1, 5],
      [1, 5],
      [2, 3],
      [2, 3],
      [2, 3],
      null,
    ]);
  });
});

describe("failover", () => {
  test("loses what the dead leader alone had acknowledged", () => {
    const { sim, history } = failover(replica(asyncOptions), 7);
    const lost = lostOn(sim, "n2", history);
    expect(lost.length).toBeGreaterThan(3);
    const { log, discarded } = sim.state<State>("n1");
    expect(words(discarded)).toBe(
      lost.map(({ args }) => args.value).join(" "),
    );
    expect(log).toEqual(sim.state<State>("n2").log);
  });

  test("semi-sync acknowledges nothing that could be lost", () => {
    const { sim, history } = failover(replica(losslessOptions), 7);
    expect(lostOn(sim, "n2", history)).toEqual([]);
  });

  test("a leader deaf to epochs goes on: split brain", () => {
    const { sim } = failover(ignoreEpochs(replica(asyncOptions)), 7);
    const leading = servers.filter((id) => leads(sim.state<State>(id)));
    expect(leading).toEqual(["n1", "n2"]);
  });

  test("a log joined by position alone diverges, and nobody sees it", () => {
    const { sim } = failover(trustPosition(replica(asyncOptions)), 7);
    const [one, two] = ["n1", "n2"].map((id) => sim.state<State>(id));
    expect(leads(one as State)).toBe(false);
    expect(one?.data).not.toEqual(two?.data);
  });

  test("one fenced is too few for one receipt: writes are lost", () => {
    const hasty = { ...watchful, fencedMin: 1 };
    const run = storm(3, replica(losslessOptions), hasty);
    for (const id of servers) {
      expect(lostOn(run.sim, id, run.history)).not.toEqual([]);
    }
  });

  test("the controller takes the longest log of the latest epoch", () => {
    const its = controller({ ...watchful, fencedMin: 3 });
    const setup = { id: "op", peers: [], disk: {}, nowMs: 0, dice: 1 };
    let [state] = its.init(setup);
    const take = (
      event: Parameters<typeof its.step>[1]["event"],
      nowMs: number,
    ) => {
      const [next, effects] = its.step(state, {
        event,
        nowMs,
        dice: 1,
      });
      state = next;
      return effects;
    };
    const timer = { kind: "timer", name: "probe" } as const;
    take(timer, 250);
    expect(state.fenced).toBe(null);
    const begun = take(timer, 251);
    expect(begun[0]).toMatchObject({ kind: "persist" });
    expect(bodies(begun, "n2")).toEqual([{ type: "fence", epoch: 2 }]);
    const fenced = (src: NodeId, epoch: number, position: number) => {
      const body = {
        type: "fenced",
        epoch: 2,
        last: { epoch, position },
      };
      const message = { src, dest: "op", body };
      return take({ kind: "message", message }, 260);
    };
    expect(fenced("n1", 1, 9)).toEqual([]);
    expect(fenced("n3", 2, 3)).toEqual([]);
    expect(bodies(fenced("n2", 2, 4), "n2")).toEqual([
      { type: "promote", epoch: 2 },
    ]);
    expect(bodies(take(timer, 300), "n2")).toHaveLength(1);
    const promoted = { type: "promoted", epoch: 2 };
    const message = { src: "n2", dest: "op", body: promoted };
    take({ kind: "message", message }, 310);
    expect(state).toMatchObject({ leader: "n2", chosen: null });
  });
});

test("of equal logs the controller takes the first by name", () => {
  const its = controller({ ...watchful, fencedMin: 2 });
  const setup = { id: "op", peers: [], disk: {}, nowMs: 0, dice: 1 };
  const timer = { kind: "timer", name: "probe" } as const;
  const [begun] = its.step(its.init(setup)[0], {
    event: timer,
    nowMs: 251,
    dice: 1,
  });
  const fenced = (src: NodeId) => {
    const last = { epoch: 1, position: 5 };
    const body = { type: "fenced", epoch: 2, last };
    const message = { src, dest: "op", body };
    return { kind: "message", message } as const;
  };
  const hear = (state: typeof begun, src: NodeId) =>
    its.step(state, { event: fenced(src), nowMs: 260, dice: 1 });
  const [one] = hear(begun, "n3");
  const [two, effects] = hear(one, "n2");
  expect(two.chosen).toBe("n2");
  expect(bodies(effects, "n2")).toEqual([
    { type: "promote", epoch: 2 },
  ]);
  // Who comes after the choice changes nothing any more.
  expect(hear(two, "n1")).toEqual([two, []]);
});

describe("a re-mirroring storm (EBS, 2011)", () => {
  const options = {
    spareSlots: 6,
    volumes: 10,
    lostAfterMs: 500,
    searchMs: 50,
    backOffMsMax: 0,
  };
  const end = (change: Partial<MirrorOptions>, cutOff: number) =>
    storming({ ...options, ...change }, 1, cutOff).at(-1);

  test("one server finds room for all its copies", () => {
    const calm = { stuck: 0, spare: 50, searches: 0 };
    expect(end({}, 1)).toMatchObject(calm);
  });

  test("all at once use up the room, stay stuck and go on asking", () => {
    const last = end({}, 10);
    expect(last).toMatchObject({ stuck: 40, spare: 0, searches: 800 });
  });

  test("backing off ends the flood, but finds no room", () => {
    const last = end({ backOffMsMax: 3200 }, 10);
    expect(last).toMatchObject({ stuck: 40, spare: 0 });
    expect(last?.searches).toBeLessThan(100);
  });

  test("who waits longer than the cut looks for nothing", () => {
    expect(end({ lostAfterMs: 3000 }, 10)).toMatchObject({
      stuck: 0,
      spare: 60,
    });
  });
});

describe("43 s without a link (GitHub, 2018)", () => {
  const alone = (log: readonly Entry[], other: readonly Entry[]) =>
    log.filter(
      (one) =>
        one.key !== null &&
        !other.some(
          ({ client, msgId }) =>
            client === one.client && msgId === one.msgId,
        ),
    ).length;

  test("promoted across, both coasts have writes of their own", () => {
    const { sim, eastLog } = orchestrated(1, 5000);
    const [west] = ["west1", "west2"]
      .map((id) => sim.state<State>(id))
      .filter(leads);
    if (west === undefined)
      throw new Error("Nobody leads in the west.");
    expect(alone(eastLog, west.log)).toBeGreaterThan(40);
    expect(alone(west.log, eastLog)).toBeGreaterThan(40);
    const { discarded } = sim.state<State>("east1");
    expect(alone(eastLog, [...west.log, ...discarded])).toBe(0);
  });

  test("with more patience than the cut was long, there is one log", () => {
    const { sim } = orchestrated(1, 60_000);
    expect(leads(sim.state<State>("east1"))).toBe(true);
    const { log } = sim.state<State>("east1");
    expect(sim.state<State>("west1").log).toEqual(log);
  });
});

test("no step changes what it was given, or hides anything", () => {
  const writes = Array.from({ length: 20 }, () => ({ ...write }));
  const c1 = scriptedClient(writes, {
    targets: servers,
    timeoutMs: 100,
    thinkMsMax: 60,
    attemptsMax: 3,
  });
  const nodes = { c1, op: controller(watchful) };
  const faults = [{ atMs: 200, kind: "crash", node: "n1" }] as const;
  const sim = story(losslessOptions, nodes, {
    checkPurity: true,
    faults,
  });
  sim.runUntil(3000);
  expect(sim.state<State>("n2").log.length).toBeGreaterThan(12);
});

describe("the Write-Path Trilemma", () => {
  test("async spends durability", () => {
    const trade = tradeOf(asyncOptions, 1);
    expect(trade.latencyMs).toBeCloseTo(10);
    expect(trade.lost).toBeGreaterThan(5);
    expect(trade.noneReached).toMatch(/^0 of/);
  });

  test("semi-sync spends a round trip; sync waits for the slowest", () => {
    const semi = tradeOf(losslessOptions, 1);
    expect(semi.latencyMs).toBeCloseTo(20);
    expect(semi.lost).toBe(0);
    expect(semi.oneDown).toMatch(/^0 of/);
    expect(semi.noneReached).not.toMatch(/^0 of/);
    const sync = tradeOf({ ...asyncOptions, mode: "sync" }, 1);
    expect(sync.latencyMs).toBeCloseTo(60);
    expect(sync.lost).toBe(0);
    expect(sync.oneDown).not.toMatch(/^0 of/);
  });

  test("semi-sync with a timeout is async when it matters", () => {
    const options = { ...losslessOptions, fallBackAfterMs: 100 };
    expect(tradeOf(options, 1).lost).toBeGreaterThan(0);
  });
});

describe("the Lag Budget", () => {
  const load = { networkMs: 5, burstMs: 1000, appliesPerSecond: 100 };

  test.each([50, 99, 125, 200, 400])(
    "foretells the worst lag at %i writes a second",
    (writesPerSecond) => {
      const full: Load = { ...load, writesPerSecond };
      const { worstMs } = lagging(full, 1000);
      const oneGapMs = 1000 / writesPerSecond;
      expect(Math.abs(worstMs - worstLagMs(full))).toBeLessThan(
        oneGapMs * 3 + 1,
      );
    },
  );

  test("and the time to recover, if ever", () => {
    const burst: Load = { ...load, writesPerSecond: 150 };
    expect(recoveryMs(burst, 0)).toBe(500);
    expect(recoveryMs(burst, 50)).toBe(1000);
    expect(recoveryMs(burst, 100)).toBe(Infinity);
    expect(recoveryMs(burst, 125)).toBe(Infinity);
    expect(recoveryMs({ ...burst, writesPerSecond: 100 }, 100)).toBe(0);
  });
});

describe("statements and rows", () => {
  const leader: Server = { nowMs: 100, random: 0.1, order: ["b", "a"] };
  const follower: Server = {
    nowMs: 107,
    random: 0.7,
    order: ["a", "b"],
  };
  const rows = { a: 1, b: 2 };
  const add: Statement = { kind: "add", id: "a", by: 4 };
  const others: readonly Statement[] = [
    { kind: "set-to-now", id: "a" },
    { kind: "set-to-random", id: "a" },
    { kind: "delete-any" },
  ];

  test("a statement about the data alone may be executed anywhere", () => {
    expect(execute(rows, add, leader)).toEqual({ a: 5, b: 2 });
    expect(execute(rows, add, follower)).toEqual({ a: 5, b: 2 });
    const fresh: Statement = { kind: "add", id: "c", by: 1 };
    expect(execute({}, fresh, leader)).toEqual({ c: 1 });
  });

  test.each(others)(
    "the statement $kind diverges, its rows do not",
    (statement) => {
      const ours = execute(rows, statement, leader);
      expect(execute(rows, statement, follower)).not.toEqual(ours);
      expect(applyRows(rows, changeOf(rows, ours))).toEqual(ours);
    },
  );

  test("a change names the rows that differ, and no others", () => {
    const after = execute(rows, { kind: "delete-any" }, leader);
    expect(changeOf(rows, after)).toEqual({ set: {}, gone: ["b"] });
    const sum = execute(rows, add, leader);
    expect(changeOf(rows, sum)).toEqual({ set: { a: 5 }, gone: [] });
    expect(execute({}, { kind: "delete-any" }, leader)).toEqual({});
  });
});
