import { describe, expect, test } from "vitest";
import { simulate } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import { forgetRollBacks, readThroughLocks } from "./broken.ts";
import { asItIs, transfer } from "./percolator.scenario.ts";
import {
  commit,
  commitOf,
  get,
  prewrite,
  rollBack,
  rowOf,
} from "./percolator.ts";
import {
  type Client,
  client,
  oracle,
  type Shard,
  shard,
} from "./shards.ts";

const lock = (startTs: number) => ({ startTs, primary: "x", setMs: 0 });
const locked = prewrite(rowOf(5), 6, lock(10)) ?? rowOf(0);
const done = commit(locked, 10, 12) ?? rowOf(0);

describe("a row (2.2)", () => {
  test("shows the version of the snapshot", () => {
    expect([11, 12, 13].map((ts) => get(done, ts))).toEqual([5, 6, 6]);
    expect(get(rowOf(5), 0)).toBe(5);
  });

  test("shows no value past a lock that is in the snapshot", () => {
    expect(get(locked, 9)).toBe(5);
    expect(get(locked, 10)).toEqual(lock(10));
  });

  test("takes no lock beside another, whatever its timestamp", () => {
    expect(prewrite(locked, 7, lock(9))).toBeNull();
    expect(prewrite(locked, 7, lock(11))).toBeNull();
    expect(prewrite(locked, 6, lock(10))).toBe(locked);
  });

  test("takes no lock if a commit is as new as the start", () => {
    expect(prewrite(done, 7, lock(12))).toBeNull();
    expect(prewrite(done, 7, lock(13))?.lock).toEqual(lock(13));
  });

  test("commits under its lock only, and once", () => {
    expect(commit(rowOf(5), 10, 12)).toBeNull();
    expect(commit(locked, 9, 12)).toBeNull();
    expect(commit(done, 10, 12)).toBe(done);
    expect(commitOf(done, 10)).toBe(12);
    expect(commitOf(locked, 10)).toBeNull();
  });

  const rolledBack = rollBack(locked, 10);

  test("is as before after a roll-back, but for a record of it", () => {
    expect(rolledBack).toEqual({ ...rowOf(5), rolledBack: [10] });
    expect(rollBack(rolledBack, 10)).toBe(rolledBack);
    expect(rollBack(locked, 9)).toBe(locked);
    expect(rollBack(done, 10)).toBe(done);
  });

  test("takes no lock again that was rolled back, and any other", () => {
    expect(prewrite(rolledBack, 6, lock(10))).toBeNull();
    expect(commit(rolledBack, 10, 12)).toBeNull();
    const older = prewrite(rolledBack, 7, lock(9)) ?? rowOf(0);
    expect(older.lock).toEqual(lock(9));
    expect(prewrite(rolledBack, 7, lock(11))?.lock).toEqual(lock(11));
    expect(rollBack(older, 9).rolledBack).toEqual([10, 9]);
  });
});

const moments = [20, 45, 50, 55, 60, 65, 300];

function allCrashes(change: typeof asItIs): readonly string[] {
  const { steps } = transfer(1, null, 300, 900, asItIs);
  return steps.flatMap((effects, step) =>
    Array.from({ length: effects.length + 1 }, (_, effect) =>
      moments.map((atMs) => {
        const crash = { step, effect };
        return transfer(1, crash, atMs, atMs + 600, change).seen.join();
      }),
    ).flat(),
  );
}

describe("a client that dies at any point", () => {
  const seen = allCrashes(asItIs);

  test("moves all or nothing, whenever one looks (2.2)", () => {
    expect(new Set(seen)).toEqual(new Set(["10,2", "3,9"]));
  });

  test("leaves nobody waiting: locks too old are taken away", () => {
    expect(seen).not.toContain("");
    expect(seen.length).toBeGreaterThan(100);
  });

  test("is seen by halves if readers go through locks", () => {
    expect(allCrashes(readThroughLocks)).toContain("3,2");
  });

  test("left alone, moves the money", () => {
    const { sim, seen: later } = transfer(1, null, 300, 900, asItIs);
    expect(sim.state<Client>("mover").phase).toBe("done");
    expect(later).toEqual([3, 9]);
  });
});

