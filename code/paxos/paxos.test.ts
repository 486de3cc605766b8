/**
 * One test for each claim of "Paxos Made Simple" that the program makes its
 * own, then many seeds with faults, then the variants that have to fail.
 */

import { describe, expect, test } from "vitest";
import type { Fault } from "../kernel/faults.ts";
import type { Effect, Input, Json, Message } from "../kernel/node.ts";
import { intBetween, stream } from "../kernel/random.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import type { TraceEvent } from "../kernel/trace.ts";
import { seeds } from "../seeds.ts";
import { chosenIn, valuesChosen } from "./check.scenario.ts";
import {
  acceptorIds,
  type ClusterOptions,
  cluster,
} from "./cluster.ts";
import { duel } from "./dueling.example.ts";
import {
  type AcceptorState,
  acceptor,
  adoptHighest,
  type LearnerState,
  learner,
  majorities,
  majority,
  nextBallot,
  type ProposerState,
  proposer,
} from "./paxos.ts";
import { twoProposers } from "./story.scenario.ts";
import {
  adoptLowest,
  faithless,
  forgetful,
  insistOnOwn,
} from "./variants.ts";

const voter = acceptor({ learners: ["l1"] });
const setup = { id: "a1", peers: [], disk: {}, nowMs: 0, dice: 1 };

function from(src: string, body: Message["body"]): Input {
  const message = { src, dest: "x", body };
  return { event: { kind: "message", message }, nowMs: 0, dice: 1 };
}

function bodiesOf(effects: readonly Effect[]): readonly Json[] {
  return effects.flatMap((effect) =>
    effect.kind === "send" ? [effect.body] : [],
  );
}

function afterInputs(...inputs: readonly Input[]) {
  let step = voter.init(setup);
  for (const input of inputs) step = voter.step(step[0], input);
  return step;
}

describe("an acceptor", () => {
  const prepare5 = from("p1", { type: "prepare", ballot: 5 });

  test("promises, and reports the highest proposal it accepted (§2.2, 1b)", () => {
    const [state, effects] = afterInputs(
      from("p1", { type: "accept", ballot: 2, value: "x" }),
      from("p2", { type: "accept", ballot: 3, value: "y" }),
      prepare5,
    );
    expect(state.promised).toBe(5);
    expect(bodiesOf(effects)).toEqual([
      {
        type: "promise",
        ballot: 5,
        accepted: { ballot: 3, value: "y" },
      },
    ]);
  });

  test("promises a ballot once only (§2.2, 1b: greater than any)", () => {
    const [, effects] = afterInputs(prepare5, prepare5);
    expect(bodiesOf(effects)).toEqual([
      { type: "reject", ballot: 5, promised: 5 },
    ]);
  });

  test("accepts the first proposal that it receives (§2.2, P1)", () => {
    const [state] = afterInputs(
      from("p1", { type: "accept", ballot: 2, value: "x" }),
    );
    expect(state.accepted).toEqual({ ballot: 2, value: "x" });
  });

  test("accepts nothing below its promise (§2.2, P1a)", () => {
    const [state, effects] = afterInputs(
      prepare5,
      from("p2", { type: "accept", ballot: 3, value: "y" }),
    );
    expect(state.accepted).toBeNull();
    expect(bodiesOf(effects)).toEqual([
      { type: "reject", ballot: 3, promised: 5 },
    ]);
  });

  test("accepts nothing below what it accepted unasked (§2.2)", () => {
    // Without a prepare it took part in 5: to accept 4 after it would
    // hide a value that may be chosen from whoever asks next.
    const accept = (ballot: number, value: string) =>
      from("p1", { type: "accept", ballot, value });
    const step = afterInputs(accept(5, "blue"), accept(4, "red"));
    expect(step[0].accepted).toEqual({ ballot: 5, value: "blue" });
    expect(bodiesOf(step[1])).toEqual([
      { type: "reject", ballot: 4, promised: 5 },
    ]);
    const late = afterInputs(
      accept(5, "blue"),
      from("p2", { type: "prepare", ballot: 4 }),
    );
    expect(bodiesOf(late[1])).toEqual([
      { type: "reject", ballot: 4, promised: 5 },
    ]);
  });

  test("accepts the ballot that it promised (§2.2, 2b)", () => {
    const [state] = afterInputs(
      prepare5,
      from("p1", { type: "accept", ballot: 5, value: "x" }),
    );
    expect(state.accepted).toEqual({ ballot: 5, value: "x" });
  });

  test("writes down its answer before it sends it (§2.5)", () => {
    for (const body of [
      { type: "prepare", ballot: 5 },
      { type: "accept", ballot: 5, value: "x" },
    ]) {
      const [state, effects] = afterInputs(from("p1", body));
      expect(effects[0]).toEqual({
        kind: "persist",
        key: "acceptor",
        value: state,
      });
    }
  });

  test("starts again with what it wrote (§2.2)", () => {
    const [state] = afterInputs(prepare5);
    const disk = { acceptor: state };
    expect(voter.init({ ...setup, disk })[0]).toEqual(state);
  });

  test("passes over what it does not know", () => {
    const before = afterInputs(prepare5)[0];
    const timer: Input = {
      event: { kind: "timer", name: "any" },
      nowMs: 0,
      dice: 1,
    };
    expect(voter.step(before, timer)).toEqual([before, []]);
    const gossip = from("p1", { type: "gossip" });
    expect(voter.step(before, gossip)).toEqual([before, []]);
  });
});

