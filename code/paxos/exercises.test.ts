/** The solutions of the chapter's exercises, and what its text claims beside, run. */

import { describe, expect, test } from "vitest";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import {
  leaderOf,
  proposeTo,
  watched,
} from "../raft/cluster.scenario.ts";
import { naive } from "../raft/naive.ts";
import {
  brokenPair,
  withFault,
} from "../raft/one-way-link.scenario.ts";
import { calmOptions, paperOptions } from "../raft/options.ts";
import { raft } from "../raft/raft.ts";
import type { State } from "../raft/state.ts";
import { chosenIn, valuesChosen } from "./check.scenario.ts";
import { cluster } from "./cluster.ts";
import { duel } from "./dueling.example.ts";
import { commitMs, majorityUp } from "./latency.ts";
import { majority, type ProposerState, type Quorums } from "./paxos.ts";
import { forgetful } from "./variants.ts";

const hoursPerYear = 365.25 * 24;

describe("two letters instead of three (predict)", () => {
  const sim = simulate({
    seed: 7,
    nodes: cluster({
      values: ["db1", "db2"],
      acceptorCount: 5,
      startAfterMs: [0, 30],
    }),
    network: {
      delayMs: { kind: "constant", ms: 5 },
      fate: ({ src, dest, body }) =>
        src === "p1" && body.type === "accept" && dest > "a2"
          ? "lose"
          : undefined,
    },
    faults: [
      { atMs: 12, kind: "crash", node: "p1" },
      { atMs: 25, kind: "crash", node: "a1" },
      { atMs: 25, kind: "crash", node: "a2" },
      { atMs: 100, kind: "restart", node: "a1" },
      { atMs: 100, kind: "restart", node: "a2" },
      { atMs: 120, kind: "restart", node: "p1" },
    ],
  });

  test("p2 hears of nothing, and db2 is chosen", () => {
    sim.runUntil(100);
    expect(sim.state<ProposerState>("p2").proposed).toBe("db2");
    expect(valuesChosen(sim.trace, majority(5))).toEqual(["db2"]);
  });

  test("p1 comes back for db1, and gets db2 chosen once more", () => {
    sim.runUntil(200);
    expect(sim.state<ProposerState>("p1").proposed).toBe("db2");
    expect(valuesChosen(sim.trace, majority(5))).toEqual(["db2"]);
  });
});

test("patience of 16 ms is too little, of 17 ms enough (predict)", () => {
  const outcome = (retryMs: number) =>
    chosenIn(duel(7, [retryMs, retryMs]).trace, majority(3));
  expect(outcome(16)).toEqual([]);
  expect(outcome(17).length).toBeGreaterThan(0);
});

test("the fourth member costs 2.6 hours a year (compute)", () => {
  const downHours = (members: number) =>
    (1 - majorityUp(members, 0.99)) * hoursPerYear;
  expect(downHours(1)).toBeCloseTo(87.66, 2);
  expect(downHours(2)).toBeCloseTo(174.4, 1);
  expect(downHours(3)).toBeCloseTo(2.61, 2);
  expect(downHours(4)).toBeCloseTo(5.19, 2);
  expect(downHours(5) * 60).toBeCloseTo(5.18, 2);
});

test("one lost follower more than doubles the commit (compute)", () => {
  expect(commitMs([10, 30, 70, 140], 1)).toBe(31);
  expect(commitMs([Infinity, 30, 70, 140], 1)).toBe(71);
  expect(commitMs([10, 30, 70, Infinity], 1)).toBe(31);
});

test("the numbers in the section on the price", () => {
  expect(commitMs([0.5, 0.5], 1)).toBe(1.5);
  expect(Math.round(1000 / 1.5)).toBe(667);
  expect(commitMs([50, 50], 1)).toBe(51);
  expect(Math.floor(1000 / 51)).toBe(19);
  expect(commitMs([0.5, 0.5], 10)).toBe(10.5);
});

