import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { upsideDown } from "./broken.ts";
import { fullBucket, take as takeToken } from "./bucket.ts";
import { climb, dim, type Ladder, type Rung } from "./degrade.ts";
import {
  type LimitOptions,
  learn,
  newLimit,
  type Sample,
} from "./limit.ts";
import { advance, enter, idleMeter, law, leave } from "./little.ts";
import { offer, type Queue, type QueueOptions, take } from "./queue.ts";
import {
  acquire,
  release,
  type Semaphore,
  semaphore,
} from "./semaphore.ts";
import { classes, hasRoom, type Shares, shares } from "./shed.ts";

describe("a semaphore", () => {
  test("holds so many and no more", () => {
    const one = acquire(semaphore(2), "a") as Semaphore;
    const two = acquire(one, "b") as Semaphore;
    expect(two.holders).toEqual(["a", "b"]);
    expect(acquire(two, "c")).toBeNull();
    expect(acquire(release(two, "a"), "c")?.holders).toEqual([
      "b",
      "c",
    ]);
    expect(acquire(semaphore(0), "a")).toBeNull();
  });

  test("a permit comes back once, whoever gives it", () => {
    const one = acquire(semaphore(2), "a") as Semaphore;
    const none = release(one, "a");
    expect(release(none, "a")).toBe(none);
    expect(release(one, "stranger")).toBe(one);
    const twice = acquire(one, "a") as Semaphore;
    expect(release(twice, "a").holders).toEqual(["a"]);
  });
});

