/** A log by Multi-Paxos: claims, storms, and each rule left out. */
import { describe, expect, test } from "vitest";
import { kvClient } from "../kernel/client.ts";
import { swarm } from "../kernel/faults.ts";
import { historyOf } from "../kernel/history.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import { kv as kvModel } from "../kernel/models.ts";
import type { Body, Effect, Input, Node } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import {
  adoptLowest,
  adoptNothing,
  leaveGaps,
  quorumsApart,
  skipPhase1,
} from "./broken.ts";
import {
  demandProgress,
  gapAndCrash,
  harshStorm,
  keepProposing,
  leaderOf,
  proposeTo,
  stormAndCalm,
  watched,
} from "./cluster.scenario.ts";
import { look, nothingSeen } from "./invariants.ts";
import { type Kv, paxosKv } from "./kv.ts";
import { multiPaxos, quorumsMeet } from "./multi-paxos.ts";
import {
  defaultOptions,
  type Entry,
  type Options,
  type State,
} from "./state.ts";

const three = ["n1", "n2", "n3"];
const five = ["n1", "n2", "n3", "n4", "n5"];
const node = multiPaxos(defaultOptions(three));
const noOp: Entry = { kind: "no-op" };
const x: Entry = { kind: "command", command: "x" };
const y: Entry = { kind: "command", command: "y" };

function started(change: Partial<State> = {}): State {
  const setup = { id: "n1", peers: [], disk: {}, nowMs: 0, dice: 1 };
  return { ...node.init(setup)[0], ...change };
}

function said(src: string, body: Body): Input {
  const event = { kind: "message", message: { src, dest: "n1", body } };
  return { event, nowMs: 0, dice: 1 } as Input;
}

function timer(name: string): Input {
  return { event: { kind: "timer", name }, nowMs: 0, dice: 1 };
}

function sent(
  effects: readonly Effect[],
  type: string,
): readonly Body[] {
  return effects.flatMap((e) =>
    e.kind === "send" && e.body.type === type ? [e.body] : [],
  );
}

/** n1 has asked for promises in its first ballot, 3. */
function preparing(change: Partial<State> = {}): State {
  return node.step(started(change), timer("election"))[0];
}

function promise(accepted: State["accepted"] = {}, ballot = 3): Body {
  return { type: "promise", ballot, accepted };
}

function leading(accepted: State["accepted"] = {}) {
  return node.step(preparing(), said("n2", promise(accepted)));
}

