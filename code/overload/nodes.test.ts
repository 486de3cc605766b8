import { describe, expect, test } from "vitest";
import type { Body, Effect, Node } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import { type ServiceOptions, service } from "../timeouts/service.ts";
import { leaking, relative } from "./broken.ts";
import { type CacheOptions, cache } from "./cache.ts";
import {
  coldCache,
  normal,
  responses,
  watch,
} from "./cold-cache.scenario.ts";
import { type StageState, stage } from "./credits.ts";
import { type GateState, gate, type Rule } from "./gate.ts";
import {
  answered,
  cascade,
  fronts,
  slowAtMs,
} from "./hull.scenario.ts";
import { hull } from "./hull.ts";
import { pipeline, pipelineRun, stages } from "./pipeline.scenario.ts";
import { type WorkerOptions, worker } from "./worker.ts";

/** A node that is told one thing after the other. */
function told<S>(node: Node<S>, dice = 0) {
  const setup = { id: "s", peers: [], disk: {}, nowMs: 0, dice };
  let [state, begun] = node.init(setup);
  return {
    begun,
    hears(src: string, body: Body, nowMs: number) {
      const message = { src, dest: "s", body };
      const event = { kind: "message", message } as const;
      const [next, effects] = node.step(state, { event, nowMs, dice });
      state = next;
      return effects;
    },
    wakes(name: string, nowMs: number) {
      const event = { kind: "timer", name } as const;
      const [next, effects] = node.step(state, { event, nowMs, dice });
      state = next;
      return effects;
    },
    state: () => state,
  };
}

const call = (id: number): Body => ({ type: "call", id, attempt: 1 });
const send = (dest: string, body: Body): Effect => ({
  kind: "send",
  dest,
  body,
});
const says = (type: string, id: number) =>
  send("c", { type, id, attempt: 1 });
const timer = (name: string, afterMs: number): Effect => ({
  kind: "set-timer",
  name,
  afterMs,
});

const busy: WorkerOptions = {
  workers: 2,
  mustMs: 10,
  optionalMs: 5,
  dimmer: null,
  queue: {
    max: 1,
    full: "reject-newest",
    order: "fifo",
    patience: { targetMs: 20, intervalMs: 100 },
  },
};

describe("a worker", () => {
  test("works on as many as it has workers; others wait", () => {
    const w = told(worker(busy));
    expect(w.begun).toEqual([timer("period", 500)]);
    expect(w.hears("c", call(1), 0)).toEqual([timer("1", 15)]);
    expect(w.hears("c", call(2), 0)).toEqual([timer("2", 15)]);
    expect(w.hears("c", call(3), 0)).toEqual([]);
    expect(w.hears("c", call(4), 0)).toEqual([says("overloaded", 4)]);
    expect(w.wakes("1", 15)).toEqual([says("done", 1), timer("3", 15)]);
    expect(w.wakes("1", 15)).toEqual([]);
    expect(w.hears("c", { type: "cancel", id: 3 }, 16)).toEqual([]);
    expect(w.state().queue.items).toEqual([]);
    expect(w.state()).toMatchObject({
      served: 1,
      rejected: 1,
      nice: 3,
      worstMs: 15,
    });
  });

  test("tells those who have waited too long", () => {
    const w = told(worker({ ...busy, workers: 1 }));
    w.hears("c", call(1), 0);
    w.hears("c", call(2), 10);
    expect(w.wakes("1", 111)).toEqual([
      says("done", 1),
      says("overloaded", 2),
    ]);
    expect(w.state().rejected).toBe(1);
  });

  test("leaves out the optional part as far as it is dimmed", () => {
    const dimmer = { setpointMs: 100, step: 0.05 };
    // A dice of 0.66: below 1, and above a half.
    const w = told(worker({ ...busy, dimmer }), 6);
    expect(w.hears("c", call(1), 0)).toEqual([timer("1", 15)]);
    w.wakes("1", 101);
    expect(w.wakes("period", 500)).toEqual([timer("period", 500)]);
    expect(w.state()).toMatchObject({ dimmer: 0.5, worstMs: 0 });
    expect(w.hears("c", call(2), 500)).toEqual([timer("2", 10)]);
    expect(w.state().nice).toBe(1);
    expect(told(worker(busy)).wakes("period", 500)).toHaveLength(1);
  });
});

