/** Locks, what they promise, and what the store must add. */
import { describe, expect, test } from "vitest";
import { crashAndRestart } from "../kernel/faults.ts";
import type { Effect, Input, Json, Node } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import {
  fenceForgotten,
  releaseAnybody,
  tokenAfterReply,
  tokenForgotten,
} from "./broken.ts";
import { flaws } from "./invariants.ts";
import { leaseLock, usableMs } from "./lease-lock.ts";
import { type LockState, lockService } from "./lock-service.ts";
import { redis } from "./redis.ts";
import { duel, duels } from "./redlock.scenario.ts";
import { redlock } from "./redlock.ts";
import { type Store, store } from "./store.ts";
import {
  judge,
  price,
  running,
  type Strategy,
  storm,
  strategies,
  weatherRun,
  weathers,
} from "./strategies.scenario.ts";
import { trap } from "./trap.example.ts";
import type { Worker } from "./worker.ts";

const setup = {
  id: "n1",
  peers: [],
  disk: {},
  nowMs: 0,
  dice: 1,
};

function message(body: Input["event"] & object, nowMs: number): Input {
  return { event: body, nowMs, dice: 1 };
}

/** Asks a node things one after the other: [from, body, at what time]. */
function asked<S>(
  node: Node<S>,
  questions: readonly (readonly [
    string,
    { readonly type: string; readonly [field: string]: Json },
    number,
  ])[],
) {
  let [state] = node.init(setup);
  const answers = questions.map(([src, body, nowMs]) => {
    const event = {
      kind: "message",
      message: { src, dest: "n1", body },
    };
    const [next, effects] = node.step(
      state,
      message(event as Input["event"], nowMs),
    );
    state = next;
    return effects;
  });
  return { state, answers };
}

const kinds = (effects: readonly Effect[]) =>
  effects.map(({ kind }) => kind);
const bodies = (effects: readonly Effect[]) =>
  effects.flatMap((effect) =>
    effect.kind === "send" ? [effect.body] : [],
  );

describe("the lock service", () => {
  const service = lockService({ ttlMs: 100, firstToken: 33 });
  const acquire = { type: "acquire", msg_id: 1 };

  test("grants to one, and to the next at the very end of the lease", () => {
    const { answers } = asked(service, [
      ["a", acquire, 0],
      ["b", acquire, 99],
      ["b", acquire, 100],
    ]);
    expect(answers.map((effects) => bodies(effects)[0])).toEqual([
      { type: "acquire_ok", token: 33, ttl_ms: 100, in_reply_to: 1 },
      { type: "error", code: 11, text: "HELD", in_reply_to: 1 },
      { type: "acquire_ok", token: 34, ttl_ms: 100, in_reply_to: 1 },
    ]);
  });

  test("has the token on disk before anybody hears of it", () => {
    const { answers } = asked(service, [["a", acquire, 0]]);
    expect(kinds(answers[0] ?? [])).toEqual(["persist", "send"]);
    const [state] = service.init({
      ...setup,
      disk: { lock: { token: 40, holder: null, expiresMs: 0 } },
    });
    expect(state.token).toBe(40);
  });

  test("is freed by its holder, and by no late release", () => {
    const release = (token: number) => ({ type: "release", token });
    const { state, answers } = asked(service, [
      ["a", acquire, 0],
      ["b", release(32), 1],
      ["b", acquire, 2],
      ["a", release(33), 3],
      ["b", acquire, 4],
    ]);
    expect(answers[1]).toEqual([]);
    expect(bodies(answers[2] ?? [])[0]?.text).toBe("HELD");
    expect(kinds(answers[3] ?? [])).toEqual(["persist"]);
    expect(state).toEqual({ token: 34, holder: "b", expiresMs: 104 });
  });
});