describe("phase 1, once for all slots (§3)", () => {
  test("asks from the first slot that is not chosen on", () => {
    const chosen = { 1: x, 2: y };
    const state = started({ chosen, chosenTo: 2 });
    const [next, effects] = node.step(state, timer("election"));
    expect(sent(effects, "prepare")).toEqual([
      { type: "prepare", ballot: 3, firstSlot: 3 },
      { type: "prepare", ballot: 3, firstSlot: 3 },
    ]);
    expect(effects[0]).toMatchObject({ kind: "persist" });
    expect([next.role, next.promised]).toEqual(["preparing", 3]);
  });

  test("an acceptor promises, and tells what it accepted from there on", () => {
    const vote = (ballot: number) => ({ ballot, entry: x });
    const accepted = { 1: vote(1), 2: vote(1), 5: vote(2) };
    const state = started({ promised: 2, accepted });
    const ask = { type: "prepare", ballot: 4, firstSlot: 2 };
    const [next, effects] = node.step(state, said("n2", ask));
    expect(next.promised).toBe(4);
    expect(sent(effects, "promise")).toEqual([
      {
        type: "promise",
        ballot: 4,
        accepted: { 2: vote(1), 5: vote(2) },
      },
    ]);
    expect(effects.map((e) => e.kind)).toEqual([
      "persist",
      "set-timer",
      "send",
    ]);
  });

  test("refuses a ballot that is no higher than its promise (§2.2)", () => {
    const state = started({ promised: 4 });
    for (const ballot of [3, 4]) {
      const ask = { type: "prepare", ballot, firstSlot: 1 };
      expect(node.step(state, said("n2", ask))).toEqual([
        state,
        [
          {
            kind: "send",
            dest: "n2",
            body: { type: "reject", ballot, promised: 4 },
          },
        ],
      ]);
    }
  });

  test("leads with a majority of promises of its own ballot", () => {
    expect(preparing().role).toBe("preparing");
    const old = node.step(preparing(), said("n2", promise({}, 1)))[0];
    expect(old.role).toBe("preparing");
    expect(leading()[0].role).toBe("leading");
    const late = node.step(started(), said("n2", promise()))[0];
    expect(late.role).toBe("follower");
  });

  test("adopts the highest ballot in each slot, no-ops in gaps", () => {
    const own = {
      1: { ballot: 1, entry: y },
      4: { ballot: 2, entry: y },
    };
    const state = preparing({ accepted: own, promised: 2 });
    const ballot = state.ballot;
    const theirs = {
      1: { ballot: 2, entry: x },
      4: { ballot: 1, entry: x },
    };
    const [next, effects] = node.step(
      state,
      said("n2", promise(theirs, ballot)),
    );
    expect(next.proposals).toEqual({ 1: x, 2: noOp, 3: noOp, 4: y });
    expect(next.nextSlot).toBe(5);
    const asked = sent(effects, "accept");
    expect(asked.map(({ slot }) => slot)).toContain(2);
    expect(effects[0]).toMatchObject({ kind: "persist" });
  });
});