describe("many transfers at once", () => {
  const shardOf = { a: "s1", b: "s2", c: "s2" };
  const keys = ["a", "b", "c"];

  test.each(seeds(20))(
    "keep the sum in every snapshot, seed %i",
    (seed) => {
      const movers = Array.from({ length: 6 }, (_, at) => {
        const from = keys[at % 3] ?? "";
        const to = keys[(at + 1 + (at % 2)) % 3] ?? "";
        return client({
          plan: { keys: [from, to], amount: at + 1 },
          shardOf,
          oracle: "oracle",
          startAfterMs: 1 + at * 15,
          retryMs: 40,
        });
      });
      const readers = [30, 70, 110, 600].map((startAfterMs) =>
        client({
          plan: { keys, amount: 0 },
          shardOf,
          oracle: "oracle",
          startAfterMs,
          retryMs: 40,
        }),
      );
      const entries = [...movers, ...readers].map(
        (node, at) => [`n${at}`, node] as const,
      );
      const sim = simulate({
        seed,
        nodes: {
          oracle,
          s1: shard({ a: 100 }, 150),
          s2: shard({ b: 100, c: 100 }, 150),
          ...Object.fromEntries(entries),
        },
        network: {
          delayMs: { kind: "uniform", min: 1, max: 15 },
          messageLossProbability: 0.05,
          messageDuplicateProbability: 0.05,
        },
        faults: [
          { atMs: 40 + (seed % 50), kind: "crash", node: "s2" },
          { atMs: 120, kind: "restart", node: "s2" },
          { atMs: 50, kind: "crash", node: "oracle" },
          { atMs: 90, kind: "restart", node: "oracle" },
          { atMs: 30 + (seed % 70), kind: "crash", node: "n2" },
        ],
        checkPurity: true,
      });
      sim.runUntil(3000);
      for (const at of [6, 7, 8, 9]) {
        const { phase, values } = sim.state<Client>(`n${at}`);
        expect(phase).toBe("done");
        expect(values.reduce((sum, value) => sum + value, 0)).toBe(300);
      }
      expect(Object.keys(sim.state<Shard>("s2").rows)).toEqual([
        "b",
        "c",
      ]);
    },
  );
});

describe("a copy of the primary's prewrite", () => {
  /** It is this late; its client may sleep from 88 ms to 348 ms. */
  function seenAfter(copyMs: number, change: typeof asItIs): string {
    const shardOf = { bob: "s1", joe: "s2" };
    const make = (amount: number, startAfterMs: number) =>
      client({
        plan: { keys: ["bob", "joe"], amount },
        shardOf,
        oracle: "oracle",
        startAfterMs,
        retryMs: 30,
      });
    let isFirst = true;
    const sim = simulate({
      seed: 1,
      nodes: {
        oracle,
        s1: change(shard({ bob: 10 }, 100)),
        s2: change(shard({ joe: 2 }, 100)),
        mover: make(7, 1),
        reader: make(0, 250),
        late: make(0, 900),
      },
      network: {
        delayMs: { kind: "constant", ms: 5 },
        fate: ({ src, body }) => {
          const isPrimary =
            src === "mover" &&
            body.type === "prewrite" &&
            body.key === "bob";
          if (!isPrimary || !isFirst) return undefined;
          isFirst = false;
          return copyMs;
        },
      },
    });
    sim.runUntil(88);
    sim.apply({ kind: "pause", node: "mover", forMs: 260 });
    sim.runUntil(1500);
    return ["reader", "late"]
      .map((name) => sim.state<Client>(name).values.join())
      .join(" ");
  }

  test("does no harm before the roll-back", () => {
    expect(seenAfter(100, asItIs)).toBe("10,2 10,2");
    expect(seenAfter(100, forgetRollBacks)).toBe("10,2 10,2");
  });

  test("is refused after it, and the client that slept aborts", () => {
    expect(seenAfter(300, asItIs)).toBe("10,2 10,2");
  });

  test("locks again if there is no record, and half commits", () => {
    expect(seenAfter(300, forgetRollBacks)).toBe("10,2 3,2");
  });

  test("moves all or nothing, however late it is", () => {
    const late = Array.from({ length: 120 }, (_, at) => 5 + 5 * at);
    const seen = (change: typeof asItIs) =>
      new Set(late.map((copyMs) => seenAfter(copyMs, change)));
    expect(seen(asItIs)).toEqual(new Set(["3,9 3,9", "10,2 10,2"]));
    expect(seen(forgetRollBacks)).toContain("10,9 3,9");
  });
});
