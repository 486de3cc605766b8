/** Consumer groups: generations, offsets, zombies, and two protocols. */
import { describe, expect, test } from "vitest";
import { chaos, crashAndRestart } from "../kernel/faults.ts";
import { seeds } from "../seeds.ts";
import { roundRobin, sticky } from "./assignors.ts";
import { anyGeneration } from "./broken.ts";
import {
  commit,
  commitLater,
  emptyGroup,
  expire,
  type Group,
  heard,
  join,
  lag,
  settle,
  standing,
} from "./group.ts";
import type { GroupState } from "./group-coordinator.ts";
import {
  done,
  eagerOptions,
  groupOf,
  groupOptions,
  ownedBy,
  partitions,
  watchGroup,
} from "./groups.scenario.ts";

const options = {
  topics: { t: 4 },
  assignor: roundRobin,
  isCooperative: false,
  sessionMs: 100,
  rebalanceMsMax: 50,
};

/** c1 alone, then c2 with it; generation 2. */
function two(nowMs = 0): Group {
  const [one] = join(emptyGroup, options, "c1", [], "a", nowMs);
  const [waiting] = join(one, options, "c2", [], "b", nowMs);
  const [both] = join(waiting, options, "c1", [], "c", nowMs);
  return both;
}

describe("a rebalance", () => {
  test("begins with a join and ends when all have joined", () => {
    const [one, first] = join(emptyGroup, options, "c1", [], "a", 0);
    expect(first).toEqual([{ member: "c1", joining: "a" }]);
    expect(one.generation).toBe(1);
    const [waiting, none] = join(one, options, "c2", [], "b", 5);
    expect(none).toEqual([]);
    expect(waiting.deadlineMs).toBe(55);
    expect(waiting.generation).toBe(1);
    expect(standing(waiting, "c1", 1)).toBe("REBALANCE_IN_PROGRESS");
    const [both, all] = join(waiting, options, "c1", [], "c", 6);
    expect(all).toEqual([
      { member: "c1", joining: "c" },
      { member: "c2", joining: "b" },
    ]);
    expect(both).toMatchObject({
      generation: 2,
      deadlineMs: null,
      assignment: { c1: ["t-0", "t-2"], c2: ["t-1", "t-3"] },
    });
    expect(standing(both, "c1", 2)).toBe("ok");
  });

  test("does not wait for ever: who comes too late is out", () => {
    const [waiting] = join(two(), options, "c2", [], "d", 10);
    const early = expire(waiting, options, 59);
    expect(early).toEqual([waiting, []]);
    const [over, joined] = expire(waiting, options, 60);
    expect(joined).toEqual([{ member: "c2", joining: "d" }]);
    expect(Object.keys(over.members)).toEqual(["c2"]);
    expect(standing(over, "c1", 3)).toBe("UNKNOWN_MEMBER_ID");
  });

  test("begins too when a member is silent for too long", () => {
    const group = heard(two(), "c1", 1);
    expect(expire(group, options, 100)).toEqual([group, []]);
    const [left, none] = expire(group, options, 101);
    expect(none).toEqual([]);
    expect(Object.keys(left.members)).toEqual(["c1"]);
    expect(left.deadlineMs).toBe(151);
    const [empty] = expire(left, options, 102);
    expect(empty).toMatchObject({ members: {}, generation: 3 });
  });

  test("a member that is not known stays unknown", () => {
    expect(heard(emptyGroup, "c9", 1)).toBe(emptyGroup);
  });

  test("the cooperative one withholds what another has", () => {
    const own = { ...options, assignor: sticky, isCooperative: true };
    const all = ["t-0", "t-1", "t-2", "t-3"];
    const [one] = join(emptyGroup, own, "c1", [], "a", 0);
    const [waiting] = join(one, own, "c2", [], "b", 0);
    const [both] = join(waiting, own, "c1", all, "c", 0);
    expect(both.assignment).toEqual({ c1: ["t-0", "t-1"], c2: [] });
    const [again] = join(both, own, "c1", ["t-0", "t-1"], "d", 0);
    const [last] = join(again, own, "c2", [], "e", 0);
    expect(last.assignment).toEqual({
      c1: ["t-0", "t-1"],
      c2: ["t-2", "t-3"],
    });
  });
});

describe("a commit", () => {
  test("counts from members of this generation alone", () => {
    const group = two();
    const [next, status] = commit(group, "c1", 2, { "t-0": 5 });
    expect([next.offsets, status]).toEqual([{ "t-0": 5 }, "ok"]);
    expect(commit(group, "c1", 1, { "t-0": 5 })).toEqual([
      group,
      "ILLEGAL_GENERATION",
    ]);
    expect(commit(group, "c9", 2, { "t-0": 5 })).toEqual([
      group,
      "UNKNOWN_MEMBER_ID",
    ]);
  });

  test("counts while a rebalance is going on, until it is over", () => {
    const [waiting] = join(two(), options, "c3", [], "d", 0);
    const [next, status] = commit(waiting, "c1", 2, { "t-0": 5 });
    expect([next.offsets, status]).toEqual([{ "t-0": 5 }, "ok"]);
  });

  test("lag is what is yet to be read", () => {
    expect(lag({ "t-0": 5 }, { "t-0": 9, "t-1": 4 })).toEqual({
      "t-0": 4,
      "t-1": 4,
    });
  });
});

