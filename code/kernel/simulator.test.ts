import { describe, expect, it } from "vitest";
import { echo } from "../echo/echo.ts";
import { scriptedClient } from "./client.ts";
import { crashDisk, emptyDisk, write } from "./disk.ts";
import type { Fault } from "./faults.ts";
import { bridge, halves, isolate, oneWay, ring } from "./faults.ts";
import type { Body, Effect, Node, NodeId } from "./node.ts";
import { nextDice } from "./random.ts";
import { type SimulationOptions, simulate } from "./simulator.ts";
import { formatTrace, type TraceEvent, traceToJson } from "./trace.ts";

const send = (dest: NodeId, body: Body): Effect => ({
  kind: "send",
  dest,
  body,
});
const setTimer = (name: string, afterMs: number): Effect => ({
  kind: "set-timer",
  name,
  afterMs,
});

type Heard = {
  readonly src: string;
  readonly type: string;
  nowMs: number;
};

/** Keeps what it hears, and says "tick" to all its peers every 10 ms. */
const talker: Node<{
  readonly peers: readonly NodeId[];
  readonly heard: readonly Heard[];
}> = {
  init: ({ peers }) => [{ peers, heard: [] }, [setTimer("tick", 10)]],
  step: (state, { event, nowMs }) => {
    if (event.kind === "timer") {
      const said = state.peers.map((peer) =>
        send(peer, { type: "tick" }),
      );
      return [state, [...said, setTimer("tick", 10)]];
    }
    const { src, body } = event.message;
    const heard = [...state.heard, { src, type: body.type, nowMs }];
    return [{ ...state, heard }, []];
  },
};

/** Says its script at the start, and only listens afterwards. */
function speaker(...script: readonly Effect[]): typeof talker {
  return {
    init: ({ peers }) => [{ peers, heard: [] }, script],
    step: talker.step,
  };
}

function talkers(
  ids: readonly NodeId[],
  options: Omit<SimulationOptions, "nodes" | "seed">,
) {
  const nodes = Object.fromEntries(ids.map((id) => [id, talker]));
  return simulate({ seed: 1, nodes, checkPurity: true, ...options });
}

const five = ["n1", "n2", "n3", "n4", "n5"];

/** Who heard whom, as "from>to", in alphabetical order. */
function links(trace: readonly TraceEvent[], sinceMs = 0): string[] {
  const heard = trace.flatMap((event) =>
    event.kind === "deliver" && event.atMs >= sinceMs
      ? [`${event.message.src}>${event.message.dest}`]
      : [],
  );
  return [...new Set(heard)].sort();
}

function linksUnder(faults: readonly Fault[]): string[] {
  const sim = talkers(five, { faults });
  sim.runUntil(100);
  return links(sim.trace);
}

function count(
  trace: readonly TraceEvent[],
  kind: TraceEvent["kind"],
): number {
  return trace.filter((event) => event.kind === kind).length;
}

describe("repeatability", () => {
  const options = (seed: number): SimulationOptions => ({
    seed,
    nodes: Object.fromEntries(five.map((id) => [id, talker])),
    network: {
      delayMs: { kind: "long-tailed", median: 5, p99: 40 },
      messageLossProbability: 0.2,
      messageDuplicateProbability: 0.2,
    },
    clocks: { skewMsMax: 50, driftPpmMax: 1000 },
  });
  const traceOf = (seed: number) => {
    const sim = simulate(options(seed));
    sim.runUntil(500);
    return traceToJson(sim.trace);
  };

  it("gives the same trace for the same seed", () => {
    expect(traceOf(7)).toBe(traceOf(7));
    expect(traceOf(7).length).toBeGreaterThan(1000);
  });

  it("gives another trace for another seed", () => {
    expect(traceOf(7)).not.toBe(traceOf(8));
  });

  it("runs alike in one go and in small steps", () => {
    const sim = simulate(options(7));
    for (let nth = 0; nth < 50; nth++) sim.runFor(10);
    expect(traceToJson(sim.trace)).toBe(traceOf(7));
  });

  it("keeps to the order of insertion at one time", () => {
    const script = ["a", "b", "c", "d"].map((type) =>
      send("n2", { type }),
    );
    const nodes = { n1: speaker(...script), n2: talker };
    const sim = simulate({ seed: 1, nodes });
    sim.runUntil(5);
    const heard = sim.state<{ heard: Heard[] }>("n2").heard;
    expect(heard.map(({ type }) => type)).toEqual(["a", "b", "c", "d"]);
  });
});