const flat: ServiceOptions = {
  threads: 2,
  queueMax: 9,
  workMs: 10,
  next: { deep: "below" },
  timeoutMs: 100,
  deadlines: { kind: "ignored" },
  cancels: false,
};
const routed = (id: number, route: string): Body => ({
  ...call(id),
  route,
});

describe("a gate", () => {
  const one: Rule = {
    kind: "limit",
    limit: { kind: "fixed", initial: 1 },
  };

  test("lets in as many as its limit, and counts them out", () => {
    const g = told(gate(one, worker(busy)));
    expect(g.hears("c", call(1), 0)).toEqual([timer("1", 15)]);
    expect(g.hears("c", call(2), 5)).toEqual([says("overloaded", 2)]);
    expect(g.state().refused).toBe(1);
    expect(g.wakes("1", 15)).toEqual([says("done", 1)]);
    expect(g.state().meter).toMatchObject({
      inside: 0,
      left: 1,
      spentMs: 15,
    });
    expect(g.hears("c", call(3), 20)).toEqual([timer("2", 15)]);
  });

  test("learns from those whom the server answers, and how", () => {
    const aimd: Rule = {
      kind: "limit",
      limit: {
        kind: "aimd",
        initial: 2,
        max: 9,
        backoffRatio: 0.5,
        timeoutMs: 100,
      },
    };
    const g = told(gate(aimd, worker({ ...busy, workers: 1 })));
    g.hears("c", call(1), 0);
    g.wakes("1", 15);
    expect(g.state().limit?.limit).toBe(3);
    g.hears("c", call(2), 20);
    g.hears("c", call(3), 20);
    g.hears("c", call(4), 20);
    expect(g.state().limit?.limit).toBe(1);
    expect(g.state().inside).toHaveLength(2);
  });

  test("sheds by class: strangers are the first to go", () => {
    const rule: Rule = {
      kind: "shed",
      limit: { kind: "fixed", initial: 10 },
      shares: {
        "critical-plus": 1,
        critical: 0.9,
        "sheddable-plus": 0.6,
        sheddable: 0.1,
      },
      classOf: { vip: "critical-plus" },
    };
    const g = told(gate(rule, worker(busy)));
    expect(g.hears("c", call(1), 0)).toHaveLength(1);
    expect(g.hears("c", call(2), 0)).toEqual([says("overloaded", 2)]);
    expect(g.hears("vip", call(1), 0)).toEqual([timer("2", 15)]);
  });

  test("bulkheads keep to their route, and to none without one", () => {
    const rule: Rule = { kind: "bulkheads", permits: { deep: 1 } };
    const g = told(gate(rule, service(flat)));
    g.hears("c", routed(1, "deep"), 0);
    expect(g.hears("c", routed(2, "deep"), 0)).toEqual([
      send("c", { ...routed(2, "deep"), type: "overloaded" }),
    ]);
    expect(g.hears("c", routed(3, "flat"), 0)).toHaveLength(1);
    expect(g.state().bulkheads.deep?.holders).toEqual(["c 1 1"]);
    g.wakes("worked 1", 10);
    expect(g.state().bulkheads.deep?.holders).toHaveLength(1);
    g.wakes("timeout 1", 110);
    expect(g.state().bulkheads.deep?.holders).toHaveLength(0);
    expect(g.hears("c", routed(4, "deep"), 120)).toHaveLength(1);
  });

  test.each(seeds(3))(
    "a permit leaked on a timeout is one less forever (seed %i)",
    (seed) => {
      const rule: Rule = { kind: "bulkheads", permits: { recs: 5 } };
      const A = service({
        ...flat,
        threads: 50,
        next: { recs: "B", checkout: "P" },
      });
      const held = (front: Node<GateState<unknown>>) => {
        const sim = cascade(seed, front as Node<unknown>, 40);
        sim.runUntil(slowAtMs + 5000);
        const healed = { kind: "restart", node: "C" } as const;
        sim.apply({ kind: "crash", node: "C" });
        sim.apply(healed);
        sim.runUntil(slowAtMs + 30_000);
        const share = answered(sim, sim.nowMs, sim.nowMs + 5000);
        const state = sim.state<GateState<unknown>>("A");
        return { share, holders: state.bulkheads.recs?.holders.length };
      };
      const right = held(gate(rule, A));
      expect(right.share.recs).toBeGreaterThan(80);
      const leaky = held(leaking(gate(rule, A)));
      expect(leaky.share.recs).toBe(0);
      expect(leaky.share.checkout).toBeGreaterThan(95);
      expect(leaky.holders).toBe(5);
    },
  );
});