describe("offsets in a transaction", () => {
  const later = (
    group: Group,
    epoch: number,
    offsets: Group["offsets"],
  ) => commitLater(group, 7, epoch, offsets);

  test("count when it is committed", () => {
    const one = later(emptyGroup, 0, { a: 1 }) ?? emptyGroup;
    const both = later(one, 0, { b: 2 }) ?? emptyGroup;
    expect(both.offsets).toEqual({});
    expect(settle(both, "commit", 7, 0, 1).offsets).toEqual({
      a: 1,
      b: 2,
    });
    expect(settle(both, "abort", 7, 0, 1).offsets).toEqual({});
  });

  test("of a lower epoch come too late; of a higher one begin anew", () => {
    const ended = settle(emptyGroup, "abort", 7, 0, 1);
    expect(later(ended, 0, { a: 1 })).toBe(null);
    const next = later(ended, 1, { a: 1 }) ?? emptyGroup;
    // The marker of before comes once more, and ends nothing.
    expect(settle(next, "commit", 7, 0, 1)).toBe(next);
    const newer = later(next, 2, { b: 1 }) ?? emptyGroup;
    expect(settle(newer, "commit", 7, 2, 3).offsets).toEqual({ b: 1 });
  });
});

const delayMs = { kind: "constant", ms: 2 } as const;
const members = { c1: 200, c2: 205 };

describe("a crash between the effect and the commit", () => {
  /** At 624 ms c1 handles what it was sent, and dies half way. */
  function crashed(first: "commit" | "process") {
    const sim = groupOf({
      seed: 1,
      first,
      members: { c1: 200 },
      network: { delayMs },
      values: 15,
      faults: crashAndRestart("c1", 623, 80, 1),
    });
    sim.runUntil(2500);
    const values = done(sim);
    return { all: values.length, different: new Set(values).size };
  }

  test("process first, at least once: all, and one twice", () => {
    expect(crashed("process")).toEqual({ all: 91, different: 90 });
  });

  test("commit first, at most once: none twice, and one never", () => {
    expect(crashed("commit")).toEqual({ all: 89, different: 89 });
  });
});

describe("a consumer that stood still", () => {
  /** How often a committed offset went back. */
  function zombie(wrap?: typeof anyGeneration) {
    const sim = groupOf({
      seed: 1,
      members,
      network: { delayMs },
      ...(wrap === undefined ? {} : { wrap }),
      faults: [{ atMs: 706, kind: "pause", node: "c1", forMs: 700 }],
    });
    const most = new Map<string, number>();
    let steps = 0;
    while (sim.nowMs < 1500) {
      sim.runOne();
      const { offsets } = sim.state<GroupState>("g1").group;
      for (const [name, offset] of Object.entries(offsets)) {
        if (offset < (most.get(name) ?? 0)) steps += 1;
        else most.set(name, offset);
      }
    }
    return { sim, steps };
  }

  test("is out, and its commit is refused: the generation has changed", () => {
    const { sim, steps } = zombie();
    expect(steps).toBe(0);
    const refused = sim.trace.some(
      (event) =>
        event.kind === "deliver" &&
        event.message.dest === "c1" &&
        event.message.body.status === "UNKNOWN_MEMBER_ID",
    );
    expect(refused).toBe(true);
    sim.runFor(3000);
    const owned = ownedBy(sim, ["c1", "c2"]);
    expect(Object.values(owned).flat().toSorted()).toEqual(partitions);
    expect(new Set(done(sim)).size).toBe(240);
  });

  test("has had its effect all the same: a sink needs its own fence", () => {
    const { sim } = zombie();
    expect(done(sim).length).toBeGreaterThan(new Set(done(sim)).size);
  });

  test("would take the group back to the past if nobody looked", () => {
    expect(zombie(anyGeneration).steps).toBeGreaterThan(0);
  });
});

describe("a third consumer joins two", () => {
  const three = ["c1", "c2", "c3"];
  const watched = (group: typeof groupOptions) => {
    const sim = groupOf({
      seed: 1,
      group,
      network: { delayMs },
      members: { c1: 200, c2: 205, c3: 900 },
    });
    sim.runUntil(890);
    const before = ownedBy(sim, three);
    const { taken, idlePartitionMs } = watchGroup(sim, three, 1500);
    return {
      before,
      after: ownedBy(sim, three),
      taken,
      idlePartitionMs,
    };
  };

  test("eager: everything is taken from everybody", () => {
    const { before, after, taken } = watched(eagerOptions);
    expect(before.c3).toEqual([]);
    expect(taken).toBe(6);
    expect(Object.values(after).map((own) => own.length)).toEqual([
      2, 2, 2,
    ]);
  });

  test("cooperative: only what has to move is taken (KIP-429)", () => {
    const { before, after, taken, idlePartitionMs } =
      watched(groupOptions);
    expect(taken).toBe(2);
    for (const id of ["c1", "c2"]) {
      expect(before[id]).toEqual(
        expect.arrayContaining([...(after[id] ?? [])]),
      );
    }
    const eager = watched(eagerOptions);
    expect(idlePartitionMs).toBeLessThan(eager.idlePartitionMs);
  });
});

describe("in a storm, then calm", () => {
  test.each(seeds(6))("every record is processed, seed %i", (seed) => {
    const nodes = ["c1", "c2", "c3", "g1", "n1", "n2"];
    const untilMs = 2000;
    const faults = chaos(seed, { nodes, untilMs, pauseMsMax: 300 });
    const isCooperative = seed % 2 === 0;
    const sim = groupOf({
      seed,
      group: isCooperative ? groupOptions : eagerOptions,
      members: { c1: 200, c2: 205, c3: 900 },
      faults,
      values: 15,
      keepTrace: false,
    });
    sim.runUntil(untilMs + 4000);
    const owned = ownedBy(sim, ["c1", "c2", "c3"]);
    expect(Object.values(owned).flat().toSorted()).toEqual(partitions);
    expect(new Set(done(sim)).size).toBe(90);
    const { offsets } = sim.state<GroupState>("g1").group;
    expect(Object.values(offsets)).toEqual(partitions.map(() => 15));
  });
});