describe("phase 2, for each slot (§3)", () => {
  const command = { type: "propose", command: "x" };

  test("a command takes the next slot, in one message to each", () => {
    const [leader] = leading();
    const [next, effects] = node.step(leader, said("c", command));
    expect(sent(effects, "accept")).toEqual([
      { type: "accept", ballot: 3, slot: 1, entry: x, chosenTo: 0 },
      { type: "accept", ballot: 3, slot: 1, entry: x, chosenTo: 0 },
    ]);
    expect(sent(effects, "prepare")).toEqual([]);
    const [then] = node.step(next, said("c", command));
    expect(then.nextSlot).toBe(3);
    expect(node.step(started(), said("c", command))[1]).toEqual([]);
  });

  const accept = (ballot: number, slot = 1, chosenTo = 0) => ({
    type: "accept",
    ballot,
    slot,
    entry: x,
    chosenTo,
  });

  test("an acceptor accepts what its promise allows, and stores it", () => {
    const state = started({ promised: 4 });
    const [next, effects] = node.step(state, said("n2", accept(4)));
    expect(next.accepted).toEqual({ 1: { ballot: 4, entry: x } });
    expect(effects.map((e) => e.kind)).toEqual([
      "persist",
      "set-timer",
      "send",
    ]);
    const [same, refusal] = node.step(state, said("n2", accept(3)));
    expect(same).toBe(state);
    expect(sent(refusal, "reject")).toHaveLength(1);
    const [higher] = node.step(state, said("n2", accept(5)));
    expect(higher.promised).toBe(5);
  });

  test("is chosen by a majority, each acceptor counted once", () => {
    const options = { ...defaultOptions(five) };
    const [leader] = leading();
    const [asked] = node.step(
      { ...leader, options },
      said("c", command),
    );
    const yes = { type: "accepted", ballot: 3, slot: 1 };
    const [one] = node.step(asked, said("n2", yes));
    const [again] = node.step(one, said("n2", yes));
    expect(again.chosenTo).toBe(0);
    const [other] = node.step(again, said("n3", { ...yes, ballot: 2 }));
    expect(other.chosenTo).toBe(0);
    const [two] = node.step(other, said("n3", yes));
    expect([two.chosenTo, two.chosen]).toEqual([1, { 1: x }]);
    expect([two.proposals, two.acceptedBy]).toEqual([{}, {}]);
    const [late] = node.step(two, said("n4", yes));
    expect(late).toBe(two);
  });

  test("others learn by the next message, if they accepted it then", () => {
    const [one] = node.step(started(), said("n2", accept(4)));
    const [two] = node.step(one, said("n2", accept(4, 2, 1)));
    expect([two.chosenTo, two.chosen]).toEqual([1, { 1: x }]);
    // Slot 1 was accepted in ballot 4; ballot 5 may have chosen another.
    const [other] = node.step(one, said("n3", accept(5, 2, 1)));
    expect(other.chosenTo).toBe(0);
  });

  test("who missed something asks for it, and is told", () => {
    const beat = { type: "heartbeat", ballot: 4, chosenTo: 2 };
    const [state, effects] = node.step(started(), said("n2", beat));
    expect(sent(effects, "learn")).toEqual([
      { type: "learn", firstSlot: 1 },
    ]);
    const leader = started({ chosen: { 1: x, 2: y }, chosenTo: 2 });
    const ask = { type: "learn", firstSlot: 1 };
    const [, [reply]] = node.step(leader, said("n2", ask));
    expect(reply).toMatchObject({ body: { entries: { 1: x, 2: y } } });
    const told = { type: "chosen", entries: { 1: x, 2: y } };
    const [next] = node.step(state, said("n2", told));
    expect(next.chosenTo).toBe(2);
    const [, calm] = node.step(next, said("n2", beat));
    expect(sent(calm, "learn")).toEqual([]);
  });

  test("a replica answers at most fifty slots at once", () => {
    const slots = Array.from({ length: 60 }, (_, at) => [at + 1, x]);
    const chosen = Object.fromEntries(slots);
    const state = started({ chosen, chosenTo: 60 });
    const ask = { type: "learn", firstSlot: 3 };
    const [, [reply]] = node.step(state, said("n2", ask));
    const told = reply as Extract<Effect, { kind: "send" }>;
    const numbers = Object.keys(told.body.entries as State["chosen"]);
    expect([numbers[0], numbers.at(-1)]).toEqual(["3", "52"]);
  });

  test("asks again, with the heartbeat, whom it has not heard", () => {
    const [leader] = leading();
    const [asked] = node.step(leader, said("c", command));
    const [, effects] = node.step(asked, timer("heartbeat"));
    expect(sent(effects, "accept")).toHaveLength(2);
    expect(node.step(started(), timer("heartbeat"))[1]).toEqual([]);
  });

  test("a higher ballot ends its reign; an old refusal does not", () => {
    const [leader] = leading();
    const no = { type: "reject", ballot: 3, promised: 7 };
    const [next, effects] = node.step(leader, said("n2", no));
    expect([next.role, next.seen]).toEqual(["follower", 7]);
    expect(effects).toMatchObject([{ name: "election" }]);
    const [after] = node.step(next, timer("election"));
    expect(after.ballot).toBeGreaterThan(7);
    const [still] = node.step(leader, said("n2", { ...no, ballot: 1 }));
    expect(still.role).toBe("leading");
    expect(node.step(leader, timer("election"))).toEqual([leader, []]);
  });

  test("a heartbeat of an old ballot is refused", () => {
    const beat = { type: "heartbeat", ballot: 3, chosenTo: 0 };
    const state = started({ promised: 4 });
    const [same, effects] = node.step(state, said("n2", beat));
    expect(same).toBe(state);
    expect(sent(effects, "reject")).toHaveLength(1);
    const [next] = node.step(
      started({ promised: 3 }),
      said("n2", beat),
    );
    expect(next.promised).toBe(3);
  });

  test("obeys nothing that it does not know", () => {
    const state = started();
    expect(node.step(state, said("n2", { type: "hm" }))).toEqual([
      state,
      [],
    ]);
  });
});