describe("a hull", () => {
  test("gives each route threads and timers of its own", () => {
    const small = { ...flat, threads: 1 };
    const h = told(hull({ deep: small, flat: small }));
    expect(h.begun).toEqual([]);
    expect(h.hears("c", routed(1, "deep"), 0)).toEqual([
      timer("deep|worked 1", 10),
    ]);
    expect(h.hears("c", routed(2, "deep"), 0)).toEqual([]);
    expect(h.hears("c", routed(3, "flat"), 0)).toEqual([
      timer("flat|worked 1", 10),
    ]);
    expect(h.wakes("flat|worked 1", 10)).toEqual([
      send("c", { ...routed(3, "flat"), type: "done" }),
    ]);
    expect(h.hears("c", routed(4, "other"), 10)).toEqual([]);
    expect(h.state().deep?.jobs).toHaveLength(1);
    expect(h.wakes("deep|worked 1", 10)).toHaveLength(2);
  });

  test.each(seeds(3))(
    "C hangs: with one pool checkout stops, with walls it does not (seed %i)",
    (seed) => {
      for (const [name, A] of Object.entries(fronts)) {
        const sim = cascade(seed, A, 60);
        expect(answered(sim, 2000, slowAtMs).recs).toBeGreaterThan(95);
        const hung = answered(sim, slowAtMs + 5000, slowAtMs + 12_000);
        expect(hung.recs).toBe(0);
        if (name === "one pool") expect(hung.checkout).toBeLessThan(20);
        else expect(hung.checkout).toBeGreaterThan(97);
      }
    },
  );

  test("too many small pools waste what one would have used", () => {
    const burst = (front: Node<unknown>) => {
      const h = told(front);
      let refused = 0;
      for (let id = 1; id <= 6; id += 1) {
        const effects = h.hears("c", routed(id, "flat"), 0);
        refused += effects.some((e) => e.kind === "send") ? 1 : 0;
      }
      return refused;
    };
    const shared = { ...flat, threads: 4, queueMax: 2 };
    const own = { ...flat, threads: 1, queueMax: 1 };
    const pools = hull({ deep: own, flat: own, other: own, more: own });
    expect(burst(service(shared) as Node<unknown>)).toBe(0);
    expect(burst(pools as Node<unknown>)).toBe(4);
  });
});

