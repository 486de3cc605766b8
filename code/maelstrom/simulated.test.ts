/** Every workload under faults, and what each checker catches. */
import { describe, expect, it, test } from "vitest";
import type { ChaosKind, Fault } from "../kernel/faults.ts";
import { isolate } from "../kernel/faults.ts";
import type { Json, Node } from "../kernel/node.ts";
import { type Data, execute } from "../raft-kv/store.ts";
import { seeds } from "../seeds.ts";
import {
  alone,
  broadcastOnce,
  chanceIds,
  forgetfulEcho,
  forgetSessions,
  gSetOnce,
  lastSum,
  readLocally,
  withoutDisk,
} from "./broken.ts";
import { names } from "./clients.ts";
import { counter } from "./counter.ts";
import { kafka } from "./kafka.ts";
import { options } from "./nodes.ts";
import { type Machine, replicated } from "./replicated.ts";
import { type RunOptions, runSimulated } from "./simulated.scenario.ts";
import { txn } from "./txn.ts";
import { uniqueIds } from "./unique-ids.ts";
import { type Workload, workloads } from "./workloads.ts";

const calm = {
  messageLossProbability: 0,
  messageDuplicateProbability: 0,
};

describe.each(workloads)("%s", (workload) => {
  test.each(seeds(6))("holds under all faults, seed %i", (seed) => {
    const { finding, histories } = runSimulated({ workload, seed });
    expect(finding).toEqual({ verdict: "ok" });
    // When it is calm again, every server answers the last question.
    const last = histories.finals.filter(
      ({ outcome }) => outcome === "ok",
    );
    expect(new Set(last.map(({ process }) => process)).size).toBe(3);
  });

  test("gets much done where nothing goes wrong", () => {
    const run = { workload, seed: 1, faults: [], network: calm };
    const done = runSimulated(run).histories.all.filter(
      ({ outcome }) => outcome === "ok",
    );
    expect(done.length).toBeGreaterThan(60);
  });

  test.each(seeds(2))("holds on five servers, seed %i", (seed) => {
    const servers = 5;
    const topology = seed % 2 === 0 ? "line" : "tree";
    const run = runSimulated({ workload, seed, servers, topology });
    expect(run.finding).toEqual({ verdict: "ok" });
  });
});

test("a list-append run that a search of all orders gave up on, seed 9", () => {
  // Nine transactions without an answer may stand anywhere: leave out
  // those that left no trace.
  const run = runSimulated({ workload: "txn-list-append", seed: 9 });
  expect(run.finding).toEqual({ verdict: "ok" });
});

test("a request that was under way for 4.5 seconds, g-set seed 8240", () => {
  // It came to its server after the last reads, and was acknowledged: the
  // checker called it lost.
  const run = { seed: 8240, servers: 5, topology: "line" } as const;
  const { finding } = runSimulated({ workload: "g-set", ...run });
  expect(finding).toEqual({ verdict: "ok" });
});

/** How often the checker finds it in so many runs, and what it says. */
function findings(
  workload: Workload,
  node: Node<unknown>,
  runs: number,
  more: Partial<RunOptions> = {},
): readonly string[] {
  return Array.from({ length: runs }, (_, at) => {
    const given = { workload, node, seed: at + 1, ...more };
    const { finding } = runSimulated(given);
    return finding.verdict === "illegal"
      ? finding.why
      : finding.verdict;
  });
}

function broken<S>(node: Node<S>): Node<unknown> {
  return node as Node<unknown>;
}

const crashes: readonly ChaosKind[] = ["crash"];
const doubling = { ...calm, messageDuplicateProbability: 0.3 };