describe("time", () => {
  it("moves to the time it was told, with nothing left to do", () => {
    const sim = simulate({ seed: 1, nodes: { n1: echo } });
    sim.runUntil(70);
    sim.runFor(5);
    expect(sim.nowMs).toBe(75);
    expect(sim.runOne()).toBe(false);
  });

  it("lets one thing happen at a time, and says when none is left", () => {
    const script = [setTimer("a", 10), setTimer("b", 10)];
    const still: Node<null> = {
      init: () => [null, script],
      step: () => [null, []],
    };
    const sim = simulate({ seed: 1, nodes: { n1: still } });
    const happened = [sim.runOne(), sim.runOne(), sim.runOne()];
    expect(happened).toEqual([true, true, false]);
    expect(sim.steps).toBe(2);
  });

  it("lets a named timer replace its predecessor", () => {
    const script = [
      setTimer("a", 10),
      setTimer("a", 30),
      setTimer("b", 20),
    ];
    const sim = simulate({
      seed: 1,
      nodes: { n1: speaker(...script) },
    });
    // The talker's step sets "tick" at each timer: look at a and b only.
    sim.runUntil(35);
    const fired = sim.trace.flatMap((event) =>
      event.kind === "timer" && event.name !== "tick"
        ? [`${event.name} ${event.atMs}`]
        : [],
    );
    expect(fired).toEqual(["b 20", "a 30"]);
  });

  it("shows a node its own clock, and the trace the true time", () => {
    const nodes = {
      n1: speaker(send("n2", { type: "x" })),
      n2: talker,
    };
    const clocks = { skewMsMax: 100, driftPpmMax: 5000 };
    const sim = simulate({ seed: 4, nodes, clocks });
    sim.runUntil(5);
    const [heard] = sim.state<{ heard: Heard[] }>("n2").heard;
    const delivery = sim.trace.find(
      (event) => event.kind === "deliver",
    );
    expect(delivery?.atMs).toBe(5);
    expect(heard?.nowMs).toBe(sim.clockMs("n2"));
    expect(Math.abs((heard?.nowMs ?? 5) - 5)).toBeGreaterThan(1);
    expect(Math.abs((heard?.nowMs ?? 5) - 5)).toBeLessThan(101);
  });

  it("shows it at the start too, and at every restart", () => {
    const born: Node<number> = {
      init: ({ nowMs }) => [nowMs, []],
      step: (state) => [state, []],
    };
    const clocks = { skewMsMax: 100, driftPpmMax: 5000 };
    const sim = simulate({ seed: 4, nodes: { n1: born }, clocks });
    expect(sim.state("n1")).toBe(sim.clockMs("n1"));
    expect(sim.state("n1")).not.toBe(0);
    sim.runUntil(1000);
    sim.apply({ kind: "crash", node: "n1" });
    sim.apply({ kind: "restart", node: "n1" });
    expect(sim.state("n1")).toBe(sim.clockMs("n1"));
    expect(sim.state("n1")).not.toBe(1000);
  });

  it("runs timers on the drifting clock", () => {
    const sim = talkers(["n1"], { clocks: { driftPpmMax: 100_000 } });
    sim.runUntil(1000);
    const rate = sim.clockMs("n1") / 1000;
    const ticks = sim.trace.filter((event) => event.kind === "timer");
    expect(Math.abs(rate - 1)).toBeGreaterThan(0.001);
    expect(ticks[0]?.atMs).toBeCloseTo(10 / rate, 2);
  });

  it("jumps a clock without moving the timers", () => {
    const fault = {
      atMs: 5,
      kind: "clock-jump",
      node: "n1",
      byMs: -500,
    };
    const sim = talkers(["n1"], { faults: [fault as Fault] });
    sim.runUntil(12);
    expect(sim.clockMs("n1")).toBe(-488);
    expect(count(sim.trace, "timer")).toBe(1);
  });

  it("keeps the clocks of clients right", () => {
    const nodes = { n1: talker, c1: talker };
    const clocks = { skewMsMax: 100 };
    const sim = simulate({ seed: 1, nodes, clients: ["c1"], clocks });
    expect(sim.clockMs("c1")).toBe(0);
    expect(sim.clockMs("n1")).not.toBe(0);
  });
});

