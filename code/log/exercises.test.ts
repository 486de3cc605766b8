/** The numbers of the chapter on the log, and of its exercises. */
import { describe, expect, test } from "vitest";
import { runAcks, settings, troubles } from "./acks.scenario.ts";
import { anyGeneration } from "./broken.ts";
import type { Broker } from "./broker.ts";
import { brokers, partition } from "./cluster.scenario.ts";
import { consumed, transformed } from "./delivery.scenario.ts";
import {
  batchesPerS,
  catchUpS,
  indexBytes,
  partitionsFor,
  rateThatFills,
} from "./exercises.ts";
import type { GroupState } from "./group-coordinator.ts";
import { done, groupOf } from "./groups.scenario.ts";
import { lastStableOffset, visible } from "./isolation.ts";
import type { LogRecord } from "./record.ts";
import { data } from "./record.ts";
import { recordsOf } from "./segments.ts";
import { judge, stamped } from "./sequences.ts";

const weekS = 7 * 24 * 3600;

describe("the arithmetic", () => {
  test("a backlog of an hour at 5,000/s, read at 6,000/s, takes five", () => {
    expect(catchUpS(18_000_000, 5000, 6000)).toBe(18_000);
    expect(catchUpS(18_000_000, 5000, 10_000)).toBe(3600);
  });

  test("who reads no faster than is written never catches up", () => {
    expect(catchUpS(1, 5000, 5000)).toBe(null);
    expect(catchUpS(1, 5000, 4999)).toBe(null);
    expect(catchUpS(1, 5000, 5001)).toBe(1);
  });

  test("partitions: rate times seconds each, with room to spare", () => {
    expect(partitionsFor(5000, 0.002, 0.5)).toBe(20);
    expect(partitionsFor(10, 30, 1)).toBe(300);
    expect(partitionsFor(10, 30.01, 1)).toBe(301);
    expect(partitionsFor(12 / 30, 30, 1)).toBe(12);
    expect(partitionsFor(2400, 0.005, 0.6)).toBe(20);
    expect(catchUpS(2400 * 7200, 2400, 4000)).toBe(10_800);
    expect(catchUpS(2400 * 7200, 2400, 2000)).toBe(null);
  });

  test("batches: a linger begins with the first record", () => {
    const perPartition = 5000 / 12;
    const batches = (lingerMs: number) =>
      12 * batchesPerS(perPartition, lingerMs, 16);
    expect(batches(0)).toBeCloseTo(5000, 6);
    expect(batches(5)).toBeCloseTo(1621.6, 1);
    expect(batches(20)).toBeCloseTo(535.7, 1);
    // Full after 16: a longer linger gains nothing.
    expect(batches(50)).toBeCloseTo(312.5, 6);
    expect(batches(500)).toBeCloseTo(312.5, 6);
    // A fleet of 200: 10 records a second each, to 12 partitions or to one.
    expect(200 * 12 * batchesPerS(10 / 12, 50, 16)).toBeCloseTo(
      1920,
      6,
    );
    expect(200 * batchesPerS(10, 50, 16)).toBeCloseTo(2000 / 1.5, 6);
  });

  test("the index of 1 GiB with a line each 4 KiB has 2 MiB", () => {
    expect(indexBytes(2 ** 30, 4096)).toBe(2 * 2 ** 20);
    expect(indexBytes(4095, 4096)).toBe(0);
    expect(indexBytes(4096, 4096)).toBe(8);
  });

  test("a week at 106/s of 1 kB fills 64 GB; ten a minute never do", () => {
    expect(rateThatFills(64e9, 1000, weekS)).toBeCloseTo(105.82, 2);
    expect((10 / 60) * weekS).toBeCloseTo(100_800, 6);
    expect(5000 * weekS).toBe(3_024_000_000);
  });
});

