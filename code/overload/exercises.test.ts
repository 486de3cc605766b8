import { describe, expect, test } from "vitest";
import type { Node } from "../kernel/node.ts";
import {
  flipRate,
  hasPlace,
  refusedShare,
  threadsFor,
} from "./exercises.ts";
import {
  answered,
  cascade,
  front,
  fronts,
  gates,
  healedAtMs,
  leakRun,
} from "./hull.scenario.ts";
import {
  bounds,
  classOf,
  goodOf,
  goodput,
  loadRun,
  patienceMs,
  serverOf,
  shedding,
  slowed,
  type Variant,
} from "./load.scenario.ts";
import { pageRun, rungs, summary } from "./page.ts";
import { pipelineRate } from "./pipeline.scenario.ts";
import { type Class, classes } from "./shed.ts";

describe("threads in one pool or many (Erlang's formula)", () => {
  test("the share that finds no thread", () => {
    expect(refusedShare(0, 5)).toBe(1);
    expect(refusedShare(1, 1)).toBe(0.5);
    expect(refusedShare(2, 1)).toBeCloseTo(0.2);
    expect(refusedShare(50, 30)).toBeCloseTo(0.000221, 6);
    expect(refusedShare(5, 3)).toBeCloseTo(0.11, 3);
  });

  test("the fewest threads that keep to it", () => {
    expect(threadsFor(1, 1)).toBe(0);
    expect(threadsFor(1, 0.5)).toBe(1);
    expect(threadsFor(1, 0.49)).toBe(2);
    const totals = [1, 2, 5, 10, 30].map(
      (pools) => pools * threadsFor(30 / pools, 0.001),
    );
    expect(totals).toEqual([47, 56, 75, 100, 180]);
  });

  test("compute: what checkout needs when payment slows", () => {
    expect(60 * 0.207).toBeCloseTo(12.42);
    expect(threadsFor(60 * 0.207, 0.0001)).toBe(28);
    expect(threadsFor(60 * 0.012, 0.0001)).toBe(6);
  });

  test("a timeout of 1 s is wall enough up to 98 calls a second", () => {
    expect(flipRate(50, 1000, 17)).toBeCloseTo(98.3, 1);
    expect(flipRate(50, 10_000, 17)).toBeCloseTo(10, 1);
    const lost = [90, 98].map((perSecond) => {
      const A = fronts["timeout of 1 s"] as Node<unknown>;
      const sim = cascade(7, A, perSecond);
      return 100 - answered(sim, 15_000, 25_000).checkout;
    });
    expect(lost[0]).toBeLessThan(1);
    expect(lost[1]).toBeCloseTo(4.8, 0);
  });
});

test("the front of the shop: one pool, ten seconds, no deadlines", () => {
  expect(front).toEqual({
    threads: 50,
    queueMax: 100,
    workMs: 5,
    next: { recs: "B", checkout: "P" },
    timeoutMs: 10_000,
    deadlines: { kind: "ignored" },
    cancels: false,
  });
  expect(Object.keys(fronts)).toEqual([
    "one pool",
    "timeout of 1 s",
    "semaphore: 20 recs",
    "a pool for each",
  ]);
});

describe("a server that has become slower", () => {
  const at = (name: string, times: number, perSecond: number) => {
    const variant = slowed(bounds[name] as Variant, times);
    return goodput(loadRun(7, variant, perSecond), 10, 20);
  };

  test("a number of places is right for one speed", () => {
    expect(at("40 inside", 2, 150)).toBeGreaterThan(49);
    expect(at("40 inside", 4, 150)).toBe(0);
    expect(at("queue of 50", 2, 150)).toBe(0);
    // 40 places at 25 a second, and 54 at 50, are more than patience.
    expect(40 / 25).toBeGreaterThan(patienceMs / 1000);
    expect(54 / 50).toBeGreaterThan(patienceMs / 1000);
  });

  test("a limit that learns is right for each", () => {
    expect(at("gradient limit", 4, 150)).toBeGreaterThan(24);
    expect(at("AIMD limit", 4, 150)).toBeGreaterThan(20);
    expect(at("AIMD limit", 4, 150)).toBeLessThan(24);
  });

  test("the gradient takes a long overload for the usual", () => {
    const sim = loadRun(7, bounds["gradient limit"] as Variant, 150);
    const baselines = [1, 60, 120, 300].map((second) => {
      sim.runUntil(second * 1000);
      return serverOf(sim).limit?.longMs ?? 0;
    });
    expect(baselines[0]).toBeLessThan(70);
    for (const later of baselines.slice(1)) {
      expect(later).toBeGreaterThan(140);
      expect(later).toBeLessThan(210);
    }
    expect(goodput(sim, 300, 330)).toBeGreaterThan(99);
  });

  test("slowing keeps the rule and all but the work", () => {
    const { rule, server } = bounds["queue of 50"] as Variant;
    expect(slowed({ rule, server }, 3)).toEqual({
      rule,
      server: { ...server, mustMs: 75, optionalMs: 45 },
    });
  });

  test("predict: the oldest rejected answers fewer when fewer call", () => {
    expect(at("oldest rejected", 4, 100)).toBeCloseTo(25, 0);
    expect(at("oldest rejected", 4, 40)).toBe(0);
    expect(at("oldest rejected", 4, 30)).toBe(0);
    const oldest = slowed(bounds["oldest rejected"] as Variant, 4);
    const border = goodput(loadRun(7, oldest, 60), 10, 30);
    expect(border).toBeCloseTo(17, 0);
  });
});