describe("peers", () => {
  it("are the other servers in order, and no clients", () => {
    const nodes = { n3: talker, c1: talker, n1: talker, n2: talker };
    const sim = simulate({ seed: 1, nodes, clients: ["c1"] });
    const peers = (id: string) =>
      sim.state<{ peers: string[] }>(id).peers;
    expect(peers("n2")).toEqual(["n1", "n3"]);
    expect(peers("c1")).toEqual(["n1", "n2", "n3"]);
  });
});

describe("the network", () => {
  const arrivals = (network: SimulationOptions["network"]) => {
    const script = Array.from({ length: 1000 }, (_, n) =>
      send("n2", { type: `m${n}` }),
    );
    const nodes = { n1: speaker(...script), n2: speaker() };
    const sim = simulate({
      seed: 2,
      nodes,
      ...(network && { network }),
    });
    sim.runUntil(5000);
    return sim.trace.filter((event) => event.kind === "deliver");
  };

  it("delivers all after 5 ms when nothing else is said", () => {
    const delivered = arrivals(undefined);
    expect(delivered).toHaveLength(1000);
    expect(new Set(delivered.map(({ atMs }) => atMs))).toEqual(
      new Set([5]),
    );
  });

  it("loses about the share it was told to lose", () => {
    const delivered = arrivals({ messageLossProbability: 0.3 });
    expect(delivered.length).toBeGreaterThan(640);
    expect(delivered.length).toBeLessThan(760);
  });

  // In the first seed that is the draw for its loss, in the other the
  // one for its copy; there are no more such seeds.
  it.each([676_081_438, 424_207_089])(
    "neither loses nor doubles by itself, even if chance draws 0 (seed %i)",
    (seed) => {
      const nodes = {
        n1: speaker(send("n2", { type: "x" })),
        n2: speaker(),
      };
      const sim = simulate({ seed, nodes });
      sim.runUntil(10);
      expect(count(sim.trace, "deliver")).toBe(1);
    },
  );

  it("doubles about the share it was told to double", () => {
    const delivered = arrivals({ messageDuplicateProbability: 0.1 });
    expect(delivered.length).toBeGreaterThan(1060);
    expect(delivered.length).toBeLessThan(1140);
    const ids = new Set(delivered.map(({ id }) => id));
    expect(ids.size).toBe(1000);
  });

  it("reorders by delays that differ, and stays within them", () => {
    const delayMs = { kind: "uniform", min: 3, max: 9 } as const;
    const delivered = arrivals({ delayMs });
    const ids = delivered.map(({ id }) => id);
    expect(ids).not.toEqual(ids.toSorted((one, two) => one - two));
    const times = delivered.map(({ atMs }) => atMs);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(3);
    expect(Math.max(...times)).toBeLessThanOrEqual(9);
  });

  it("has a long tail with the median and the percentile named", () => {
    const delayMs = {
      kind: "long-tailed",
      median: 10,
      p99: 80,
    } as const;
    const times = arrivals({ delayMs }).map(({ atMs }) => atMs);
    times.sort((one, other) => one - other);
    expect(times[500]).toBeGreaterThan(9);
    expect(times[500]).toBeLessThan(11);
    expect(times[989]).toBeGreaterThan(50);
    expect(times[989]).toBeLessThan(130);
  });

  it("lets a story decide over single messages", () => {
    const fate = ({ body }: { body: Body }) =>
      body.type === "m0" ? "lose" : body.type === "m1" ? 77 : undefined;
    const delivered = arrivals({ fate });
    expect(delivered).toHaveLength(999);
    expect(delivered.at(-1)?.atMs).toBe(77);
  });

  it("drops what is sent to a node that does not exist", () => {
    const nodes = { n1: speaker(send("nobody", { type: "x" })) };
    const sim = simulate({ seed: 1, nodes });
    sim.runUntil(10);
    const drops = sim.trace.filter((event) => event.kind === "drop");
    expect(drops.map(({ reason }) => reason)).toEqual(["unknown"]);
  });

  it("delivers at once, and always, what a node tells itself", () => {
    const nodes = { n1: speaker(send("n1", { type: "x" })) };
    const network = { messageLossProbability: 1 };
    const sim = simulate({ seed: 1, nodes, network });
    sim.runUntil(0);
    expect(count(sim.trace, "deliver")).toBe(1);
  });
});

