import { describe, expect, test } from "vitest";
import {
  type ChaosKind,
  chaosKinds,
  crashAndRestart,
  type Fault,
  swarm,
} from "../kernel/faults.ts";
import { intBetween, stream } from "../kernel/random.ts";
import { simulate } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import {
  deafLeader,
  impatient,
  newDisk,
  tellBeforeWriting,
  voteWithoutLog,
} from "./broken.ts";
import {
  blocked,
  broken,
  type Cluster,
  countForced,
  countMessages,
  type Outcome,
  runCommit,
} from "./cluster.scenario.ts";
import { diskLoss } from "./disk-loss.scenario.ts";
import { runCut, splits } from "./partition.scenario.ts";
import type { Phase } from "./phases.ts";
import {
  allCrashes,
  coLocated,
  decisionOf,
  liabilities,
  named,
  paxosCluster,
  three,
  threePhaseCluster,
  twoPhaseCluster,
  withNodes,
} from "./protocols.scenario.ts";

type Make = (votedNo: readonly string[]) => Cluster;
const presumedAbort: Make = (no) => twoPhaseCluster({}, no);
const presumedNothing: Make = (no) =>
  twoPhaseCluster({ presume: "nothing" }, no);
const alone: Make = (no) =>
  twoPhaseCluster({ isCooperative: false }, no);
const paxos: Make = (no) => paxosCluster(3, 1, false, no);
const faster: Make = (no) => paxosCluster(3, 1, true, no);

const protocols = [
  ["two-phase commit, presumed abort", presumedAbort],
  ["two-phase commit, presumed nothing", presumedNothing],
  ["two-phase commit, not cooperative", alone],
  ["three-phase commit", threePhaseCluster],
  ["Paxos Commit", paxos],
  ["Faster Paxos Commit", faster],
] as const;

const phasesOf = ({ watched }: Outcome) =>
  watched.map(({ phase }) => phase);
const up = ({ watched }: Outcome) => watched.filter(({ isUp }) => isUp);

describe.each(protocols)("%s", (_, make) => {
  test("commits if all vote yes and nothing fails (AC4)", () => {
    const cluster = make([]);
    const options = { seed: 1, untilMs: 300 };
    expect(phasesOf(runCommit(cluster, options))).toEqual([
      "committed",
      "committed",
      "committed",
    ]);
  });

  test("aborts if one votes no (AC3)", () => {
    const outcome = runCommit(make(["p2"]), { seed: 1, untilMs: 300 });
    expect(phasesOf(outcome)).toEqual([
      "aborted",
      "aborted",
      "aborted",
    ]);
  });

  test.each([
    ["down for good", null],
    ["back at once", 1],
    ["back after a while", 100],
    ["back late", 400],
  ])(
    "splits no decision at any crash point, %s (AC1, AC2)",
    (_w, ms) => {
      for (const no of [[], ["p2"]]) {
        const runs = allCrashes(make(no), 1, ms, 1000);
        expect(runs.length).toBeGreaterThan(25);
        for (const { outcome, point } of runs) {
          expect(outcome.crashed, JSON.stringify(point)).toBe(true);
          expect(broken(outcome, no), JSON.stringify(point)).toEqual(
            [],
          );
        }
      }
    },
  );
});

const asynchronous = protocols.filter(
  ([name]) => name !== "three-phase commit",
);

describe("faults of all kinds, then none", () => {
  const untilMs = 1500;
  function judgeAll(seed: number, kinds: readonly ChaosKind[]): void {
    for (const [, make] of asynchronous) {
      const cluster = make([]);
      const ids = Object.keys(cluster.nodes);
      const weather = swarm(seed, {
        nodes: ids,
        fromMs: 11,
        untilMs,
        pauseMsMax: 60,
        faultMsMax: 200,
        kinds,
      });
      const outcome = runCommit(cluster, {
        ...weather,
        seed,
        untilMs: untilMs + 1500,
      });
      expect(broken(outcome, [])).toEqual([]);
      expect(blocked(outcome)).toEqual([]);
    }
  }

  test.each(seeds(12))("no split, and all decide, seed %i", (seed) => {
    judgeAll(seed, chaosKinds);
  });

  test.each(seeds(12))("nor with starts cut off, seed %i", (seed) => {
    judgeAll(seed, ["crash-between-effects", "crash-at-start"]);
  });
});