describe("the checker catches", () => {
  it("an echo that says something else", () => {
    const [why] = findings("echo", broken(forgetfulEcho), 1);
    expect(why).toMatch(/another value/);
  });

  it("ids of eight bits, drawn by chance", () => {
    const [why] = findings("unique-ids", broken(chanceIds), 1);
    expect(why).toMatch(/given twice/);
  });

  it("ids of a node that forgets how often it has started", () => {
    const node = broken(withoutDisk(uniqueIds));
    const found = findings("unique-ids", node, 4, { kinds: crashes });
    expect(found.some((why) => /given twice/.test(why))).toBe(true);
  });

  const cutOff: readonly Fault[] = [
    {
      atMs: 300,
      kind: "partition",
      groups: isolate("n2", names("n", 3)),
    },
    { atMs: 1500, kind: "heal" },
  ];
  const partition = { faults: cutOff, network: calm };

  it("a broadcast that is not sent again after a partition", () => {
    const node = broken(broadcastOnce);
    const [why] = findings("broadcast", node, 1, partition);
    expect(why).toMatch(/is lost/);
  });

  it("a set that is not sent again after a partition", () => {
    const [why] = findings("g-set", broken(gSetOnce), 1, partition);
    expect(why).toMatch(/is lost/);
  });

  it("a counter whose latest sum wins", () => {
    for (const workload of ["g-counter", "pn-counter"] as const) {
      const node = broken(lastSum);
      const [why] = findings(workload, node, 1, partition);
      expect(why).toMatch(/in the end not of|differ/);
    }
  });

  it("a counter that counts copies of a request", () => {
    const node = broken(counter);
    const more = { network: doubling, faults: [] };
    const [why] = findings("g-counter", node, 1, more);
    expect(why).toMatch(/bounds|in the end not of/);
  });

  it("stores that know nothing of each other", () => {
    const store: Machine<Data> = {
      start: {},
      isLocal: () => false,
      execute,
    };
    const [why] = findings("lin-kv", broken(alone(store)), 1);
    expect(why).toMatch(/no order explains/);
  });

  it("transactions at servers that know nothing of each other", () => {
    for (const workload of [
      "txn-list-append",
      "txn-rw-register",
    ] as const) {
      const [why] = findings(workload, broken(alone(txn)), 1);
      expect(why).not.toBe("ok");
      expect(why).not.toBe("unknown");
    }
  });

  it("transactions that read what is here and old", () => {
    const node = broken(replicated(readLocally(txn), options));
    for (const workload of [
      "txn-list-append",
      "txn-rw-register",
    ] as const) {
      const found = findings(workload, node, 12);
      expect(found.some((why) => why !== "ok")).toBe(true);
    }
  });

  it("transactions that are done again when they are asked again", () => {
    const node = broken(forgetSessions(replicated(txn, options)));
    const more = { network: { messageLossProbability: 0.2 } };
    const found = findings("txn-list-append", node, 6, more);
    expect(found.some((why) => why !== "ok")).toBe(true);
  });

  it("two leaders that give the same offset", () => {
    const [why] = findings("kafka", broken(alone(kafka)), 1);
    expect(why).toMatch(/ and \d+ at [ab]:\d+/);
  });

  it("messages that are sent once and stored twice", () => {
    const node = broken(forgetSessions(replicated(kafka, options)));
    const more = { network: { messageLossProbability: 0.2 } };
    const found = findings("kafka", node, 6, more);
    expect(found.some((why) => /is at/.test(why))).toBe(true);
  });

  it("servers that answer nothing", () => {
    const mute: Node<Json> = {
      init: () => [0, []],
      step: (s) => [s, []],
    };
    const [why] = findings("g-set", broken(mute), 1);
    expect(why).toMatch(/does not answer/);
  });
});

describe("broadcast costs few messages", () => {
  const cost = (servers: number, topology: RunOptions["topology"]) => {
    const run = runSimulated({
      workload: "broadcast",
      seed: 1,
      servers,
      clients: 8,
      network: { ...calm, delayMs: { kind: "constant", ms: 10 } },
      faults: [],
      ...(topology === undefined ? {} : { topology }),
    });
    expect(run.finding).toEqual({ verdict: "ok" });
    const asked = run.histories.all.filter(
      ({ op }) => op === "broadcast",
    );
    const told = run.sim.trace.filter(
      (event) =>
        event.kind === "send" &&
        event.message.body.type.startsWith("gossip"),
    );
    return told.length / asked.length;
  };

  it("a value and its confirmation cross each link of a tree once", () => {
    // 24 links: 48 messages a value at most; fewer, as some travel
    // together.
    expect(cost(25, "tree")).toBeLessThan(30);
  });

  it("where all hear all, the first to hear tells the others", () => {
    expect(cost(10, "total")).toBeLessThanOrEqual(18);
  });
});