describe("partitions", () => {
  const cutAt0 = (groups: readonly (readonly string[])[]): Fault[] => [
    { atMs: 0, kind: "partition", groups },
  ];
  const within = (...groups: readonly (readonly string[])[]) => {
    const pairs = groups.flatMap((group) =>
      group.flatMap((from) =>
        group.filter((to) => to !== from).map((to) => `${from}>${to}`),
      ),
    );
    return [...new Set(pairs)].sort();
  };

  it("leave all links whole when there are none", () => {
    expect(linksUnder([])).toEqual(within(five));
  });

  it("cut the cluster in halves", () => {
    expect(linksUnder(cutAt0(halves(five)))).toEqual(
      within(["n1", "n2"], ["n3", "n4", "n5"]),
    );
  });

  it("isolate one node", () => {
    expect(linksUnder(cutAt0(isolate("n4", five)))).toEqual(
      within(["n1", "n2", "n3", "n5"]),
    );
  });

  it("leave a bridge between two halves", () => {
    expect(linksUnder(cutAt0(bridge("n1", five)))).toEqual(
      within(["n1", "n2", "n3"], ["n1", "n4", "n5"]),
    );
  });

  it("leave a ring, in which each sees its two neighbours", () => {
    expect(linksUnder(cutAt0(ring(five)))).toEqual(
      within(
        ["n1", "n2"],
        ["n2", "n3"],
        ["n3", "n4"],
        ["n4", "n5"],
        ["n5", "n1"],
      ),
    );
  });

  it("cut one way, and leave the other", () => {
    expect(linksUnder(oneWay("n2", five, 0))).toEqual(
      within(five).filter((link) => !link.startsWith("n2>")),
    );
  });

  it("do not touch a node in none of the groups", () => {
    const open = linksUnder(cutAt0([["n1"], ["n2"]]));
    expect(open).toEqual(
      within(five).filter(
        (link) => link !== "n1>n2" && link !== "n2>n1",
      ),
    );
  });

  it("drop what is under way when they begin", () => {
    const nodes = {
      n1: speaker(send("n2", { type: "x" })),
      n2: talker,
    };
    const faults: Fault[] = [
      { atMs: 3, kind: "cut", from: "n1", to: "n2" },
    ];
    const sim = simulate({ seed: 1, nodes, faults });
    sim.runUntil(10);
    expect(count(sim.trace, "deliver")).toBe(0);
    expect(formatTrace(sim.trace, { kinds: ["drop"] })).toContain(
      "link cut",
    );
  });

  it("drop what leaves while they last, though they end in time", () => {
    const nodes = { n1: speaker(), n3: talker };
    const sim = simulate({ seed: 1, nodes });
    sim.apply({ kind: "cut", from: "n1", to: "n3" });
    const body = { type: "late" };
    sim.inject({ src: "n1", dest: "n3", body });
    sim.apply({ kind: "heal" });
    sim.inject({ src: "n1", dest: "n3", body });
    sim.runUntil(9);
    const heard = sim.state<{ heard: Heard[] }>("n3").heard;
    expect(heard.map(({ type }) => type)).toEqual(["late"]);
  });

  it("end with a heal", () => {
    const faults: Fault[] = [
      ...cutAt0(halves(five)),
      { atMs: 50, kind: "heal" },
    ];
    const sim = talkers(five, { faults });
    sim.runUntil(100);
    expect(links(sim.trace, 55)).toEqual(within(five));
  });
});