describe("the fence at the store", () => {
  const write = (token: number, msg_id: number) => ({
    type: "write",
    value: token,
    token,
    msg_id,
  });
  const read = (token: number) => ({ type: "read", token, msg_id: 9 });
  const texts = (answers: readonly (readonly Effect[])[]) =>
    answers.map((effects) => {
      const [body] = bodies(effects);
      return body?.text ?? body?.type;
    });

  test("takes equal and higher tokens, and refuses lower (Kleppmann 2016)", () => {
    const { state, answers } = asked(store("writes"), [
      ["a", write(34, 1), 0],
      ["a", write(34, 2), 0],
      ["b", write(33, 3), 0],
      ["b", write(35, 4), 0],
    ]);
    expect(texts(answers)).toEqual([
      "write_ok",
      "write_ok",
      "STALE",
      "write_ok",
    ]);
    expect(state.highest).toBe(35);
    expect(state.writes.map(({ token }) => token)).toEqual([
      34, 34, 35,
    ]);
  });

  test("is raised by reads, if reads are fenced", () => {
    const steps = [
      ["b", read(34), 0],
      ["a", write(33, 1), 0],
      ["a", read(33), 0],
      ["b", read(34), 0],
    ] as const;
    const both = asked(store("reads and writes"), steps);
    expect(texts(both.answers)).toEqual([
      "read_ok",
      "STALE",
      "STALE",
      "read_ok",
    ]);
    expect(kinds(both.answers[0] ?? [])).toEqual(["persist", "send"]);
    const writes = asked(store("writes"), steps);
    expect(texts(writes.answers)).toEqual([
      "read_ok",
      "write_ok",
      "read_ok",
      "read_ok",
    ]);
  });

  test("carries out no request twice, and tells the second that it is done", () => {
    const increment = { type: "increment", token: 0, msg_id: 5 };
    const { state, answers } = asked(store("none"), [
      ["a", increment, 0],
      ["a", increment, 0],
      ["b", increment, 0],
      ["a", { ...increment, msg_id: 6 }, 0],
    ]);
    expect(state.value).toBe(3);
    expect(texts(answers)).toEqual(Array(4).fill("write_ok"));
  });

  test("without locks: a version, or a row that can exist once", () => {
    const at = { token: 0, value: 1, version: 0 };
    for (const type of ["cas", "insert"]) {
      const { state, answers } = asked(store("none"), [
        ["a", { ...at, type, msg_id: 1 }, 0],
        ["b", { ...at, type, msg_id: 2 }, 0],
        ["b", { ...at, type, value: 2, version: 1, msg_id: 3 }, 0],
      ]);
      expect(texts(answers)).toEqual([
        "write_ok",
        "CONFLICT",
        "write_ok",
      ]);
      expect(state.value).toBe(2);
    }
  });
});

describe("the lease of the holder", () => {
  test("is counted from the question, and shortened by both bounds", () => {
    expect(usableMs(100, 0, 0)).toBe(100);
    expect(usableMs(100, 0, 5)).toBe(95);
    expect(usableMs(101, 0.01, 0)).toBeCloseTo(99);
    const lock = leaseLock({
      service: "l1",
      timeoutMs: 40,
      driftBound: 0,
      delayMsMax: 10,
    });
    const [attempt] = lock.ask(7, 1000);
    const ok = { type: "acquire_ok", token: 33, ttl_ms: 100 };
    const [other] = lock.hear(attempt, { ...ok, in_reply_to: 6 }, 1020);
    expect(other.outcome).toBeNull();
    const [held] = lock.hear(attempt, { ...ok, in_reply_to: 7 }, 1020);
    expect(held.outcome).toEqual({ token: 33, untilMs: 1090 });
    expect(bodies(lock.free(held))).toEqual([
      { type: "release", token: 33 },
    ]);
    expect(lock.free(attempt)).toEqual([]);
    expect(lock.giveUp(attempt, 1040)[0].outcome).toBe("refused");
  });

  /** The slowest holder against the fastest service, back to back. */
  function drifting(driftBound: number, rate: number) {
    const ttl = 10_000;
    const until = usableMs(ttl, driftBound, 0);
    const holderStopsMs = until / (1 - rate);
    const serviceGivesMs = ttl / (1 + rate);
    return holderStopsMs - serviceGivesMs;
  }

  test("ends before the service says so while the bound holds, and not beyond", () => {
    for (const rate of [0, 0.005, 0.01]) {
      expect(drifting(0.01, rate)).toBeLessThanOrEqual(1e-9);
    }
    expect(drifting(0.01, 0.011)).toBeGreaterThan(0);
    expect(drifting(0, 0.001)).toBeGreaterThan(0);
  });
});