describe("a proposer", () => {
  const acceptors = acceptorIds(3);
  const node = proposer({
    value: "mine",
    index: 1,
    proposers: 2,
    acceptors,
    quorums: majorities(acceptors),
    startAfterMs: 0,
    retryMsMin: 40,
    retryMsMax: 120,
    choose: adoptHighest,
  });
  const alarm: Input = {
    event: { kind: "timer", name: "retry" },
    nowMs: 0,
    dice: 1,
  };
  const [started] = node.step(node.init(setup)[0], alarm);

  function promise(src: string, accepted: Json): Input {
    return from(src, {
      type: "promise",
      ballot: started.ballot,
      accepted,
    });
  }

  test("proposes after promises from a majority, not before (§2.2, 2a)", () => {
    const [one, none] = node.step(started, promise("a1", null));
    expect(none).toEqual([]);
    const [two, effects] = node.step(one, promise("a2", null));
    expect(two.proposed).toBe("mine");
    expect(bodiesOf(effects)).toEqual(
      acceptors.map(() => ({
        type: "accept",
        ballot: 3,
        value: "mine",
      })),
    );
  });

  test("counts the promise of one acceptor once", () => {
    const [one] = node.step(started, promise("a1", null));
    const [again] = node.step(one, promise("a1", null));
    expect(again.proposed).toBeNull();
  });

  test("adopts the highest-numbered proposal reported (§2.2, P2c)", () => {
    expect(adoptHighest([null, null], "mine")).toBe("mine");
    const reported = [
      { ballot: 2, value: "x" },
      null,
      { ballot: 7, value: "y" },
    ];
    expect(adoptHighest(reported, "mine")).toBe("y");
  });

  test("never uses a ballot number twice, nor another's (§2.5)", () => {
    const used = [0, 1, 2].flatMap((index) => {
      const numbers = [nextBallot(0, index, 3)];
      for (let seen = numbers[0] ?? 0; seen < 90; ) {
        seen = nextBallot(seen, index, 3);
        numbers.push(seen);
      }
      return numbers;
    });
    expect(new Set(used).size).toBe(used.length);
  });

  test("writes its ballot down before it asks, and sets an alarm (§2.5)", () => {
    const [, effects] = node.step(node.init(setup)[0], alarm);
    const [first, ...others] = effects;
    expect(first).toEqual({ kind: "persist", key: "ballot", value: 3 });
    expect(bodiesOf(others.slice(0, -1))).toEqual(
      acceptors.map(() => ({ type: "prepare", ballot: 3 })),
    );
    expect(others.at(-1)).toMatchObject({
      kind: "set-timer",
      name: "retry",
    });
  });

  test("goes on above the number on its disk after a crash (§2.5)", () => {
    const [restarted] = node.init({ ...setup, disk: { ballot: 9 } });
    expect(node.step(restarted, alarm)[0].ballot).toBeGreaterThan(9);
  });

  // It did: two promises of 3, one of them a copy, and a second value.
  test("proposes nothing more in the ballot of before a crash (§2.5)", () => {
    const [one] = node.step(started, promise("a1", null));
    const [two] = node.step(one, promise("a2", null));
    expect(two.proposed).toBe("mine");
    const disk = { ballot: started.ballot };
    const [restarted] = node.init({ ...setup, disk });
    const [copy] = node.step(restarted, promise("a1", null));
    const late = promise("a3", { ballot: 2, value: "theirs" });
    expect(node.step(copy, late)).toEqual([restarted, []]);
  });

  test("goes above the ballot that it was rejected for (§2.2)", () => {
    const rejection = { type: "reject", ballot: 3, promised: 20 };
    const [told] = node.step(started, from("a1", rejection));
    expect(node.step(told, alarm)[0].ballot).toBeGreaterThan(20);
  });

  test("takes no notice of answers to an earlier ballot (§2.5)", () => {
    const [later] = node.step(started, alarm);
    expect(node.step(later, promise("a1", null))).toEqual([later, []]);
    const late = from("a1", {
      type: "accepted",
      ballot: 3,
      value: "mine",
    });
    expect(node.step(later, late)).toEqual([later, []]);
    const odd = from("a1", { type: "gossip" });
    expect(node.step(later, odd)).toEqual([later, []]);
  });

  test("rests once a majority has accepted", () => {
    const accepted = { type: "accepted", ballot: 3, value: "mine" };
    const [one] = node.step(started, from("a1", accepted));
    const [two] = node.step(one, from("a2", accepted));
    expect(two.done).toBe(true);
    expect(node.step(two, alarm)).toEqual([two, []]);
  });
});

