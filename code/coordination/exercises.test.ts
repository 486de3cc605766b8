/** The solutions of the exercises, run; and the numbers of the chapter. */
import { describe, expect, test } from "vitest";
import { seeds } from "../seeds.ts";
import { endByOwnClock } from "./broken.ts";
import type { Client } from "./client.ts";
import { lockRun, phaseOf, service } from "./cluster.scenario.ts";
import {
  bumpAtLeast,
  changesPerSMax,
  hastyPlan,
  herdEvents,
  historyBytes,
  membersMax,
} from "./exercises.ts";
import { commitBytes, freeListBytes } from "./free-list.ts";
import { ceilingPerS } from "./group-commit.ts";
import { run as herdStory } from "./herd.example.ts";
import { takeover } from "./own-clock.scenario.ts";
import { type LockMemo, lockPlan } from "./recipes.ts";
import { stalls } from "./stall.scenario.ts";
import { applyCommand, emptyTree, type Tree } from "./tree.ts";

const gib = 2 ** 30;

describe("the arithmetic", () => {
  test("of history that waits for its compaction", () => {
    expect(historyBytes(500, 15_000, 300)).toBe(2_250_000_000);
    expect(historyBytes(6000, 1000, 300)).toBe(1_800_000_000);
    expect(historyBytes(1, 7_158_278, 300)).toBeLessThan(2 * gib);
    expect(historyBytes(1, 7_158_279, 300)).toBeGreaterThan(2 * gib);
  });

  test("of members whose signs of life are writes", () => {
    expect(membersMax(2 * gib, 15_000, 300, 10)).toBe(4772);
    expect(membersMax(2 * gib, 20_000, 300, 10)).toBe(3579);
    expect(membersMax(2 * gib, 20_000, 300, 300)).toBe(107_374);
  });

  test("of being told and of asking", () => {
    expect(changesPerSMax(20_000, 1000)).toBe(20);
    expect(changesPerSMax(8000, 4000)).toBe(2);
    expect(changesPerSMax(40_000 / 10, 40_000)).toBe(0.1);
  });

  test("of an index that jumps", () => {
    expect(bumpAtLeast(1000, 7 * 86_400)).toBe(604_800_000);
    expect(Math.floor(1e9 / (7 * 86_400))).toBe(1653);
  });

  test("of a flush", () => {
    expect(ceilingPerS(10, 1)).toBe(100);
    expect(ceilingPerS(1, 16)).toBe(16_000);
  });

  test("of a free list as long as Roblox's", () => {
    const file = {
      fileBytes: 1_000_000 * 4096,
      usedBytes: 25_000 * 4096,
      pageBytes: 4096,
      pageIdBytes: 8,
    };
    expect(freeListBytes(file)).toBe(7_802_880);
    expect(commitBytes(file, 16_384) / 16_384).toBeCloseTo(477.25, 2);
  });

  test("of a herd agrees with the run", () => {
    const rows = herdStory(7)
      .split("\n")
      .slice(-4)
      .map((line) => line.trim().split(/\s+/).map(Number));
    expect(rows.map(([count = 0]) => herdEvents(count))).toEqual(
      rows.map(([, events]) => events),
    );
    for (const [count = 0, events = 0, entries, , one] of rows) {
      expect(entries).toBe(events + 3 * count + 3);
      expect(one).toBe(4 * count + 2);
    }
    expect(herdEvents(100)).toBe(5050);
  });
});

describe("a watch that fires once", () => {
  /** c1 watches; c2 writes 1 to 3; c1 asks again after 2 or after 3. */
  function seen(askedAfter: number) {
    let tree: Tree = emptyTree;
    let index = 0;
    const told: (string | number)[] = [];
    const ask = (client: string, request: object) => {
      index += 1;
      const msg_id = index;
      const session = client === "c1" ? "s1" : "s2";
      const body = { type: "get", session, msg_id, ...request };
      const command = {
        type: "request",
        client,
        request: body,
      } as const;
      const [next, reply] = applyCommand(tree, index, command);
      tree = next;
      if (client === "c1" && reply?.type === "get_ok") {
        told.push(Number(reply.value));
      }
    };
    const path = "/config";
    ask("c1", { type: "open", timeout_ms: 1000 });
    ask("c2", { type: "open", timeout_ms: 1000 });
    ask("c2", { type: "create", path, value: 0 });
    ask("c1", { path, watch: true });
    for (const value of [1, 2, 3]) {
      ask("c2", { type: "set", path, value });
      if (value === askedAfter) ask("c1", { path, watch: true });
    }
    const events = tree.sessions.s1?.eventsFired ?? 0;
    return { values: told, events };
  }

  test("skips what was written before it was set again", () => {
    expect(seen(2)).toEqual({ values: [0, 2], events: 2 });
    expect(seen(3)).toEqual({ values: [0, 3], events: 1 });
  });
});

describe("a waiter that takes any event for its turn", () => {
  /** How many hold before the second of three dies in the queue, and after? */
  function holders(seed: number, planOf: typeof lockPlan) {
    const options = { planOf, holdMs: 3000, timeoutMs: 900 };
    const { sim, contenders } = lockRun(seed, 3, options);
    const phases = () => contenders.map((id) => phaseOf(sim, id));
    while (phases().filter((p) => p === "wait").length < 2) {
      sim.runFor(1);
    }
    const first = contenders.find((id) => phaseOf(sim, id) === "hold");
    const waiting = contenders.filter((id) => id !== first);
    const pathOf = (id: string) =>
      (sim.state<Client>(id).memo as LockMemo).path;
    const [second = ""] = waiting.toSorted((a, b) =>
      pathOf(a) < pathOf(b) ? -1 : 1,
    );
    const holding = () =>
      contenders.filter(
        (id) => sim.isUp(id) && phaseOf(sim, id) === "hold",
      ).length;
    sim.runFor(300);
    const before = holding();
    sim.apply({ kind: "crash", node: second });
    sim.runFor(1500);
    return [before, holding()];
  }

  test.each(seeds(5))("holds beside the holder, seed %i", (seed) => {
    expect(holders(seed, lockPlan)).toEqual([1, 1]);
    expect(holders(seed, hastyPlan)).toEqual([1, 2]);
  });
});

describe("who is the primary", () => {
  test.each(seeds(10))(
    "one, if the log ends sessions, seed %i",
    (seed) => {
      const { primaries, told } = takeover(service, seed);
      expect([primaries.length, told.length]).toEqual([1, 2]);
    },
  );

  test("sometimes two, if each server does", () => {
    const all = Array.from({ length: 20 }, (_, at) =>
      takeover(endByOwnClock(service), at + 1),
    );
    const two = all.filter(({ primaries }) => primaries.length === 2);
    expect(two.length).toBe(8);
    for (const { laggard, newLeader } of two) {
      expect(newLeader).toBe(laggard);
    }
  });
});

describe("a disk that stalls", () => {
  const options = { everyMs: 2000, forMs: 10_000 };
  const changes = (stallMs: number, patience: number) =>
    stalls({ ...options, stallMs, patience }, 7).leaderChanges;

  test("costs no leader below the election timeout, and one above", () => {
    expect([changes(100, 1), changes(400, 1)]).toEqual([0, 5]);
    expect([changes(400, 4), changes(1300, 4)]).toEqual([0, 5]);
  });

  test("takes writes with it either way", () => {
    const report = stalls({ ...options, stallMs: 100, patience: 1 }, 7);
    expect(report.longestGapMs).toBe(110);
    expect(report.writesPerS).toBeCloseTo(191, 0);
  });
});