describe("a token bucket", () => {
  const options = { perSecond: 10, burst: 3 };

  test("gives a burst, then one whenever one was earned", () => {
    let bucket = fullBucket(options);
    const taken = [0, 0, 0, 0, 99, 100, 199, 200].map((nowMs) => {
      const [next, ok] = takeToken(options, bucket, nowMs);
      bucket = next;
      return ok;
    });
    expect(taken).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  test("saves no more than a burst", () => {
    const [bucket] = takeToken(options, fullBucket(options), 1e6);
    expect(bucket).toEqual({ milli: 2000, atMs: 1e6 });
  });

  test("in no window passes more than the rate and the burst", () => {
    const waits = fc.array(fc.integer({ min: 0, max: 150 }));
    fc.assert(
      fc.property(waits, (list) => {
        let bucket = fullBucket(options);
        let nowMs = 0;
        let passed = 0;
        for (const waitMs of list) {
          nowMs += waitMs;
          const [next, ok] = takeToken(options, bucket, nowMs);
          bucket = next;
          passed += ok ? 1 : 0;
        }
        return passed <= options.burst + nowMs / 100;
      }),
      { seed: 7 },
    );
  });
});

describe("a bounded queue", () => {
  const base: QueueOptions = {
    max: 2,
    full: "reject-newest",
    order: "fifo",
    patience: null,
  };
  const empty: Queue<string> = { items: [], emptyAtMs: 0 };

  function offered(options: QueueOptions, items: readonly string[]) {
    let queue = empty;
    const out: string[] = [];
    items.forEach((item, n) => {
      const [next, rejected] = offer(options, queue, item, 10 * n);
      queue = next;
      if (rejected !== null) out.push(rejected);
    });
    const names = queue.items.map(({ item }) => item);
    return { queue, names, out };
  }

  test("turns away the newest, or the oldest", () => {
    const newest = offered(base, ["a", "b", "c", "d"]);
    expect(newest.names).toEqual(["a", "b"]);
    expect(newest.out).toEqual(["c", "d"]);
    const options = { ...base, full: "reject-oldest" } as const;
    const oldest = offered(options, ["a", "b", "c", "d"]);
    expect(oldest.names).toEqual(["c", "d"]);
    expect(oldest.out).toEqual(["a", "b"]);
  });

  test("gives the oldest first, or the newest", () => {
    const { queue } = offered(base, ["a", "b"]);
    expect(take(base, queue, 99).next).toBe("a");
    const lifo = take({ ...base, order: "lifo" }, queue, 99);
    expect(lifo.next).toBe("b");
    expect(lifo.queue.items).toEqual([{ item: "a", sinceMs: 0 }]);
    expect(take(base, empty, 99)).toEqual({
      next: null,
      late: [],
      queue: empty,
    });
  });

  const patient: QueueOptions = {
    ...base,
    max: 9,
    order: "lifo-under-load",
    patience: { targetMs: 20, intervalMs: 100 },
  };

  test("waits an interval for each until it has stood for one", () => {
    const { queue } = offered(patient, ["a", "b", "c"]);
    const at100 = take(patient, queue, 100);
    expect(at100).toMatchObject({ next: "a", late: [] });
    const late = [{ item: "x", sinceMs: 0 }, ...queue.items];
    const stood = { items: late, emptyAtMs: 1 };
    expect(take(patient, stood, 101)).toMatchObject({
      next: "b",
      late: ["x", "a"],
    });
  });

  test("once it stands, only the fresh are served, newest first", () => {
    const { queue } = offered(patient, ["a", "b"]);
    const [more] = offer(patient, queue, "c", 90);
    const [most] = offer(patient, more, "d", 110);
    const taken = take(patient, most, 110);
    expect(taken).toMatchObject({ next: "d", late: ["a", "b"] });
    expect(taken.queue.items).toEqual([{ item: "c", sinceMs: 90 }]);
    expect(take(patient, most, 111).late).toEqual(["a", "b", "c"]);
  });

  test("it stands from when it was last empty", () => {
    const [first] = offer(patient, empty, "a", 500);
    expect(first.emptyAtMs).toBe(500);
    const [second] = offer(patient, first, "b", 550);
    expect(second.emptyAtMs).toBe(500);
    const rest = take(patient, second, 560).queue;
    expect(take(patient, rest, 600).next).toBe("b");
  });

  test("loses nobody and never holds more than its bound", () => {
    const does = fc.constantFrom("offer", "offer", "take");
    const full = fc.constantFrom("reject-newest", "reject-oldest");
    const order = fc.constantFrom("fifo", "lifo", "lifo-under-load");
    fc.assert(
      fc.property(fc.array(does), full, order, (list, f, o) => {
        const options = { ...patient, max: 3, full: f, order: o };
        let queue: Queue<number> = { items: [], emptyAtMs: 0 };
        let out = 0;
        let offers = 0;
        list.forEach((what, n) => {
          if (what === "offer") {
            offers += 1;
            const [next, no] = offer(
              options as QueueOptions,
              queue,
              n,
              9 * n,
            );
            queue = next;
            out += no === null ? 0 : 1;
          } else {
            const got = take(options as QueueOptions, queue, 9 * n);
            queue = got.queue;
            out += got.late.length + (got.next === null ? 0 : 1);
          }
        });
        return (
          queue.items.length <= 3 && out + queue.items.length === offers
        );
      }),
      { seed: 7 },
    );
  });
});

describe("an adaptive limit (Netflix concurrency-limits)", () => {
  const aimd: LimitOptions = {
    kind: "aimd",
    initial: 10,
    max: 12,
    backoffRatio: 0.9,
    timeoutMs: 100,
  };
  const fine: Sample = { rttMs: 100, inFlight: 5, dropped: false };
  const learned = (
    samples: readonly Sample[],
    options: LimitOptions = aimd,
  ) =>
    samples.reduce(
      (limit, sample) => learn(options, limit, sample),
      newLimit(options),
    );

  test("AIMD adds one while the limit is used, up to its bound", () => {
    expect(learned([fine]).limit).toBe(11);
    expect(learned([fine, { ...fine, inFlight: 6 }]).limit).toBe(12);
    expect(learned([fine, fine]).limit).toBe(11);
    expect(learned(Array(9).fill({ ...fine, inFlight: 9 })).limit).toBe(
      12,
    );
  });

  test("AIMD takes a tenth, and at least one, for a drop or a timeout", () => {
    expect(learned([{ ...fine, dropped: true }]).limit).toBe(9);
    expect(learned([{ ...fine, rttMs: 101 }]).limit).toBe(9);
    const twenty = { ...aimd, initial: 20 };
    expect(learned([{ ...fine, dropped: true }], twenty).limit).toBe(
      18,
    );
    const half = { ...twenty, backoffRatio: 0.5 };
    expect(learned([{ ...fine, dropped: true }], half).limit).toBe(10);
    expect(
      learned(Array(50).fill({ ...fine, dropped: true })).limit,
    ).toBe(1);
  });

  const gradient: LimitOptions = {
    kind: "gradient",
    initial: 20,
    min: 4,
    max: 30,
    queueSize: 4,
    smoothing: 0.2,
    longWindow: 600,
  };
  const at = (rttMs: number, inFlight = 20): Sample => ({
    rttMs,
    inFlight,
    dropped: false,
  });

  test("the gradient grows by its queue while nothing slows down", () => {
    const one = learned([at(50)], gradient);
    expect(one.limit).toBeCloseTo(20 + 0.2 * 4);
    expect(learned(Array(99).fill(at(50, 99)), gradient).limit).toBe(
      30,
    );
  });

  test("it shrinks as requests take longer, by half at most", () => {
    const warm = learned(Array(5).fill(at(50, 0)), gradient);
    expect(warm).toEqual({ limit: 20, longMs: 50, samples: 5 });
    const slower = learn(gradient, warm, at(80));
    // The mean of five times 50 and 80 is 55; 55/80 = 0.6875.
    expect(slower.limit).toBeCloseTo(
      0.8 * 20 + 0.2 * (20 * 0.6875 + 4),
    );
    const slowest = learn(gradient, warm, at(5000));
    expect(slowest.limit).toBeCloseTo(0.8 * 20 + 0.2 * (10 + 4));
    const faster = learn(gradient, warm, at(40));
    expect(faster.limit).toBeCloseTo(20.8);
  });

  test("it does not learn from a server that has little to do", () => {
    const warm = learned([at(50, 9)], gradient);
    expect(warm.limit).toBe(20);
    expect(learned([at(50, 10)], gradient).limit).toBeGreaterThan(20);
  });

  test("never below its minimum", () => {
    let limit = learned(Array(10).fill(at(10, 0)), gradient);
    for (let n = 0; n < 60; n += 1)
      limit = learn(gradient, limit, at(1000 * (n + 1)));
    expect(limit.limit).toBeGreaterThanOrEqual(4);
    expect(limit.limit).toBeLessThan(9);
    const still = { ...gradient, queueSize: 0 };
    let low = newLimit(still);
    for (let n = 0; n < 60; n += 1) low = learn(still, low, at(2 ** n));
    expect(low.limit).toBe(4);
  });

  test("ten samples make a mean, later ones weigh 2 / (window + 1)", () => {
    const ten = learned(
      [...Array(9).fill(at(40, 0)), at(50, 0)],
      gradient,
    );
    expect(ten.longMs).toBeCloseTo(41);
    const next = learn(gradient, ten, at(71, 0));
    expect(next.longMs).toBeCloseTo(41 + (30 * 2) / 601);
  });

  test("when requests are twice as fast, the long time comes down", () => {
    const slow = learned(Array(10).fill(at(100, 0)), gradient);
    expect(learn(gradient, slow, at(30, 0)).longMs).toBeCloseTo(
      0.9 * (100 - (70 * 2) / 601),
    );
    const half = learn(
      gradient,
      learned([at(90, 0)], gradient),
      at(30, 0),
    );
    expect(half.longMs).toBe(60);
    const at2 = learn(gradient, slow, at(50, 0));
    expect(at2.longMs).toBeLessThan(100);
    expect(learn(gradient, slow, at(60, 0)).longMs).toBeGreaterThan(99);
  });

  test("a fixed limit learns nothing", () => {
    const fixed: LimitOptions = { kind: "fixed", initial: 3 };
    expect(
      learned([fine, { ...fine, dropped: true }], fixed).limit,
    ).toBe(3);
  });
});

describe("shedding by criticality", () => {
  const isMonotone = (
    shares: Shares,
    inFlight: number,
    limit: number,
  ) =>
    classes
      .map((name) => hasRoom(shares, name, inFlight, limit))
      .every((room, n, all) => n === 0 || !room || all[n - 1] === true);
  const places = fc.tuple(
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 1, max: 100 }),
  );
  const check = (shares: Shares) =>
    fc.check(
      fc.property(places, ([n, limit]) => isMonotone(shares, n, limit)),
      { seed: 7 },
    );

  test("no class has room where a more critical one has none", () => {
    expect(check(shares).failed).toBe(false);
  });

  test("turning the critical away first is caught", () => {
    expect(check(upsideDown).failed).toBe(true);
  });

  test("a share is up to its bound", () => {
    expect(hasRoom(shares, "critical", 8, 10)).toBe(true);
    expect(hasRoom(shares, "critical", 9, 10)).toBe(false);
    expect(hasRoom(shares, "critical-plus", 9, 10)).toBe(true);
    expect(hasRoom(shares, "critical-plus", 10, 10)).toBe(false);
  });
});