describe("one entry a slot, in any storm; live after it", () => {
  // In 5977 the last proposal took 0.4 s to arrive, and the demand for
  // progress did not wait for the acceptances.
  test.each([...seeds(12), 5977])("three replicas, seed %i", (seed) => {
    stormAndCalm(seed, three, node);
  });

  test.each(seeds(8))("five replicas, seed %i", (seed) => {
    stormAndCalm(seed, five, multiPaxos(defaultOptions(five)));
  });

  // A vote stored just before a crash went uncounted, by the checker.
  test.each([55])(
    "a vote counts once it is on disk, seed %i",
    (seed) => {
      stormAndCalm(seed, five, multiPaxos(defaultOptions(five)));
    },
  );

  test.each(seeds(4))("quorums of 4 and 2 of five, seed %i", (seed) => {
    const quorums = { prepare: 4, accept: 2 };
    const options = { ...defaultOptions(five), quorums };
    stormAndCalm(seed, five, multiPaxos(options));
  });

  test.each(seeds(3))(
    "finds an entry behind a gap, seed %i",
    (seed) => {
      const sim = gapAndCrash(
        five,
        multiPaxos(defaultOptions(five)),
        seed,
      );
      const heir = sim.state<State>(leaderOf(sim, five) ?? "");
      expect(heir.chosen).toMatchObject({
        1: noOp,
        2: { kind: "command", command: "b" },
      });
    },
  );

  test("no step changes what it was given, or hides anything", () => {
    const options = { seed: 1, checkPurity: true };
    const sim = watched(three, node, options);
    keepProposing(sim, three, 50, 1500);
    const [one, two] = three.map((id) => sim.state<State>(id));
    expect(one?.chosenTo).toBeGreaterThan(15);
    const shared = Math.min(one?.chosenTo ?? 0, two?.chosenTo ?? 0);
    for (let slot = 1; slot <= shared; slot++) {
      expect(one?.chosen[slot]).toEqual(two?.chosen[slot]);
    }
  });

  test("a replica without a majority chooses nothing", () => {
    const sim = watched(three, node, { seed: 1 });
    sim.runUntil(600);
    const leader = leaderOf(sim, three) ?? "";
    for (const id of three) {
      if (id !== leader) sim.apply({ kind: "crash", node: id });
    }
    proposeTo(sim, leader, "alone");
    sim.runFor(1000);
    expect(sim.state<State>(leader).chosenTo).toBe(0);
  });
});

describe("quorums (Flexible Paxos, 2016)", () => {
  test.each([
    [3, 3, 5, true],
    [4, 2, 5, true],
    [5, 1, 5, true],
    [2, 3, 5, false],
    [3, 2, 5, false],
    [6, 1, 5, false],
  ])("of %i and %i of %i meet: %s", (prepare, accept, n, meet) => {
    expect(quorumsMeet({ prepare, accept }, n)).toBe(meet);
  });

  test("that may miss each other are refused at the start", () => {
    const quorums = { prepare: 1, accept: 2 };
    const options = { ...defaultOptions(three), quorums };
    expect(() => multiPaxos(options)).toThrow(
      "Quorums of 1 and 2 of 3 need not meet",
    );
  });
});