test("compute: a link of 100 ms there and back wants five credits", () => {
  const rates = [1, 2, 4, 5, 8].map((room) =>
    pipelineRate(7, room, 50),
  );
  expect(rates).toEqual([10, 20, 40, 50, 50]);
  expect(pipelineRate(7, 1, 2)).toBe(50);
});

describe("break: everybody is critical", () => {
  const checkout = (of: { readonly [client: string]: Class }) => {
    const { rule, server } = shedding;
    if (rule.kind !== "shed") throw new Error("not a rule of classes");
    const variant = { rule: { ...rule, classOf: of }, server };
    const sim = loadRun(7, variant, 300);
    sim.runUntil(15_000);
    const { calls, good } = goodOf(sim, (id) => id === "client0");
    return (100 * good) / calls;
  };

  test("classes protect only while few claim the highest", () => {
    expect(checkout(classOf)).toBeGreaterThan(97);
    const ids = Array.from({ length: 10 }, (_, n) => `client${n}`);
    const inflated = ids.map((id) => [id, "critical-plus"] as const);
    const share = checkout(Object.fromEntries(inflated));
    expect(share).toBeGreaterThan(31);
    expect(share).toBeLessThan(36);
  });
});

describe("design: a place of one's own", () => {
  const own = {
    "critical-plus": 0.5,
    critical: 0.2,
    "sheddable-plus": 0.1,
    sheddable: 0,
  };
  const none = {
    "critical-plus": 0,
    critical: 0,
    "sheddable-plus": 0,
    sheddable: 0,
  };

  test("whoever is within his own place gets in, however full it is", () => {
    const full = { ...none, sheddable: 10 };
    const has = (inside: typeof none, limit: number) =>
      classes.map((name) => hasPlace(own, name, inside, limit));
    expect(has(full, 10)).toEqual([true, true, true, false]);
    expect(has({ ...full, "critical-plus": 4 }, 10)[0]).toBe(true);
    expect(has({ ...full, "critical-plus": 5 }, 10)[0]).toBe(false);
    expect(has({ ...full, critical: 2 }, 10)[1]).toBe(false);
  });

  test("what is free is for all", () => {
    const nine = { ...none, "sheddable-plus": 9 };
    expect(hasPlace(own, "sheddable", nine, 10)).toBe(true);
    expect(hasPlace(own, "sheddable-plus", nine, 10)).toBe(true);
    const ten = { ...nine, critical: 1 };
    expect(hasPlace(own, "sheddable-plus", ten, 10)).toBe(false);
    expect(hasPlace(own, "critical-plus", ten, 10)).toBe(true);
  });
});

describe("a leaked permit", () => {
  const honest = gates["given back at every end"];
  const leaky = gates["given back on success"];

  test("outlives its fault, where an honest one comes back", () => {
    if (honest === undefined || leaky === undefined)
      throw new Error("no such gate");
    expect(healedAtMs).toBe(20_000);
    const [well, hung, healed] = leakRun(7, honest, [10, 20, 30]);
    expect(well?.recs).toBeGreaterThan(25);
    expect(hung?.recs).toBe(0);
    expect(hung?.held).toBeGreaterThan(15);
    expect(healed?.recs).toBeGreaterThan(25);
    expect(healed?.held).toBeLessThan(5);
    const after = leakRun(7, leaky, [10, 20, 60]);
    expect(after[2]).toMatchObject({ second: 60, recs: 0, held: 20 });
    expect(after[2]?.checkout).toBeGreaterThan(25);
  });
});

describe("one page on its ladder", () => {
  test("begins with everything and goes down rung by rung", () => {
    const moments = pageRun(5000, 12_000);
    expect(moments).toHaveLength(120);
    expect(moments[0]).toEqual({
      atMs: 0,
      perSecond: 80,
      rung: 0,
      waitMs: 0,
    });
    expect(moments[99]).toMatchObject({ perSecond: 80, rung: 0 });
    // 240 a second of 40 ms each are 960 ms of work in a tenth; 400 done.
    expect(moments[100]).toMatchObject({
      perSecond: 240,
      rung: 0,
      waitMs: 140,
    });
    expect(moments[101]).toMatchObject({ rung: 0, waitMs: 280 });
    expect(moments[102]).toMatchObject({ rung: 1, waitMs: 330 });
    expect(moments[104]).toMatchObject({ rung: 2 });
    expect(pageRun(0, 51_000)[499]?.perSecond).toBe(240);
    expect(pageRun(0, 51_000)[500]?.perSecond).toBe(80);
  });

  test("a longer calm time changes the page less often", () => {
    const seen = [0, 1000, 5000, 20_000].map(
      (calmMs) => summary(pageRun(calmMs, 90_000)).changes,
    );
    expect(seen).toEqual([136, 48, 16, 6]);
    const { pages, longestMs } = summary(pageRun(5000, 90_000));
    expect(pages.map(Math.round)).toEqual([3480, 1600, 8520, 0]);
    expect(longestMs).toBe(400);
    expect(rungs.map(({ workMs }) => workMs)).toEqual([40, 25, 15, 5]);
  });

  test("without a crowd nothing changes", () => {
    const { changes, pages } = summary(pageRun(0, 10_000));
    expect([changes, pages[0]]).toEqual([0, 800]);
  });
});
