import { expect, test } from "vitest";
import { stream } from "../kernel/random.ts";
import { badCalls } from "./actions.scenario.ts";
import { damage } from "./dashboard.ts";
import { budgetCalls, detectMin, oddsNeeded } from "./exercises.ts";
import { durationMin, luckyShare, yearMean } from "./luck.ts";
import {
  budgetPages,
  histories,
  plainPages,
} from "./pagers.example.ts";
import { workbook } from "./paging.ts";
import {
  at,
  type Incident,
  play,
  set,
  untreatedAt,
} from "./room.scenario.ts";
import type { ServiceState } from "./service.ts";
import { cascade, hotShard, stampede, storm } from "./shop.scenario.ts";
import { timelineOf } from "./timeline.ts";
import { viewOf, walk } from "./walk.ts";

test("a page comes the sooner the more is bad", () => {
  const after = (bad: number, rule = workbook[0]) =>
    detectMin(bad, 0.999, rule?.burn ?? 0, rule?.longMin ?? 0);
  expect(after(1)).toBeCloseTo(0.864, 9);
  expect(after(0.5)).toBeCloseTo(1.728, 9);
  expect(after(0.05)).toBeCloseTo(17.28, 9);
  expect(after(0.02)).toBeCloseTo(43.2, 9);
  expect(after(0.01)).toBeCloseTo(86.4, 9);
  expect(after(0.01, workbook[1])).toBeCloseTo(216, 9);
});

test("two calls a second at 99.9 % allow 5,184 bad ones a month", () => {
  expect(budgetCalls(2, 0.999, 30)).toBeCloseTo(5184, 6);
  const spent = (actions: typeof cascade.worse) =>
    damage(play(cascade, 7, actions).readings).calls / 5184;
  expect(spent([])).toBeCloseTo(0.151, 3);
  expect(spent(cascade.mitigation)).toBeCloseTo(0.035, 3);
  expect(spent(cascade.worse)).toBeCloseTo(0.303, 3);
});

test("a guess pays if better than one in three, or not at all", () => {
  const after = (actions: typeof cascade.worse) =>
    damage(play(cascade, 7, actions).readings.slice(8)).calls / 12;
  expect(after([])).toBeCloseTo(50.1, 1);
  expect(after(cascade.worse)).toBeCloseTo(116, 0);
  expect(oddsNeeded(50, 10, 116, 2)).toBeCloseTo(0.317, 3);
  expect(oddsNeeded(50, 2, 116, 2)).toBeCloseTo(0.699, 3);
  expect(oddsNeeded(50, 10, 116, 60)).toBeCloseTo(0.933, 3);
  expect(oddsNeeded(50, 10, 116, 0)).toBe(0);
  expect(oddsNeeded(300, 15, 900, 8)).toBeCloseTo(0.615, 3);
  expect(oddsNeeded(300, 15, 900, 240)).toBeCloseTo(0.98, 2);
});

test("two pagers on four histories", () => {
  const found = histories.map(([, history]) => [
    plainPages(history),
    budgetPages(history),
  ]);
  const every6th = [1, 7, 13, 19, 25, 31, 37, 43, 49, 55];
  expect(found).toEqual([
    [[1], []],
    [every6th, []],
    [[], [44]],
    [[1], [1]],
  ]);
});

test("the plain pager rings above 5 %, not at it", () => {
  const calls = 1000;
  expect(plainPages([{ calls, bad: 50 }])).toEqual([]);
  expect(plainPages([{ calls, bad: 51 }])).toEqual([1]);
  const twice = [51, 51, 0, 51].map((bad) => ({ calls, bad }));
  expect(plainPages(twice)).toEqual([1, 4]);
});

test("durations: the median is an hour, the mean is longer", () => {
  const many = Array.from({ length: 2001 }, (_, n) => durationMin(n));
  const ordered = many.toSorted((one, other) => one - other);
  expect(ordered[1000]).toBeGreaterThan(57);
  expect(ordered[1000]).toBeLessThan(63);
  const mean = many.reduce((sum, one) => sum + one, 0) / many.length;
  expect(mean).toBeGreaterThan(95);
  expect(mean).toBeLessThan(103);
  expect(yearMean(5, 1)).toBe(durationMin(stream(5, 0)));
  const [one, two] = [0, 1].map((n) => durationMin(stream(5, n)));
  expect(yearMean(5, 2)).toBe(((one ?? 0) + (two ?? 0)) / 2);
  expect(durationMin(0)).toBeGreaterThan(0);
});

test("luck alone improves the mean, the more so the rarer they are", () => {
  const better = (n: number, share: number) =>
    luckyShare(n, share, 400, 7);
  expect(better(10, 0.1)).toBeGreaterThan(better(20, 0.1));
  expect(better(20, 0.1)).toBeGreaterThan(better(50, 0.1));
  expect(better(20, 0.1)).toBeCloseTo(0.39, 1);
  expect(better(20, 0.3)).toBeCloseTo(0.18, 1);
  expect(better(20, 0)).toBeCloseTo(0.5, 1);
  expect(better(20, -10)).toBe(1);
  expect(better(20, 1)).toBe(0);
});

test("the last action before the end gets the credit, deserved or not", () => {
  const useless = at(9.75, "flush the DNS cache");
  const actions = [...storm.mitigation, useless];
  const { readings } = play(storm, 7, actions);
  const found = timelineOf(readings, actions, 0.999);
  expect(found.mitigatedMin).toBe(9.75);
  const real = timelineOf(readings, storm.mitigation, 0.999);
  expect(real.mitigatedMin).toBe(9.5);
  expect(found.badCalls).toBe(real.badCalls);
});

test("stopping retries is enough in time; the empty queue is sooner", () => {
  const [stop, ...empty] = storm.mitigation;
  const end = (actions: typeof storm.mitigation) =>
    timelineOf(play(storm, 7, actions).readings, actions, 0.999);
  const both = end(storm.mitigation);
  const only = end(stop === undefined ? [] : [stop]);
  expect([both.resolvedMin, both.badCalls]).toEqual([10, 368]);
  expect([only.resolvedMin, only.badCalls]).toEqual([14, 640]);
  expect(end(empty).badCalls).toBe(367);
});

test("a front that waits 1 s lets people browse, and loses orders", () => {
  const sooner = [at(8, "wait 1 s", set("front", { timeoutMs: 1000 }))];
  expect(badCalls(cascade, sooner, 7, 8)).toEqual({
    browse: 0,
    order: 370,
  });
});

function viewsOf(incident: Incident, ids: readonly string[]) {
  const sim = untreatedAt(incident, 7, 5);
  return Object.fromEntries(
    ids.map((id) => [id, viewOf(sim.state<ServiceState>(id))]),
  );
}

test("the walk stops at a cache that has no view of its own", () => {
  const views = viewsOf(stampede, ["front", "database"]);
  expect(walk(views, ["front"])).toEqual(["front", "cache0"]);
  const { working, queue } = views.database ?? {};
  expect([working, queue]).toEqual([1, 20]);
});

test("the walk finds the one hot shard among idle ones", () => {
  const shards = ["shard0", "shard1", "shard2", "shard3"];
  const views = viewsOf(hotShard, ["front", ...shards]);
  expect(walk(views, ["front"])).toEqual(["front", "shard0"]);
  const working = shards.map((id) => views[id]?.working);
  expect(working).toEqual([1, 0, 0, 0]);
});