describe("quorums of four (break)", () => {
  /** Two proposers, four acceptors, and a network with a long tail. */
  function run(seed: number, quorums: Quorums): Simulation {
    const sim = simulate({
      seed,
      nodes: cluster({
        values: ["db1", "db2"],
        acceptorCount: 4,
        startAfterMs: [0, 10],
        quorums,
      }),
      network: {
        delayMs: { kind: "long-tailed", median: 5, p99: 80 },
        messageLossProbability: 0.1,
      },
    });
    sim.runUntil(1000);
    return sim;
  }

  test("3 and 2 meet: one value, whatever the seed", () => {
    for (let seed = 0; seed < 300; seed++) {
      const { trace } = run(seed, { prepare: 3, accept: 2 });
      expect(valuesChosen(trace, 2).length, `seed ${seed}`).toBe(1);
    }
  });

  test("2 and 2 need not: some seed chooses two values", () => {
    const broken = Array.from(
      { length: 300 },
      (_, seed) => seed,
    ).filter((seed) => {
      const { trace } = run(seed, { prepare: 2, accept: 2 });
      return valuesChosen(trace, 2).length > 1;
    });
    expect(broken.length).toBeGreaterThan(0);
  });
});

test("an acceptor that forgets lets two values be chosen (break)", () => {
  const sim = simulate({
    seed: 7,
    nodes: cluster({
      values: ["db1", "db2"],
      acceptorCount: 3,
      startAfterMs: [0, 40],
      acceptorNode: forgetful,
    }),
    network: {
      delayMs: { kind: "constant", ms: 5 },
      fate: ({ src, dest }) =>
        src === "p1" && dest === "a3" ? "lose" : undefined,
    },
    faults: [
      { atMs: 25, kind: "crash", node: "p1" },
      { atMs: 25, kind: "crash", node: "a1" },
      { atMs: 25, kind: "crash", node: "a2" },
      { atMs: 30, kind: "restart", node: "a2" },
    ],
  });
  sim.runUntil(100);
  expect(valuesChosen(sim.trace, majority(3))).toEqual(["db1", "db2"]);
});

test("one dead link of three is settled by two elections at most", () => {
  for (let seed = 1; seed <= 13; seed++) {
    const { elections } = withFault(paperOptions, brokenPair, seed);
    expect(elections, `seed ${seed}`).toBeLessThanOrEqual(2);
  }
});

test("a hub whose log is behind: both rules, and nobody leads", () => {
  for (let seed = 1; seed <= 3; seed++) {
    const ids = ["n1", "n2", "n3", "n4", "n5"];
    const sim = watched(ids, raft(calmOptions(ids)), { seed });
    sim.runUntil(1000);
    const leader = leaderOf(sim, ids) ?? "";
    const hub = ids.find((id) => id !== leader) ?? "";
    const others = ids.filter((id) => id !== hub);
    sim.apply({ kind: "partition", groups: [[hub], others] });
    proposeTo(sim, leader, "what the hub misses");
    sim.runFor(100);
    expect(sim.state<State>(leader).commitIndex).toBe(2);
    sim.apply({ kind: "crash", node: leader });
    sim.apply({ kind: "heal" });
    for (const from of others) {
      for (const to of others.filter((id) => id !== from)) {
        sim.apply({ kind: "cut", from, to });
      }
    }
    sim.runFor(400);
    for (let second = 0; second < 60; second++) {
      sim.runFor(1000);
      expect(leaderOf(sim, ids), `seed ${seed}`).toBe(null);
    }
    sim.apply({ kind: "heal" });
    sim.runFor(2000);
    expect(leaderOf(sim, ids), `seed ${seed}`).not.toBe(null);
  }
});

test("a naive follower takes no write", () => {
  const setup = {
    id: "n1",
    peers: ["n2"],
    disk: {},
    nowMs: 0,
    dice: 1,
  };
  const [follower] = naive.init(setup);
  const body = { type: "write", value: "x", msg_id: 1 };
  const message = { src: "c1", dest: "n1", body };
  const event = { kind: "message", message } as const;
  const [after, effects] = naive.step(follower, {
    event,
    nowMs: 1,
    dice: 1,
  });
  expect(after).toEqual(follower);
  expect(effects).toEqual([]);
});