describe("pause, slowness, and a change of the network", () => {
  it("queues messages and timers during a pause, and loses none", () => {
    const fault: Fault = {
      atMs: 12,
      kind: "pause",
      node: "n1",
      forMs: 30,
    };
    const sim = talkers(["n1", "n2"], { faults: [fault] });
    sim.runUntil(41);
    const during = sim.trace.filter(
      (event) =>
        event.kind === "deliver" && event.message.dest === "n1",
    );
    expect(during).toHaveLength(0);
    sim.runUntil(42);
    const told = formatTrace(sim.trace, {
      nodes: ["n1"],
      kinds: ["resume", "deliver", "timer"],
      fromMs: 42,
    });
    expect(told.split("\n")).toEqual([
      "  42.0  n1 RESUME",
      "  42.0  n1 <- n2  tick",
      "  42.0  n1 timer tick",
      "  42.0  n1 <- n2  tick",
      "  42.0  n1 <- n2  tick",
    ]);
  });

  it("ends two pauses that overlap with the later one", () => {
    const faults: Fault[] = [
      { atMs: 1, kind: "pause", node: "n1", forMs: 50 },
      { atMs: 2, kind: "pause", node: "n1", forMs: 10 },
    ];
    const sim = talkers(["n1"], { faults });
    sim.runUntil(100);
    const resumes = sim.trace.filter(({ kind }) => kind === "resume");
    expect(resumes.map(({ atMs }) => atMs)).toEqual([51]);
  });

  it("delays all that a slow node sends", () => {
    const faults: Fault[] = [
      { atMs: 0, kind: "slow", node: "n1", extraMs: 20 },
      { atMs: 15, kind: "slow", node: "n1", extraMs: 0 },
    ];
    const sim = talkers(["n1", "n2"], { faults });
    sim.runUntil(36);
    const times = sim.trace.flatMap((event) =>
      event.kind === "deliver" && event.message.src === "n1"
        ? [event.atMs]
        : [],
    );
    // Said at 10, 20 and 30.
    expect(times).toEqual([25, 35, 35]);
  });

  it("changes the named options of the network and keeps the others", () => {
    const change = { messageLossProbability: 1 };
    const sim = talkers(["n1", "n2"], {
      network: { delayMs: { kind: "constant", ms: 1 } },
      faults: [{ atMs: 25, kind: "network", change }],
    });
    sim.runUntil(100);
    const last = sim.trace.findLast(({ kind }) => kind === "deliver");
    expect(last?.atMs).toBe(21);
    expect(count(sim.trace, "drop")).toBeGreaterThan(10);
  });
});

/** Counts on disk; promises to n2 what it wrote. */
const writer: Node<{ readonly count: number }> = {
  init: ({ disk }) => {
    const stored = typeof disk.count === "number" ? disk.count : 0;
    return [{ count: stored }, []];
  },
  step: (state) => {
    const count = state.count + 1;
    const effects: Effect[] = [
      { kind: "persist", key: "count", value: count },
      send("n2", { type: "promise", count }),
    ];
    return [{ count }, effects];
  },
};