describe("degrading", () => {
  test("the dimmer halves in a bad period, and comes back in steps", () => {
    const options = { setpointMs: 200, step: 0.05 };
    expect(dim(options, 1, 201)).toBe(0.5);
    expect(dim(options, 0.5, 200)).toBeCloseTo(0.55);
    expect(dim(options, 0.99, 0)).toBe(1);
  });

  const rungs: readonly Rung[] = [
    { name: "full page", atPressure: 0 },
    { name: "no recommendations", atPressure: 0.6 },
    { name: "stale prices", atPressure: 0.8 },
    { name: "static page", atPressure: 0.95 },
  ];
  const top: Ladder = { rung: 0, calmSinceMs: null };
  const step = (ladder: Ladder, pressure: number, nowMs: number) =>
    climb(rungs, 1000, ladder, pressure, nowMs);

  test("goes down as far as need be, at once", () => {
    expect(step(top, 0.59, 0).rung).toBe(0);
    expect(step(top, 0.6, 0).rung).toBe(1);
    expect(step(top, 0.95, 0).rung).toBe(3);
  });

  test("comes up one rung after each calm time", () => {
    let ladder: Ladder = step(top, 1, 0);
    const seen = [0, 999, 1000, 1999, 2000, 3000, 4000].map((nowMs) => {
      ladder = step(ladder, 0.1, nowMs);
      return ladder.rung;
    });
    expect(seen).toEqual([3, 3, 2, 2, 1, 0, 0]);
  });

  test("new pressure ends the calm", () => {
    const calm = step(step(top, 0.8, 0), 0.1, 100);
    expect(calm).toEqual({ rung: 2, calmSinceMs: 100 });
    const again = step(calm, 0.8, 900);
    expect(again).toEqual({ rung: 2, calmSinceMs: null });
    expect(step(again, 0.1, 1100)).toEqual({
      rung: 2,
      calmSinceMs: 1100,
    });
  });
});

test("a meter counts the area under those inside", () => {
  let meter = enter(enter(idleMeter, 10), 20);
  meter = leave(meter, 30, 40);
  expect(meter).toEqual({
    atMs: 40,
    inside: 1,
    areaMs: 10 + 2 * 20,
    left: 1,
    spentMs: 30,
  });
  expect(advance(meter, 50).areaMs).toBe(60);
  meter = leave(meter, 40, 60);
  expect(law(meter, 100).inside).toBeCloseTo(0.7);
  expect(law(meter, 100).lambdaTimesW).toBeCloseTo(0.7);
  expect(law(meter, 200).inside).toBeCloseTo(0.35);
  expect(law(idleMeter, 100)).toEqual({ inside: 0, lambdaTimesW: 0 });
});