describe("credits", () => {
  const middle = { from: "a", to: "b", room: 2, workMs: 10 };
  const item = (n: number): Body => ({ type: "item", n, madeMs: 0 });
  const credit = (upTo: number): Body => ({ type: "credit", upTo });

  test("a stage promises its room, and again as it takes items", () => {
    const s = told(stage(middle));
    expect(s.begun).toEqual([send("a", credit(2))]);
    expect(s.hears("a", item(1), 0)).toEqual([
      send("a", credit(3)),
      timer("worked", 10),
    ]);
    expect(s.hears("a", item(2), 1)).toEqual([]);
    expect(s.hears("a", item(2), 1)).toEqual([]);
    expect(s.hears("a", item(4), 1)).toEqual([]);
    expect(s.state().buffer).toEqual([{ n: 2, madeMs: 0 }]);
  });

  test("without credit it holds what it has done, and stands still", () => {
    const s = told(stage(middle));
    s.hears("a", item(1), 0);
    s.hears("a", item(2), 0);
    expect(s.wakes("worked", 10)).toEqual([]);
    expect(s.hears("b", credit(1), 30)).toEqual([
      send("b", item(1)),
      send("a", credit(4)),
      timer("worked", 10),
    ]);
    expect(s.state()).toMatchObject({ done: 1, lastAgeMs: 30 });
    expect(s.wakes("worked", 40)).toEqual([]);
    expect(s.hears("b", credit(1), 41)).toEqual([]);
    expect(s.hears("b", credit(2), 42)).toEqual([send("b", item(2))]);
    expect(s.hears("b", credit(3), 43)).toEqual([]);
  });

  test("what it holds keeps it from the next; old credit is no less", () => {
    const s = told(stage(middle));
    s.hears("b", credit(1), 0);
    s.hears("b", credit(0), 0);
    expect(s.state().mayUpTo).toBe(1);
    s.hears("a", item(1), 0);
    s.hears("a", item(2), 0);
    s.wakes("worked", 10);
    expect(s.wakes("worked", 20)).toEqual([]);
    expect(s.hears("a", item(3), 30)).toEqual([]);
    expect(s.state().held).toEqual({ n: 2, madeMs: 0 });
  });

  test("a source makes the next item once the last is gone", () => {
    const s = told(stage({ from: null, to: "b", room: 2, workMs: 10 }));
    expect(s.begun).toEqual([timer("make", 10)]);
    expect(s.wakes("make", 10)).toEqual([timer("make", 10)]);
    expect(s.wakes("make", 20)).toEqual([timer("make", 10)]);
    const first = { type: "item", n: 1, madeMs: 10 };
    expect(s.hears("b", credit(5), 25)).toEqual([send("b", first)]);
    const second = { type: "item", n: 2, madeMs: 30 };
    expect(s.wakes("make", 30)).toEqual([
      send("b", second),
      timer("make", 10),
    ]);
  });

  test("the last stage needs no credit", () => {
    const s = told(stage({ ...middle, to: null }));
    s.hears("a", item(1), 5);
    expect(s.wakes("worked", 15)).toEqual([]);
    expect(s.state()).toMatchObject({ done: 1, held: null });
    const endless = told(stage({ ...middle, room: null }));
    expect(endless.begun).toEqual([send("a", credit(1e9))]);
  });

  const bufferMax = (
    seed: number,
    nodes: Record<string, Node<unknown>>,
    inner: (state: unknown) => StageState,
  ) => {
    let most = 0;
    const sim = simulate({
      seed,
      nodes,
      network: {
        delayMs: { kind: "constant", ms: 2 },
        messageDuplicateProbability: 0.2,
      },
      keepTrace: false,
      onStep: (now, id) => {
        const { buffer } = inner(now.state(id));
        most = Math.max(most, buffer.length);
      },
    });
    sim.runUntil(3000);
    return most;
  };

  test.each(seeds(5))(
    "no queue is longer than its credits, whatever is copied (seed %i)",
    (seed) => {
      const nodes = pipeline(4) as Record<string, Node<unknown>>;
      expect(bufferMax(seed, nodes, (s) => s as StageState)).toBe(4);
    },
  );

  test.each(seeds(3))(
    "credits counted twice are caught (seed %i)",
    (seed) => {
      const nodes: Record<string, Node<unknown>> = {};
      for (const [id, node] of Object.entries(pipeline(4)))
        nodes[id] = relative(node) as Node<unknown>;
      const inner = (s: unknown) => (s as { inner: StageState }).inner;
      expect(bufferMax(seed, nodes, inner)).toBeGreaterThan(4);
    },
  );

  test("a pipeline is as fast as its slowest stage, bounded or not", () => {
    const last = (room: number | null) => {
      const sim = pipelineRun(1, pipeline(room), 0);
      sim.runUntil(10_000);
      return sim.state<StageState>(stages.at(-1) ?? "");
    };
    const bounded = last(8);
    const endless = last(null);
    expect(bounded.done / 10).toBeGreaterThan(49);
    expect(bounded.done / 10).toBeLessThanOrEqual(50);
    expect(endless.done).toBe(bounded.done);
    expect(bounded.lastAgeMs).toBeLessThan(500);
    expect(endless.lastAgeMs).toBeGreaterThan(7000);
  });
});