describe("Redlock (redis.io, Distributed Locks with Redis)", () => {
  const instances = ["r1", "r2", "r3", "r4", "r5"];
  const lock = redlock({
    instances,
    ttlMs: 100,
    timeoutMs: 10,
    driftMs: 3,
  });

  /** Answers of the five in turn, a millisecond apart; null: silence. */
  function round(
    votes: readonly (boolean | null)[],
    stepMs: number,
    by = lock,
  ) {
    let nowMs = 500;
    let [attempt, effects] = by.ask(77, nowMs);
    for (const [at, isLocked] of votes.entries()) {
      nowMs += stepMs;
      const in_reply_to = `77/${at + 1}`;
      const body = { type: "set_ok", isLocked, in_reply_to };
      [attempt, effects] =
        isLocked === null
          ? by.giveUp(attempt, nowMs)
          : by.hear(attempt, body, nowMs);
    }
    return { attempt, effects };
  }

  test("asks one instance after the other, with one value (step 2)", () => {
    const [attempt, effects] = lock.ask(77, 500);
    const body = { type: "set-nx", value: 77, msg_id: "77/1" };
    expect(effects).toEqual([
      { kind: "send", dest: "r1", body },
      { kind: "set-timer", name: "lock", afterMs: 10 },
    ]);
    const late = {
      type: "set_ok",
      isLocked: true,
      in_reply_to: "76/1",
    };
    expect(lock.hear(attempt, late, 501)).toEqual([attempt, []]);
  });

  test("has it with three of five and time left (step 3, 4)", () => {
    const votes = [true, false, true, null, true];
    const { attempt, effects } = round(votes, 2);
    expect(attempt.outcome).toEqual({ token: 0, untilMs: 510 + 87 });
    expect(effects).toEqual([]);
    const { attempt: two } = round([true, false, true, null, false], 2);
    expect(two.outcome).toBe("refused");
  });

  test("has it not when the time is up, though all said yes (step 3)", () => {
    const all = [true, true, true, true, true];
    expect(round(all, 19).attempt.outcome).toMatchObject({
      untilMs: 595 + 2,
    });
    const exact = { instances, ttlMs: 98, timeoutMs: 10, driftMs: 3 };
    const { attempt } = round(all, 19, redlock(exact));
    expect(attempt.outcome).toBe("refused");
  });

  test("unlocks all when it failed, those too that said no (step 5)", () => {
    const { effects } = round([true, false, false, null, false], 2);
    expect(effects).toEqual(
      instances.map((dest) => {
        const body = { type: "delete-if", value: 77 };
        return { kind: "send", dest, body };
      }),
    );
  });

  test("an instance sets a key once, until it expires or is deleted by value", () => {
    const node = redis({
      ttlMs: 100,
      isPersistent: false,
      silentMs: 0,
    });
    const set = (value: number) => ({
      type: "set-nx",
      value,
      msg_id: 1,
    });
    const del = (value: number) => ({ type: "delete-if", value });
    const { answers } = asked(node, [
      ["a", set(1), 0],
      ["b", set(2), 99],
      ["b", del(2), 99],
      ["b", set(2), 99],
      ["b", set(2), 100],
      ["b", del(2), 101],
      ["a", set(3), 102],
    ]);
    const locked = answers.map(
      (effects) => bodies(effects)[0]?.isLocked,
    );
    expect(locked).toEqual([
      true,
      false,
      undefined,
      false,
      true,
      undefined,
      true,
    ]);
  });

  test("an instance with delayed restarts is silent, after a crash only", () => {
    const node = redis({
      ttlMs: 100,
      isPersistent: false,
      silentMs: 110,
    });
    const [first] = node.init(setup);
    expect(first.silentUntilMs).toBe(0);
    const [again] = node.init({
      ...setup,
      nowMs: 50,
      disk: { started: true },
    });
    expect(again.silentUntilMs).toBe(160);
  });

  const outcomes = duels.map((one) => duel(7, one));
  const [paused, jumped, restarted, delayed, flushed] = outcomes;

  test.each([
    ["a pause", paused],
    ["a clock that jumps", jumped],
    ["a restart without the key", restarted],
  ])("lets two in after %s, and an update is lost", (_, outcome) => {
    expect(outcome).toMatchObject({
      isShared: true,
      value: 1,
      writes: 2,
    });
  });

  test("needs two more than one instance: r3, r4 and r5 are a majority", () => {
    expect(jumped?.keys).toEqual(["w1", "w1", "w2", "w2", "w2"]);
    expect(restarted?.keys).toEqual(["w1", "w1", "w2", "w2", "w2"]);
  });

  test.each([
    ["delayed restarts", delayed],
    ["fsync=always", flushed],
  ])("keeps the second out with %s", (_, outcome) => {
    expect(outcome).toMatchObject({
      isShared: false,
      value: 2,
      writes: 2,
    });
  });
});