describe("crash and restart", () => {
  const order = { src: "n2", dest: "n1", body: { type: "write" } };
  const run = (options: Partial<SimulationOptions>) => {
    const nodes = { n1: writer, n2: talker };
    const sim = simulate({
      seed: 1,
      nodes,
      checkPurity: true,
      ...options,
    });
    sim.inject(order);
    sim.runUntil(9);
    return sim;
  };
  const promises = (trace: readonly TraceEvent[]) =>
    trace.filter(
      (event) => event.kind === "send" && event.message.src === "n1",
    ).length;

  it("forgets all but the disk", () => {
    const sim = run({});
    sim.apply({ kind: "crash", node: "n1" });
    expect(sim.isUp("n1")).toBe(false);
    sim.apply({ kind: "restart", node: "n1" });
    expect(sim.isUp("n1")).toBe(true);
    expect(sim.state("n1")).toEqual({ count: 1 });
    expect(sim.disk("n1")).toEqual({ count: 1 });
  });

  it("takes from a node what it has not stored", () => {
    const sim = talkers(["n1", "n2"], {});
    sim.runUntil(30);
    const heard = () => sim.state<{ heard: Heard[] }>("n1").heard;
    expect(heard()).not.toEqual([]);
    sim.apply({ kind: "crash", node: "n1" });
    sim.apply({ kind: "restart", node: "n1" });
    expect(heard()).toEqual([]);
  });

  it("loses messages to a node that is down, and all its timers", () => {
    const faults: Fault[] = [
      { atMs: 1, kind: "crash", node: "n2" },
      { atMs: 8, kind: "restart", node: "n2" },
    ];
    const sim = talkers(["n1", "n2"], { faults });
    sim.apply({ kind: "crash", node: "n1" });
    sim.inject({ ...order, src: "n3", dest: "n2" });
    sim.runUntil(19);
    expect(formatTrace(sim.trace, { fromMs: 5 })).toBe(
      "   5.0  n2 x- n3  write  (node down)\n   8.0  n2 RESTART\n  18.0  n2 timer tick\n  18.0  n2 -> n1  tick",
    );
  });

  it("between persist and send keeps the write and loses the send", () => {
    const fault: Fault = {
      atMs: 0,
      kind: "crash",
      node: "n1",
      beforeEffect: 1,
    };
    const sim = run({ faults: [fault] });
    expect(sim.isUp("n1")).toBe(false);
    expect(sim.disk("n1")).toEqual({ count: 1 });
    expect(promises(sim.trace)).toBe(0);
    sim.apply({ kind: "restart", node: "n1" });
    expect(sim.state("n1")).toEqual({ count: 1 });
  });

  it("before the first effect loses both", () => {
    const crash = {
      kind: "crash",
      node: "n1",
      beforeEffect: 0,
    } as const;
    const sim = run({ faults: [{ atMs: 0, ...crash }] });
    expect(sim.isUp("n1")).toBe(false);
    expect(sim.disk("n1")).toEqual({});
    expect(promises(sim.trace)).toBe(0);
  });

  it("that still waits for a step is called off by a restart", () => {
    const sim = simulate({
      seed: 1,
      nodes: { n1: writer, n2: talker },
    });
    sim.apply({ kind: "crash", node: "n1", beforeEffect: 0 });
    sim.apply({ kind: "restart", node: "n1" });
    sim.inject(order);
    sim.runUntil(9);
    expect(sim.isUp("n1")).toBe(true);
    expect(sim.disk("n1")).toEqual({ count: 1 });
  });

  it("can be while it starts, after some of its effects", () => {
    const starter: Node<null> = {
      init: ({ disk }) => {
        const value = typeof disk.starts === "number" ? disk.starts : 0;
        const counted = value + 1;
        return [
          null,
          [
            { kind: "persist", key: "starts", value: counted },
            send("n2", { type: "promise", counted }),
          ],
        ];
      },
      step: () => [null, []],
    };
    const sim = simulate({
      seed: 1,
      nodes: { n1: starter, n2: talker },
      checkPurity: true,
    });
    const isCrashed = (beforeEffect: number) => {
      sim.apply({ kind: "crash", node: "n1" });
      sim.apply({ kind: "restart", node: "n1", beforeEffect });
      return !sim.isUp("n1");
    };
    expect(isCrashed(0)).toBe(true);
    expect(sim.disk("n1")).toEqual({ starts: 1 });
    expect(isCrashed(1)).toBe(true);
    expect(sim.disk("n1")).toEqual({ starts: 2 });
    expect(promises(sim.trace)).toBe(1);
    sim.apply({ kind: "restart", node: "n1" });
    expect(sim.isUp("n1")).toBe(true);
    expect(sim.disk("n1")).toEqual({ starts: 3 });
    expect(promises(sim.trace)).toBe(2);
    // Who is up does not start, and has no crash before it.
    sim.apply({ kind: "restart", node: "n1", beforeEffect: 0 });
    sim.inject(order);
    sim.runFor(20);
    expect(sim.isUp("n1")).toBe(true);
  });

  it("loses the last write on a disk that lies", () => {
    const sim = run({ disk: { lossProbability: 1 } });
    expect(promises(sim.trace)).toBe(1);
    sim.apply({ kind: "crash", node: "n1" });
    expect(sim.disk("n1")).toEqual({});
    expect(formatTrace(sim.trace.slice(-1))).toContain(
      "last write lost",
    );
  });

  it("and pause do nothing to a node that is down", () => {
    const sim = run({});
    sim.apply({ kind: "crash", node: "n1" });
    const before = sim.trace.length;
    sim.apply({ kind: "crash", node: "n1" });
    sim.apply({ kind: "pause", node: "n1", forMs: 50 });
    expect(sim.trace).toHaveLength(before);
    sim.apply({ kind: "restart", node: "n1" });
    const { count } = sim.disk("n1");
    sim.inject(order);
    sim.runFor(5);
    expect(sim.disk("n1").count).toBeGreaterThan(Number(count));
  });

  it("keeps what has outlived a crash over the next one", () => {
    const honest = write(emptyDisk, "key", 1);
    const once = crashDisk(honest, {}, 1).disk;
    const liar = { lossProbability: 1, tornProbability: 1 };
    expect(crashDisk(once, liar, 1)).toEqual({
      disk: once,
      damage: "none",
    });
    expect(crashDisk(honest, liar, 1).damage).toBe("lost");
  });

  it("tells of the messages that a paused node never read", () => {
    const sim = run({});
    sim.apply({ kind: "pause", node: "n1", forMs: 50 });
    sim.inject(order);
    sim.runFor(10);
    sim.apply({ kind: "crash", node: "n1" });
    const writes = sim.trace.flatMap((event) =>
      event.kind === "drop" && event.message.body.type === "write"
        ? [event.reason]
        : [],
    );
    expect(writes).toEqual(["down"]);
    // And it never reads them, however often it stands still again.
    const { count } = sim.disk("n1");
    sim.apply({ kind: "partition", groups: [["n1"], ["n2"]] });
    sim.apply({ kind: "restart", node: "n1" });
    sim.apply({ kind: "pause", node: "n1", forMs: 5 });
    sim.runFor(10);
    expect(sim.isUp("n1")).toBe(true);
    expect(sim.disk("n1")).toEqual({ count });
  });

  it("tears and loses as often, whatever the crash before did", () => {
    // One dice stood for a torn write and for the next crash's loss: so
    // where both were as likely, a loss followed upon every torn write.
    const odds = { lossProbability: 0.3, tornProbability: 0.5 };
    const written = write(emptyDisk, "key", "value");
    const damage: string[] = [];
    for (let nth = 0, dice = 7; nth < 5000; nth++) {
      damage.push(crashDisk(written, odds, dice).damage);
      dice = nextDice(dice);
    }
    for (const before of ["none", "lost", "torn"]) {
      const after = damage.filter((_, at) => damage[at - 1] === before);
      const share = (one: string) =>
        after.filter((other) => other === one).length / after.length;
      expect(share("lost")).toBeCloseTo(0.3, 1);
      expect(share("torn")).toBeCloseTo(0.7 * 0.5, 1);
    }
  });

  it("tears the last write on a disk that tears", () => {
    const recorder: Node<null> = {
      init: () => [
        null,
        [{ kind: "persist", key: "log", value: [1, 2, 3] }],
      ],
      step: () => [null, []],
    };
    const sim = simulate({
      seed: 1,
      nodes: { n1: recorder },
      disk: { tornProbability: 1 },
    });
    sim.apply({ kind: "crash", node: "n1" });
    expect(sim.disk("n1")).toEqual({ log: "[1," });
  });
});