describe("a learner", () => {
  const node = learner(2);
  const accepted = { type: "accepted", ballot: 2, value: "x" };

  test("learns a value once a majority has accepted it (§2.3)", () => {
    const [none] = node.init(setup);
    const [one] = node.step(none, from("a1", accepted));
    const [same] = node.step(one, from("a1", accepted));
    expect(same.chosen).toEqual([]);
    const [two] = node.step(same, from("a3", accepted));
    expect(two.chosen).toEqual([{ ballot: 2, value: "x" }]);
  });

  test("passes over everything else", () => {
    const [none] = node.init(setup);
    const timer: Input = {
      event: { kind: "timer", name: "any" },
      nowMs: 0,
      dice: 1,
    };
    expect(node.step(none, timer)).toEqual([none, []]);
    const gossip = from("a1", { type: "gossip" });
    expect(node.step(none, gossip)).toEqual([none, []]);
  });
});

test("one who sees all counts two values of one ballot apart (§2.1)", () => {
  const accepting = (node: string, value: string): TraceEvent => {
    const accepted = { ballot: 3, value };
    const state = { promised: 3, accepted };
    return {
      atMs: 1,
      kind: "persist",
      node,
      key: "acceptor",
      value: state,
    };
  };
  const one = [accepting("a1", "x"), accepting("a2", "y")];
  expect(valuesChosen(one, 2)).toEqual([]);
  const two = [...one, accepting("a2", "x"), accepting("a3", "y")];
  expect(valuesChosen(two, 2)).toEqual(["x", "y"]);
});

test("any two majorities share a member (§2.2)", () => {
  for (let n = 1; n <= 9; n++)
    expect(2 * majority(n)).toBeGreaterThan(n);
});

/** A quarter second of trouble, drawn from the seed, then peace. */
function troubled(seed: number, options: Partial<ClusterOptions> = {}) {
  const acceptorCount = options.acceptorCount ?? 3 + 2 * (seed % 2);
  const values = ["red", "green", "blue"];
  const all = cluster({
    values,
    acceptorCount,
    startAfterMs: [0, 7, 14],
    ...options,
  });
  const ids = Object.keys(all).filter((id) => id !== "l1");
  const faults: Fault[] = [];
  for (let at = 0; at < 12; at++) {
    const dice = stream(seed, at);
    const node =
      ids[intBetween(stream(dice, 0), 0, ids.length - 1)] ?? "a1";
    const atMs = intBetween(stream(dice, 1), 1, 250);
    const beforeEffect = intBetween(stream(dice, 2), 0, 3);
    const downMs = intBetween(stream(dice, 3), 1, 60);
    faults.push({ atMs, kind: "crash", node, beforeEffect });
    faults.push({ atMs: atMs + downMs, kind: "restart", node });
  }
  // Whoever is still down, or about to fall, comes back at the end.
  const peace = {
    messageLossProbability: 0,
    messageDuplicateProbability: 0,
  };
  faults.push({ atMs: 400, kind: "network", change: peace });
  const sim = simulate({
    seed,
    nodes: all,
    network: {
      delayMs: { kind: "uniform", min: 1, max: 20 },
      messageLossProbability: 0.15,
      messageDuplicateProbability: 0.1,
    },
    faults,
    checkPurity: seed < 20,
  });
  sim.runUntil(400);
  for (let round = 0; round < 40; round++) {
    for (const id of ids) sim.apply({ kind: "restart", node: id });
    sim.runFor(100);
  }
  return { sim, values, quorum: majority(acceptorCount) };
}

