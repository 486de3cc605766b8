import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hotChannel } from "../incidents/past.scenario.ts";
import { play } from "../incidents/room.scenario.ts";
import { stream } from "../kernel/random.ts";
import { minutes } from "./boundary.example.ts";
import { serveOn } from "./broken.ts";
import {
  addSalt,
  fewestSalts,
  readPlaces,
  type Salts,
  slowestIsSlow,
  someShare,
  startAt,
  writePlace,
} from "./exercises.ts";
import { cached, coalesced, loadsOf, salted } from "./hot-key.ts";
import { moveUnderLoad, verdictOf } from "./move.scenario.ts";
import { bucketedKey, timeKey } from "./ranges.ts";
import { overlapProbability } from "./shuffle.ts";
import { skewBudget, zipf } from "./zipf.ts";

const star = { key: "star", reads: 9000, writes: 300 };

test("numbers of the text: budgets, Zipf's head, the crowd", () => {
  expect(skewBudget(16_000, 2000, 16)).toBeCloseTo(1 / 15, 10);
  expect(skewBudget(19_300, 2000, 16)).toBeCloseTo(0.0439, 4);
  expect(skewBudget(16_000, 2000, 32)).toBeCloseTo(0.0968, 4);
  expect(zipf(10_000, 1)[0]).toBeCloseTo(0.1022, 4);
  expect(overlapProbability(8, 2, 2)).toBeCloseTo(1 / 28, 10);
  expect(overlapProbability(100, 5, 5)).toBeCloseTo(1 / 75_287_520, 15);
});

test("when to begin with sharding, and when a cache is of no use", () => {
  expect(startAt(12_000, 0.4, 1)).toBeCloseTo(8571, 0);
  expect(startAt(12_000, 0.4, 2)).toBeCloseTo(6122, 0);
  expect(startAt(12_000, 0.4, 0)).toBe(12_000);
  expect(cached(star, 20, 100).reads).toBe(200);
  expect(cached(star, 20, 20 / 9).reads).toBeCloseTo(9000);
});

describe("scatter", () => {
  test("the slowest of many is often slow", () => {
    expect(slowestIsSlow(0.01, 1)).toBeCloseTo(0.01);
    expect(slowestIsSlow(0.01, 10)).toBeCloseTo(0.0956, 4);
    expect(slowestIsSlow(0.01, 16)).toBeCloseTo(0.1485, 4);
    expect(slowestIsSlow(0.01, 100)).toBeCloseTo(0.634, 3);
  });

  test("five hot keys on sixteen partitions meet every other time", () => {
    expect(someShare(1, 16)).toBe(0);
    expect(someShare(2, 16)).toBeCloseTo(1 / 16);
    expect(someShare(5, 16)).toBeCloseTo(0.5001, 4);
    expect(someShare(5, 256)).toBeCloseTo(0.0385, 4);
    expect(someShare(3, 2)).toBe(1);
  });
});