describe("the hand on the run", () => {
  it("calls onStep after every step", () => {
    const stepped: string[] = [];
    const sim = talkers(["n1", "n2"], {
      onStep: (sim, node) => stepped.push(`${node} ${sim.nowMs}`),
    });
    sim.runUntil(15);
    expect(stepped).toEqual(["n1 10", "n2 10", "n2 15", "n1 15"]);
    expect(sim.steps).toBe(4);
  });

  it("writes notes into the trace", () => {
    const sim = simulate({ seed: 1, nodes: { n1: echo } });
    sim.note("n1", "hello");
    sim.note(null, "over");
    expect(formatTrace(sim.trace)).toBe(
      "   0.0  n1 -- hello\n   0.0  -- over",
    );
  });

  it("says which node does not exist", () => {
    const sim = simulate({ seed: 1, nodes: { n1: echo } });
    expect(() => sim.state("n9")).toThrow('There is no node "n9".');
  });

  it("keeps no trace when told so, and runs the same", () => {
    const question = [{ type: "echo", echo: "x" }];
    const client = scriptedClient(question, {
      targets: ["n1"],
      timeoutMs: 20,
    });
    const nodes = { n1: echo, c1: client };
    const sim = simulate({ seed: 1, nodes, keepTrace: false });
    sim.runUntil(50);
    expect(sim.trace).toEqual([]);
    expect(sim.state("n1")).toEqual({ echoed: 1 });
  });
});