const safe = [
  strategies.fenced,
  strategies.cas,
  strategies.unique,
  strategies.single,
] as const;
const unsafe = [
  strategies.none,
  strategies.lease,
  strategies.bounded,
  strategies.fenceWrites,
] as const;

describe("storms of pauses, jumps, crashes, lost and late messages", () => {
  describe.each(safe)("$name", (strategy: Strategy) => {
    test.each(seeds(12))(
      "loses nothing, and gets on, seed %i",
      (seed) => {
        const sim = storm(strategy, seed);
        expect(judge(sim)).toEqual([]);
        for (const id of ["w1", "w2", "w3"]) {
          expect(sim.state<Worker>(id).done).toBe(4);
        }
      },
    );
  });

  test.each(unsafe)("$name is caught", (strategy: Strategy) => {
    const seeds = [1, 3, 19, 34, 86];
    const found = seeds.flatMap((seed) => judge(storm(strategy, seed)));
    expect(found).toContain("lost update");
  });

  test("a lease alone lets an older holder write after a newer", () => {
    const found = [3, 19, 34, 62, 67].flatMap((seed) =>
      judge(storm(strategies.lease, seed)),
    );
    expect(found).toContain("an older holder wrote after a newer");
  });
});

describe("the ladder", () => {
  const names = Object.values(strategies).map(
    ({ name }): string => name,
  );
  const ladder = Object.values(strategies).map((strategy: Strategy) =>
    weathers.map((weather) =>
      [700, 701, 702, 703].some(
        (seed) => judge(weatherRun(strategy, weather, seed)).length > 0,
      ),
    ),
  );
  const losing = (name: string) => {
    const row = ladder[names.indexOf(name)] ?? [];
    return weathers.filter((_, at) => row[at]);
  };

  test("what each rung does not hold", () => {
    const all = ["pauses", "jumps", "late", "crashes"];
    expect(losing("nothing")).toEqual(all);
    expect(losing("lease")).toEqual(["pauses", "jumps", "late"]);
    expect(losing("lease, stops early")).toEqual(["jumps", "late"]);
    expect(losing("Redlock")).toEqual(["jumps", "late", "crashes"]);
    expect(losing("Redlock, delayed restarts")).toEqual([
      "jumps",
      "late",
    ]);
    for (const { name } of safe) expect(losing(name)).toEqual([]);
  });

  test("what each rung costs: messages, and round trips one after the other", () => {
    const prices = Object.values(strategies).map(price);
    expect(prices).toEqual([
      { messages: 4, roundTrips: 2 },
      { messages: 7, roundTrips: 3 },
      { messages: 7, roundTrips: 3 },
      { messages: 19, roundTrips: 7 },
      { messages: 19, roundTrips: 7 },
      { messages: 7, roundTrips: 3 },
      { messages: 7, roundTrips: 3 },
      { messages: 4, roundTrips: 2 },
      { messages: 4, roundTrips: 2 },
      { messages: 2, roundTrips: 1 },
    ]);
  });
});

describe("the trap: a fence for writes only", () => {
  const found = (sim: Simulation) => judge(sim, ["w1", "w2"]);

  test("both read before the first write: an update is lost, in order", () => {
    const sim = trap(7, "writes");
    const { writes } = sim.state<Store>("s1");
    expect(writes.map(({ token }) => token)).toEqual([33, 34]);
    expect(found(sim)).toContain("lost update");
    expect(found(sim)).not.toContain(
      "an older holder wrote after a newer",
    );
  });

  test("a fence raised by reads keeps both", () => {
    const sim = trap(7, "reads and writes");
    const { writes } = sim.state<Store>("s1");
    expect(writes.map(({ token }) => token)).toEqual([34, 35]);
    expect(found(sim)).toEqual([]);
  });
});