describe("one crash under three promises", () => {
  test.each([3, 7])("consumers, seed %i", (seed) => {
    expect(consumed(seed, "commit")).toEqual({
      expected: 90,
      effects: 89,
      never: 1,
      again: 0,
    });
    expect(consumed(seed, "process")).toEqual({
      expected: 90,
      effects: 91,
      never: 0,
      again: 1,
    });
  });

  test.each([3, 7])("a transaction, seed %i", (seed) => {
    expect(transformed(seed, "read_uncommitted")).toEqual({
      expected: 30,
      effects: 34,
      never: 0,
      again: 4,
    });
    expect(transformed(seed, "read_committed")).toEqual({
      expected: 30,
      effects: 30,
      never: 0,
      again: 0,
    });
  });
});

describe("exercises", () => {
  /** Producers A and B in transactions, C without. */
  const log: readonly LogRecord[] = (
    [
      [1, "data", "a1"],
      [2, "data", "b1"],
      [0, "data", "c1"],
      [2, "abort", null],
      [1, "data", "a2"],
      [0, "data", "c2"],
      [1, "commit", null],
      [2, "data", "b2"],
      [0, "data", "c3"],
    ] as const
  ).map(([id, kind, value], offset) => ({
    kind,
    key: null,
    value,
    timeMs: 0,
    stamp:
      id === 0
        ? null
        : { id, epoch: 0, sequence: 0, isTransactional: true },
    offset,
    leaderEpoch: 1,
  }));
  const seen = (
    end: number,
    isolation: "read_committed" | "read_uncommitted",
  ) => visible(log, end, isolation).map(({ value }) => value);

  test("who may see what: three high watermarks", () => {
    expect(lastStableOffset(log, 6)).toBe(0);
    expect(seen(6, "read_committed")).toEqual([]);
    expect(lastStableOffset(log, 7)).toBe(7);
    expect(seen(7, "read_committed")).toEqual(["a1", "c1", "a2", "c2"]);
    expect(lastStableOffset(log, 9)).toBe(7);
    expect(seen(9, "read_committed")).toEqual(["a1", "c1", "a2", "c2"]);
    expect(seen(9, "read_uncommitted")).toEqual([
      "a1",
      "b1",
      "c1",
      "a2",
      "c2",
      "b2",
      "c3",
    ]);
  });

  test("an application that sends twice is not told apart", () => {
    const order = data("ada", "order 7", 0);
    const by = (id: number, sequence: number) =>
      stamped([order], {
        id,
        epoch: 0,
        sequence,
        isTransactional: false,
      });
    const records = by(7, 0).map((entry) => ({
      ...entry,
      offset: 0,
      leaderEpoch: 1,
    }));
    expect(judge(records, by(7, 0)).kind).toBe("duplicate");
    // The application calls again, or a new process does.
    expect(judge(records, by(7, 1)).kind).toBe("append");
    expect(judge(records, by(8, 0)).kind).toBe("append");
  });

  test.each([
    ["with", undefined, 19],
    ["without", anyGeneration, 12],
  ])("a sleeper wakes, %s the check", (_, wrap, offset) => {
    const sim = groupOf({
      seed: 1,
      members: { c1: 200, c2: 205 },
      network: { delayMs: { kind: "constant", ms: 2 } },
      ...(wrap === undefined ? {} : { wrap }),
      faults: [{ atMs: 706, kind: "pause", node: "c1", forMs: 700 }],
    });
    const committed = () =>
      sim.state<GroupState>("g1").group.offsets["orders-0"];
    sim.runUntil(1411);
    expect(committed()).toBe(19);
    sim.runUntil(1412);
    expect(committed()).toBe(offset);
    sim.runUntil(4500);
    const all = done(sim);
    expect([all.length, new Set(all).size]).toEqual([255, 240]);
  });
});

describe("the scene", () => {
  test("order 11 is confirmed and in no log", () => {
    const [, one] = settings;
    const crash = troubles.find(
      ({ name }) => name === "the leader crashes",
    );
    if (one === undefined || crash === undefined) throw new Error();
    const { sim, acked, lost, failure } = runAcks(7, one, crash, 443);
    expect([acked, lost, failure]).toEqual([40, 1, null]);
    for (const id of brokers) {
      const { log } = sim.state<Broker>(id).replicas[partition] ?? {};
      const values = log === undefined ? [] : recordsOf(log);
      expect(values.map(({ value }) => value)).toEqual(
        [...Array(41).keys()].filter((n) => n > 0 && n !== 11),
      );
    }
  });
});