describe("three phases and several crashes", () => {
  function run(seed: number): Outcome {
    const cluster = threePhaseCluster([]);
    const ids = [cluster.chief, ...three];
    const faults = Array.from({ length: 1 + (seed % 4) }, (_, at) => {
      const dice = stream(seed, at);
      const node = ids[intBetween(stream(dice, 0), 0, 3)] ?? "c";
      const atMs = intBetween(stream(dice, 1), 5, 260);
      const downMs = intBetween(stream(dice, 2), 1, 400);
      const effect = intBetween(stream(dice, 3), 0, 3);
      return crashAndRestart(node, atMs, downMs, effect);
    });
    const network = {
      delayMs: { kind: "uniform", min: 1, max: 8 },
    } as const;
    const options = { seed, untilMs: 3000, network };
    return runCommit(cluster, { ...options, faults: faults.flat() });
  }

  // Before, one that was back asked so often that nobody lost patience.
  test.each([...seeds(40), 46, 75])(
    "all decide while one stays up, and decide alike, seed %i",
    (seed) => {
      const outcome = run(seed);
      expect(broken(outcome, [])).toEqual([]);
      const fallen = outcome.sim.trace.flatMap((event) =>
        event.kind === "crash" ? [event.node] : [],
      );
      if (three.every((id) => fallen.includes(id))) return;
      expect(blocked(outcome)).toEqual([]);
    },
  );
});

describe("copies of the beginning that come late", () => {
  /** Each is doubled and slow; chief and participants crash in between. */
  function run(make: Make, seed: number): Outcome {
    const cluster = make([]);
    const ids = [cluster.chief, ...three];
    const faults = Array.from({ length: 4 }, (_, at): Fault[] => {
      const dice = stream(seed, at);
      const node = ids[intBetween(stream(dice, 0), 0, 3)] ?? "c";
      const atMs = intBetween(stream(dice, 1), 12, 90);
      const downMs = intBetween(stream(dice, 2), 1, 15);
      return [
        { kind: "crash", node, atMs },
        { kind: "restart", node, atMs: atMs + downMs },
      ];
    });
    return runCommit(cluster, {
      seed,
      untilMs: 1500,
      faults: faults.flat(),
      network: {
        delayMs: { kind: "uniform", min: 1, max: 60 },
        messageDuplicateProbability: 0.5,
      },
    });
  }

  // In these a copy of `begin` or `work` found one that had come back,
  // and what it had aborted for one was committed for another.
  const found = [55, 131, 139, 171];
  test.each([...seeds(40), ...found])(
    "begin nothing anew, seed %i",
    (seed) => {
      for (const [, make] of asynchronous)
        expect(broken(run(make, seed), [])).toEqual([]);
    },
  );
});