describe("one rule less", () => {
  const service = lockService({ ttlMs: 100, firstToken: 33 });
  const instead = (node: Node<LockState>): Strategy => ({
    ...strategies.fenced,
    lock: { l1: node },
  });
  /** Crashes of the service before, between and after its effects. */
  const crashing = (strategy: Strategy) =>
    Array.from({ length: 45 }, (_, at) => {
      const atMs = 1 + Math.floor(at / 3) * 20;
      const faults = crashAndRestart("l1", atMs, 20, at % 3);
      const change = { workMs: 60, operations: 1 };
      const ids = ["w1", "w2"];
      const cast = { ids, change };
      const sim = running(strategy, { seed: at, faults }, cast);
      sim.runUntil(900);
      return judge(sim, ids);
    }).flat();

  test("the service itself stands these crashes", () => {
    expect(crashing(instead(service))).toEqual([]);
  });

  test("a token told before it is stored is given twice", () => {
    const found = crashing(instead(tokenAfterReply(service)));
    expect(found).toContain("lost update");
  });

  test("a token forgotten in a crash is given twice", () => {
    const found = crashing(instead(tokenForgotten(service)));
    expect(found).toContain("lost update");
  });

  test("a lock that anybody frees has two holders", () => {
    const node = releaseAnybody(service);
    const { state } = asked(node, [
      ["a", { type: "acquire", msg_id: 1 }, 0],
      ["b", { type: "release", token: 12 }, 1],
      ["c", { type: "acquire", msg_id: 1 }, 2],
    ]);
    expect(state.holder).toBe("c");
  });

  test("a fence that a restart lowers lets the older holder write", () => {
    const cast = {
      ids: ["w1", "w2"],
      staggerMs: 30,
      change: { operations: 1 },
    };
    const found = [(node: Node<Store>) => node, fenceForgotten].map(
      (wrap) => {
        const sim = running(
          strategies.fenced,
          {
            seed: 7,
            faults: crashAndRestart("s1", 140, 5),
          },
          { ...cast, wrap },
        );
        while (sim.state<Worker>("w1").phase !== "work") sim.runOne();
        sim.apply({ kind: "pause", node: "w1", forMs: 150 });
        sim.runUntil(800);
        return judge(sim, ["w1", "w2"]);
      },
    );
    expect(found).toEqual([
      [],
      expect.arrayContaining(["an older holder wrote after a newer"]),
    ]);
  });

  test("the invariants see each kind of flaw, and no other", () => {
    const written = (
      tokens: readonly number[],
      value: number,
    ): Store => ({
      value,
      version: tokens.length,
      highest: 0,
      writes: tokens.map((token, id) => ({
        by: "a",
        id,
        token,
        value: id + 1,
      })),
    });
    const all = { acknowledged: 2, unknown: 0 };
    expect(flaws(written([33, 33], 2), all)).toEqual([]);
    expect(
      flaws(written([33, 34], 2), { acknowledged: 1, unknown: 1 }),
    ).toEqual([]);
    expect(flaws(written([34, 33], 2), all)).toEqual([
      "an older holder wrote after a newer",
    ]);
    expect(flaws(written([33, 34], 1), all)).toEqual([
      "lost update",
      "an acknowledged one is gone",
    ]);
    expect(flaws(written([33], 2), all)).toEqual(["invented update"]);
    expect(flaws(written([33, 33, 33], 3), all)).toEqual([
      "one nobody asked for",
    ]);
  });
});

test("the nodes are pure", () => {
  const sim = running(strategies.redlock, {
    seed: 1,
    checkPurity: true,
  });
  sim.runUntil(300);
  const fenced = running(strategies.fenced, {
    seed: 1,
    checkPurity: true,
  });
  fenced.runUntil(300);
  expect(sim.steps + fenced.steps).toBeGreaterThan(100);
});