describe("the check of purity", () => {
  const on = (node: Node<unknown>) => {
    const sim = simulate({
      seed: 1,
      nodes: { n1: node },
      checkPurity: true,
    });
    sim.inject({
      src: "c1",
      dest: "n1",
      body: { type: "x", list: [] },
    });
    sim.runUntil(10);
  };
  const silent: readonly Effect[] = [];

  it("catches a step that changes the state it was given", () => {
    const node: Node<{ count: number }> = {
      init: () => [{ count: 0 }, silent],
      step: (state) => {
        state.count += 1;
        return [state, silent];
      },
    };
    expect(() => on(node)).toThrow(
      "step changed the state it was given",
    );
  });

  it("catches a step that changes the message", () => {
    const node: Node<null> = {
      init: () => [null, silent],
      step: (_, { event }) => {
        if (event.kind === "message") {
          (event.message.body.list as string[]).push("mine");
        }
        return [null, silent];
      },
    };
    expect(() => on(node)).toThrow("step changed its input");
  });

  it("catches a step that remembers something outside of the state", () => {
    let calls = 0;
    const node: Node<number> = {
      init: () => [0, silent],
      step: () => {
        calls += 1;
        return [calls, silent];
      },
    };
    expect(() => on(node)).toThrow("step gave two answers");
  });

  it("catches a set outside of the state, which knows a name again", () => {
    const seen = new Set<number>();
    const node: Node<number> = {
      init: () => [0, [setTimer("tick", 1)]],
      step: (_, { nowMs }) => [
        seen.add(nowMs).size,
        [setTimer("tick", 1)],
      ],
    };
    expect(() => on(node)).toThrow("answers an old question anew");
  });

  it.each([
    ["Date", () => Date.now()],
    ["Date", () => new Date().getFullYear()],
    ["now", () => Math.floor(performance.now() / 1e9)],
    ["random", () => Math.floor(Math.random())],
    ["setTimeout", () => setTimeout(() => {}) && 0],
  ])("catches a step that uses %s, and gives it back", (name, use) => {
    const node: Node<number> = {
      init: () => [0, silent],
      step: () => [use(), silent],
    };
    expect(() => on(node)).toThrow(`step used ${name}`);
    expect(use).not.toThrow();
  });

  it("catches an init that is not a function of its setup", () => {
    let calls = 0;
    const node: Node<number> = {
      init: () => {
        calls += 1;
        return [calls, silent];
      },
      step: (state) => [state, silent],
    };
    expect(() => on(node)).toThrow("init gave two answers");
  });

  it("catches an init that changes what is on the disk", () => {
    const node: Node<null> = {
      init: ({ disk }) => {
        Object.assign(disk, { mine: 1 });
        return [null, silent];
      },
      step: (state) => [state, silent],
    };
    expect(() => on(node)).toThrow("init changed its setup");
  });

  it.each([
    ["a Map", { m: new Map() }, "state.m is of class Map"],
    ["infinity", { a: [1, Infinity] }, "state.a.1 is Infinity"],
    ["a bigint", { n: { b: 1n } }, "bigint|BigInt"],
    ["undefined in a list", { a: [undefined] }, "state.a.0 is of type"],
  ])("catches %s in the state", (_, state, message) => {
    const node: Node<unknown> = {
      init: () => [null, silent],
      step: () => [state, silent],
    };
    expect(() => on(node)).toThrow(new RegExp(message));
  });

  it("is silent about a pure node", () => {
    expect(() => on(talker)).not.toThrow();
  });
});