describe("who is liable (two-phase commit)", () => {
  test("blocks all if the coordinator dies with all votes (G&L 3.3)", () => {
    const votes = { node: "c", step: 3, effect: 0 };
    const options = { seed: 1, untilMs: 5000, crash: votes };
    for (const make of [presumedAbort, alone]) {
      const outcome = runCommit(make([]), options);
      expect(blocked(outcome)).toEqual(three);
      // From the vote at 20 ms to the end: as long as it stays away.
      expect(outcome.watched.map(({ heldMs }) => heldMs)).toEqual([
        4980, 4980, 4980,
      ]);
    }
  });

  test("a participant that has not voted sets the others free", () => {
    const first = { node: "c", step: 0, effect: 1 };
    const options = { seed: 1, untilMs: 1000, crash: first };
    expect(blocked(runCommit(presumedAbort([]), options))).toEqual([]);
    expect(blocked(runCommit(alone([]), options))).toEqual(["p1"]);
  });

  test("a participant that dies blocks nobody", () => {
    const rows = liabilities(presumedAbort([]));
    const theirs = rows.filter(({ who }) => who === "participant");
    expect(
      theirs.map(({ before, outcomes, blocked: b }) => {
        return [before, outcomes.join(), b];
      }),
    ).toEqual([
      ["write prepared", "abort", 0],
      ["send vote vote=yes", "abort", 0],
      ["write committed", "commit", 0],
      ["send ack", "commit", 0],
    ]);
  });

  test("only a coordinator with votes and no news out blocks", () => {
    const rows = liabilities(presumedAbort([]));
    const chief = rows.filter(({ who }) => who === "coordinator");
    expect(chief.map((row) => [row.before, row.blocked])).toEqual([
      ["send prepare", 0],
      ["write committed", 3],
      ["send committed", 3],
    ]);
    // 300 ms down, and what was asked meanwhile is asked again.
    expect(chief.map(({ heldMsMax }) => heldMsMax > 300)).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe("without blocking", () => {
  test("three phases: who lives decides, at any crash (Skeen 1981)", () => {
    for (const { outcome } of allCrashes(
      threePhaseCluster([]),
      1,
      null,
      900,
    ))
      expect(blocked(outcome)).toEqual([]);
  });

  test("three phases: some partition splits the decision", () => {
    expect(splits(threePhaseCluster([]), 30).length).toBeGreaterThan(0);
  });

  test("two phases and Paxos Commit: no partition does", () => {
    expect(splits(presumedAbort([]), 36)).toEqual([]);
    const cluster = paxosCluster(2, 1, false, []);
    const ways = [
      [
        ["l1", "a1", "p1"],
        ["l2", "a2", "a3", "p2"],
      ],
      [
        ["l1", "a1", "a2", "p1"],
        ["l2", "a3", "p2"],
      ],
      [
        ["l1", "p2"],
        ["l2", "a1", "a2", "a3", "p1"],
      ],
    ];
    for (const groups of ways) {
      for (let atMs = 15.5; atMs < 40; atMs++) {
        const outcome = runCut(cluster, { atMs, groups });
        expect(broken(outcome, [])).toEqual([]);
        expect(blocked(outcome)).toEqual([]);
      }
    }
  });

  test("Paxos Commit: F acceptors and a leader may die (4.2)", () => {
    const cluster = paxosCluster(3, 2, false, []);
    for (let atMs = 11; atMs < 45; atMs += 1) {
      const dead = ["l1", "a1", "a4"];
      const faults = dead.map((node) => {
        return { atMs, kind: "crash", node } as const;
      });
      const outcome = runCommit(cluster, {
        seed: 1,
        untilMs: 1500,
        faults,
      });
      expect(broken(outcome, [])).toEqual([]);
      expect(blocked(outcome)).toEqual([]);
    }
  });

  test("Paxos Commit: F + 1 acceptors that die block it (4.1)", () => {
    const faults = ["a1", "a2", "a3"].map((node) => {
      return { atMs: 18, kind: "crash", node } as const;
    });
    const cluster = paxosCluster(3, 2, false, []);
    const outcome = runCommit(cluster, {
      seed: 1,
      untilMs: 1500,
      faults,
    });
    expect(blocked(outcome)).toEqual(three);
  });
});

describe("the price (without faults)", () => {
  const types = ["prepare", "vote", "accepted", "committed"];
  const messages = (cluster: Cluster) => {
    const outcome = runCommit(cluster, { seed: 1, untilMs: 55 });
    return countMessages(outcome, types, coLocated);
  };

  test.each([3, 5, 8])("two-phase commit takes 3N - 3, N = %i", (n) => {
    const participants = named("p", n);
    expect(messages(twoPhaseCluster({ participants }, []))).toBe(
      3 * n - 3,
    );
  });

  test.each([
    [3, 1],
    [5, 1],
    [5, 2],
    [8, 3],
  ])("Paxos Commit takes NF + 3N - 3, N = %i, F = %i (5)", (n, f) => {
    const usual = paxosCluster(n, f, false, []);
    expect(messages(usual)).toBe(n * f + 3 * n - 3);
    const fast = paxosCluster(n, f, true, []);
    expect(messages(fast)).toBe((n - 1) * (2 * f + 3));
  });

  test("5 RMs and F = 1: 12, 17 and 20 messages (G&L section 5)", () => {
    const participants = named("p", 5);
    expect(messages(twoPhaseCluster({ participants }, []))).toBe(12);
    expect(messages(paxosCluster(5, 1, false, []))).toBe(17);
    expect(messages(paxosCluster(5, 1, true, []))).toBe(20);
  });

  test("a commit forces 2 writes a participant and 1 more (R*)", () => {
    for (const make of [presumedAbort, presumedNothing]) {
      const outcome = runCommit(make([]), { seed: 1, untilMs: 300 });
      expect(countForced(outcome, "c")).toBe(1);
      expect(countForced(outcome, "p1")).toBe(2);
      const all = ["prepare", "vote", "committed", "ack"];
      expect(countMessages(outcome, all, (id) => id)).toBe(4 * 3);
    }
  });

  test("an abort is cheaper if it is presumed (R*)", () => {
    const cost = (make: Make) => {
      const outcome = runCommit(make(["p2"]), {
        seed: 1,
        untilMs: 300,
      });
      const acks = countMessages(outcome, ["ack"], (id) => id);
      const forced = ["c", "p1", "p2"].map((id) =>
        countForced(outcome, id),
      );
      return [...forced, acks];
    };
    expect(cost(presumedNothing)).toEqual([1, 2, 0, 2]);
    expect(cost(presumedAbort)).toEqual([0, 1, 0, 0]);
  });

  test("Paxos Commit forces N + F + 1 writes to decide (5)", () => {
    const outcome = runCommit(paxos([]), { seed: 1, untilMs: 300 });
    const records = 3; // What each participant notes of the outcome.
    expect(countForced(outcome) - records).toBe(3 + 1 + 1);
  });
});

describe("each broken protocol gives itself away", () => {
  const found = (cluster: Cluster, restartAfterMs: number | null) => {
    const runs = allCrashes(cluster, 1, restartAfterMs, 1000);
    return runs.flatMap(({ outcome }) => broken(outcome, []));
  };

  test("a coordinator that tells before it writes", () => {
    const cluster = withNodes(alone([]), ["c"], tellBeforeWriting);
    expect(found(cluster, 100)).toContain("AC1 split decision");
  });

  test("a participant that votes without a log", () => {
    const cluster = withNodes(alone([]), ["p2"], voteWithoutLog);
    expect(found(cluster, 100)).toContain("AC1 split decision");
  });

  test("a participant that comes back with a new disk", () => {
    const cluster = withNodes(alone([]), ["p2"], newDisk);
    expect(found(cluster, 100)).toContain(
      "AC1 a prepared part was lost",
    );
  });

  test("a participant that decides by itself (heuristic)", () => {
    const right = alone([]);
    const node = impatient(
      right.nodes.p2 as Parameters<typeof impatient>[0],
    );
    const nodes = { ...right.nodes, p2: node as typeof right.nodes.p2 };
    const cluster: Cluster = { ...right, nodes } as Cluster;
    expect(found(cluster, null)).toContain("AC1 split decision");
  });

  test("a leader that does not hear what was accepted", () => {
    const cluster = withNodes(paxos([]), ["l2"], deafLeader);
    expect(found(cluster, null)).toContain("AC1 split decision");
  });

  test("a coordinator with a new disk presumes too much", () => {
    const cluster = withNodes(alone([]), ["c"], newDisk);
    expect(found(cluster, 100)).toContain("AC1 split decision");
  });
});

describe("the incident: the coordinator's disk is lost", () => {
  test("splits, unless the others are asked or the disk was kept", () => {
    expect(decisionOf(diskLoss(true, false))).toBe("SPLIT");
    expect(decisionOf(diskLoss(false, false))).toBe("commit");
    expect(decisionOf(diskLoss(true, true))).toBe("commit");
  });
});

test.each(protocols)("%s is made of pure functions", (_, make) => {
  const { nodes, chief } = make([]);
  const faults = [
    { atMs: 28, kind: "crash", node: chief },
    { atMs: 200, kind: "restart", node: chief },
  ] as const;
  const sim = simulate({ seed: 1, nodes, faults, checkPurity: true });
  for (const dest of three)
    sim.inject({ src: "client", dest, body: { type: "work" } });
  sim.runUntil(10);
  sim.inject({ src: "client", dest: chief, body: { type: "begin" } });
  sim.runUntil(600);
  const phases = three.map(
    (id) => sim.state<{ phase: Phase }>(id).phase,
  );
  expect(new Set(phases)).toEqual(new Set(["committed"]));
});

test("a phase is one of six", () => {
  const outcome = runCommit(presumedAbort([]), {
    seed: 1,
    untilMs: 50,
  });
  const seen: readonly Phase[] = up(outcome).flatMap(({ phases }) =>
    phases.map(({ phase }) => phase),
  );
  expect(seen.slice(0, 4)).toEqual([
    "idle",
    "working",
    "prepared",
    "committed",
  ]);
});