const front: CacheOptions = {
  database: "db",
  users: 1,
  ttlMs: 1000,
  timeoutMs: 100,
  queriesPerMiss: 2,
  churn: { atMs: 5000, share: 1 },
  throttle: [{ fromMs: 10_000, perSecond: 1 }],
};

describe("a cache", () => {
  test("asks every part once, and knows the answer for its time", () => {
    const c = told(cache(front));
    expect(c.begun).toEqual([timer("churn", 5000)]);
    expect(c.hears("c", call(1), 2000)).toEqual([
      send("db", call(1)),
      send("db", call(1)),
      timer("1", 100),
    ]);
    expect(c.hears("db", { type: "done", id: 1 }, 2010)).toEqual([]);
    expect(c.hears("db", { type: "done", id: 1 }, 2050)).toEqual([
      says("done", 1),
    ]);
    expect(c.hears("c", call(2), 3049)).toEqual([says("done", 2)]);
    expect(c.hears("c", call(3), 3050)).toHaveLength(3);
    expect(c.state()).toMatchObject({ hits: 1, misses: 2, queries: 4 });
  });

  test("an answer after the timeout fills nothing", () => {
    const c = told(cache(front));
    c.hears("c", call(1), 2000);
    c.hears("db", { type: "done", id: 1 }, 2010);
    expect(c.wakes("1", 2100)).toEqual([says("overloaded", 1)]);
    expect(c.hears("db", { type: "done", id: 1 }, 2101)).toEqual([]);
    expect(c.wakes("1", 2102)).toEqual([]);
    expect(c.hears("c", call(2), 2110)).toHaveLength(3);
    const no = { type: "overloaded", id: 2 };
    expect(c.hears("db", no, 2120)).toEqual([says("overloaded", 2)]);
  });

  test("loses its share of entries, and lets in what it may", () => {
    const c = told(cache({ ...front, queriesPerMiss: 1 }));
    c.hears("c", call(1), 4900);
    c.hears("db", { type: "done", id: 1 }, 4910);
    expect(Object.keys(c.state().entries)).toHaveLength(1);
    expect(c.wakes("churn", 5000)).toEqual([]);
    expect(Object.keys(c.state().entries)).toHaveLength(0);
    for (let id = 2; id <= 11; id += 1)
      expect(c.hears("c", call(id), 10_000)).toHaveLength(2);
    expect(c.hears("c", call(12), 10_000)).toEqual([
      says("overloaded", 12),
    ]);
    expect(c.state().throttled).toBe(1);
    const whole = { ...front, churn: { atMs: 1, share: 0 } };
    const kept = told(cache(whole));
    kept.wakes("churn", 1);
    expect(Object.keys(kept.state().entries)).toHaveLength(1);
  });

  test.each(seeds(1))(
    "churn starts what only fewer requests end (seed %i)",
    (seed) => {
      const last = (name: string, times: number) => {
        const options = responses[name] ?? normal;
        const end = watch(coldCache(seed, options), 15, times).at(-1);
        return (end?.good ?? 0) / (end?.calls ?? 1);
      };
      expect(last("no churn", 3)).toBeGreaterThan(0.95);
      expect(last("nothing is done", 6)).toBe(0);
      expect(last("throttle, step by step", 10)).toBeGreaterThan(0.95);
      expect(last("throttle, all at once", 9)).toBeLessThan(0.5);
      expect(last("cheap queries", 3)).toBeGreaterThan(0.95);
    },
  );
});