describe("the checker catches", () => {
  const options = defaultOptions(five);

  /** What the first storm that shows it says; "" if none does. */
  function caught(broken: Node<State>): string {
    const kinds = ["isolate", "crash", "halves"] as const;
    for (let seed = 1; seed <= 12; seed++) {
      try {
        harshStorm(seed, five, broken, kinds);
      } catch (error) {
        return String(error);
      }
    }
    return "";
  }

  test.each<[string, (options: Options) => Node<State>]>([
    ["a leader that skips phase 1", skipPhase1],
    ["a leader that adopts nothing", adoptNothing],
    ["a leader that adopts the lowest ballot", adoptLowest],
    [
      "quorums of 2 and 3 of five",
      (o) => quorumsApart(o, { prepare: 2, accept: 3 }),
    ],
  ])("%s", (_, broken) => {
    expect(caught(broken(options))).toMatch(/is chosen after/);
  });

  test("a ballot that asks for two entries in one slot (§2.2)", () => {
    const voted = (id: string, entry: Entry) =>
      started({ id, accepted: { 1: { ballot: 3, entry } } });
    const one = look(nothingSeen, voted("n1", x));
    expect(() => look(one, voted("n2", x))).not.toThrow();
    expect(() => look(one, voted("n2", y))).toThrow("asks for");
  });

  test("a leader that leaves gaps: nothing behind one is carried out", () => {
    const sim = gapAndCrash(five, leaveGaps(options), 1);
    expect(() => demandProgress(sim, five.slice(0, 5))).toThrow(
      "learned 0",
    );
  });
});

describe("a store of keys on it", () => {
  const clients = ["c1", "c2", "c3"];

  function storm(seed: number, ids: readonly string[]) {
    const untilMs = 3000;
    const weather = swarm(seed, {
      nodes: ids,
      untilMs,
      pauseMsMax: 300,
    });
    const client = kvClient({
      targets: ids,
      timeoutMs: 200,
      thinkMsMax: 30,
      keys: ["x", "y"],
      operations: 40,
    });
    const sim = simulate({
      ...weather,
      seed,
      nodes: {
        ...Object.fromEntries(
          ids.map((id) => [id, paxosKv(defaultOptions)]),
        ),
        ...Object.fromEntries(clients.map((id) => [id, client])),
      },
      clients,
    });
    sim.runUntil(untilMs + 3000);
    return sim;
  }

  test.each(seeds(6))("is linearizable in a storm, seed %i", (seed) => {
    const sim = storm(seed, three);
    const history = historyOf(sim.trace, clients);
    // A long history of one key may be more than the checker can settle.
    const { verdict } = checkLinearizable(kvModel, history, 200_000);
    expect(verdict).not.toBe("illegal");
    const done = history.filter(({ outcome }) => outcome === "ok");
    expect(done.length).toBeGreaterThan(5);
  });

  test("all replicas hold the same in the end", () => {
    const sim = storm(3, three);
    const [one, ...others] = three.map((id) => sim.state<Kv>(id).data);
    expect(Object.keys(one ?? {}).length).toBeGreaterThan(0);
    for (const other of others) expect(other).toEqual(one);
  });

  test("does a doubled request once, and answers it again", () => {
    const sim = simulate({
      seed: 1,
      nodes: { n1: paxosKv(defaultOptions) },
    });
    sim.runUntil(500);
    const say = (msg_id: number, value: string) => {
      const body = { type: "write", key: "x", msg_id, value };
      sim.inject({ src: "c1", dest: "n1", body });
    };
    say(1, "old");
    say(2, "new");
    say(1, "old");
    say(2, "new");
    sim.runFor(50);
    expect(sim.state<Kv>("n1").data).toEqual({ '"x"': "new" });
    const answered = sim.trace.flatMap((event) =>
      event.kind === "send" && event.message.dest === "c1"
        ? [event.message.body.in_reply_to]
        : [],
    );
    expect(answered).toEqual([1, 2, 2]);
  });

  test("who does not lead says so to reads, and is silent on writes", () => {
    const server = paxosKv(defaultOptions);
    const setup = {
      id: "n1",
      peers: ["n2"],
      disk: {},
      nowMs: 0,
      dice: 1,
    };
    const [state] = server.init(setup);
    const ask = (type: string) =>
      server.step(state, said("c1", { type, key: "x", msg_id: 4 }))[1];
    expect(ask("read")).toMatchObject([
      { dest: "c1", body: { code: 11, in_reply_to: 4 } },
    ]);
    expect(ask("write")).toEqual([]);
  });
});