function seedsThat(
  breaks: (seed: number) => boolean,
  count: number,
): readonly number[] {
  return Array.from({ length: count }, (_, seed) => seed).filter(
    breaks,
  );
}

describe("with crashes between any two effects, losses and duplicates", () => {
  test.each(seeds(100))(
    "one value is chosen, it was proposed, and learners agree (§2.1), seed %i",
    (seed) => {
      const { sim, values, quorum } = troubled(seed);
      const chosen = valuesChosen(sim.trace, quorum);
      expect(chosen.length, chosen.join(", ")).toBe(1);
      expect(values).toContain(chosen[0]);
      const { chosen: learned } = sim.state<LearnerState>("l1");
      for (const { value } of learned) expect(value).toBe(chosen[0]);
    },
  );

  test.each(seeds(100))(
    "every proposer finishes after the trouble (§2.4), seed %i",
    (seed) => {
      const { sim } = troubled(seed);
      for (const id of ["p1", "p2", "p3"]) {
        const { done } = sim.state<ProposerState>(id);
        expect(done, id).toBe(true);
      }
    },
  );

  test("the same seed gives the same trace", () => {
    expect(troubled(5).sim.trace).toEqual(troubled(5).sim.trace);
  });
});

describe("the check notices when a rule is missing:", () => {
  function twoValues(options: Partial<ClusterOptions>) {
    return (seed: number) => {
      const { sim, quorum } = troubled(seed, options);
      return valuesChosen(sim.trace, quorum).length > 1;
    };
  }

  test("a proposer that keeps to its own value (P2c)", () => {
    expect(
      seedsThat(twoValues({ choose: insistOnOwn }), 20).length,
    ).toBeGreaterThan(0);
  });

  test("a proposer that adopts the lowest-numbered report (P2c)", () => {
    expect(
      seedsThat(twoValues({ choose: adoptLowest }), 500).length,
    ).toBeGreaterThan(0);
  });

  test("an acceptor that breaks its promise (P1a)", () => {
    expect(
      seedsThat(twoValues({ acceptorNode: faithless }), 200).length,
    ).toBeGreaterThan(0);
  });

  test("an acceptor that forgets when it crashes (§2.5)", () => {
    expect(
      seedsThat(twoValues({ acceptorNode: forgetful }), 200).length,
    ).toBeGreaterThan(0);
  });
});

describe("the story of the chapter", () => {
  function ballots(sim: Simulation) {
    return chosenIn(sim.trace, majority(5)).map(
      ({ ballot, value }) => `${ballot}:${value}`,
    );
  }

  test("p2 finds the choice of p1 through the one acceptor they share", () => {
    expect(ballots(twoProposers(7, adoptHighest))).toEqual([
      "2:db1",
      "3:db1",
    ]);
  });

  test("without the rule the same schedule chooses two values", () => {
    const sim = twoProposers(7, insistOnOwn);
    expect(ballots(sim)).toEqual(["2:db1", "3:db2"]);
    const { chosen } = sim.state<LearnerState>("l1");
    expect(chosen.map(({ value }) => value)).toEqual(["db1", "db2"]);
  });

  test("two impatient proposers can go on for ever (§2.4)", () => {
    const sim = duel(7, [12, 12]);
    sim.runUntil(10_000);
    expect(chosenIn(sim.trace, majority(3))).toEqual([]);
  });

  test("patience and chance end the duel, whatever the seed (§2.4)", () => {
    for (let seed = 0; seed < 100; seed++) {
      const sim = duel(seed, [30, 90]);
      expect(chosenIn(sim.trace, majority(3)).length).toBeGreaterThan(
        0,
      );
    }
  });

  test("no acceptor forgets in any of these runs", () => {
    const sim = twoProposers(7, adoptHighest);
    for (const id of acceptorIds(5)) {
      const state = sim.state<AcceptorState>(id);
      expect(sim.disk(id).acceptor).toEqual(state);
    }
  });
});