describe("salt", () => {
  test("the fewest pieces just fit", () => {
    const writer = { key: "counter", reads: 20, writes: 6000 };
    expect(fewestSalts(writer, 625, 2000)).toBe(5);
    const at = (pieces: number) => 20 + 6000 / pieces + 625;
    expect(at(5)).toBeLessThanOrEqual(2000);
    expect(at(4)).toBeGreaterThan(2000);
    expect(fewestSalts(star, 625, 2000)).toBeNull();
    expect(fewestSalts({ ...star, reads: 1375 }, 625, 2000)).toBeNull();
    expect(fewestSalts({ ...star, reads: 1374 }, 625, 2000)).toBe(300);
    expect(fewestSalts({ ...star, reads: 0 }, 0, 2000)).toBe(1);
  });

  test("a whole key is in its place, a salted one in its pieces", () => {
    expect(writePlace({}, "a", 1)).toBe("a");
    expect(readPlaces({}, "a")).toEqual(["a"]);
    const salts = addSalt({ b: 2 }, "a", 2);
    expect(salts).toEqual({ a: 2, b: 2 });
    expect(readPlaces(salts, "a")).toEqual(["a", "a#0", "a#1"]);
    expect(addSalt(salts, "a", 1)).toEqual(salts);
    expect(addSalt(salts, "a", 3)).toEqual({ a: 3, b: 2 });
    const places = Array.from({ length: 50 }, (_, n) =>
      writePlace(salts, "a", stream(1, n)),
    );
    expect([...new Set(places)].toSorted()).toEqual(["a#0", "a#1"]);
  });

  test("readers who know at least what writers know miss nothing", () => {
    const steps = fc.array(fc.integer({ min: 0, max: 5 }));
    fc.assert(
      fc.property(steps, fc.integer({ min: 0 }), (pieces, dice) => {
        const tables: Salts[] = [{}];
        for (const count of pieces)
          tables.push(addSalt(tables.at(-1) ?? {}, "a", count));
        const places = readPlaces(tables.at(-1) ?? {}, "a");
        for (const table of tables)
          expect(places).toContain(writePlace(table, "a", dice >>> 0));
      }),
      { seed: 1 },
    );
  });

  test("readers who know less than writers do miss something", () => {
    const place = writePlace({ a: 10 }, "a", 7);
    expect(readPlaces({}, "a")).not.toContain(place);
  });
});

test("predict: coalescing in each of many services coalesces little", () => {
  expect(coalesced(star, 300, 10).reads).toBeCloseTo(6923, 0);
  expect(coalesced(star, 3, 10).reads).toBeCloseTo(290, 0);
  expect(coalesced(star, 1, 10).reads).toBeCloseTo(98.9, 1);
});

test("predict: salt does nothing for who is read", () => {
  const hottest = (pieces: number) =>
    Math.max(...loadsOf(salted(star, pieces), 16));
  const each = (pieces: number) => 9000 + 300 / pieces;
  expect(hottest(1)).toBeCloseTo(each(1));
  expect(hottest(10)).toBeGreaterThanOrEqual(each(10));
  // Twenty pieces in sixteen partitions: two are in one place.
  expect(hottest(20)).toBeGreaterThanOrEqual(2 * each(20));
  expect(2 * each(20)).toBeCloseTo(18_030);
});

test("break: an owner that serves on is caught", () => {
  const seeds = Array.from({ length: 40 }, (_, at) => at + 1);
  const caught = seeds.filter(
    (seed) =>
      verdictOf(moveUnderLoad(seed, serveOn)).verdict === "illegal",
  );
  expect(caught[0]).toBe(1);
  expect(caught).toHaveLength(17);
});

describe("keys by time", () => {
  test("time first: one partition has it all, however many there are", () => {
    const read = minutes(timeKey);
    expect(read.map(({ partitions }) => partitions)).toEqual([
      1, 2, 3, 4, 5,
    ]);
    expect(read.every(({ hottest }) => hottest === 1)).toBe(true);
    expect(read.every(({ asked }) => asked === 1)).toBe(true);
  });

  test("a bucket first: splits help, and reads ask all of them", () => {
    const bucket = (sensor: string, atMs: number) =>
      bucketedKey(sensor, atMs, Number(sensor.slice(1)) % 8);
    const read = minutes(bucket);
    expect(read.map(({ asked }) => asked)).toEqual([1, 2, 3, 4, 5]);
    expect(read.at(-1)?.hottest).toBeCloseTo(0.25);
  });
});

test("a hot channel fails its neighbors, and nobody when coalesced", () => {
  const errorsAt = (coalesces: boolean, crowds: readonly string[]) => {
    const incident = { ...hotChannel(coalesces), crowds };
    return play(incident, 7, []).readings[8]?.errors;
  };
  expect(errorsAt(false, ["readers"])).toBeCloseTo(0.26, 2);
  expect(errorsAt(false, ["crowd"])).toBe(1);
  expect(errorsAt(true, ["readers"])).toBe(0);
  expect(errorsAt(true, ["crowd"])).toBe(0);
});
