import { describe, expect, it } from "vitest";
import { echo } from "../echo/echo.ts";
import {
  chaos,
  chaosKinds,
  crashAndRestart,
  crashAtStart,
  type Fault,
  swarm,
  swizzle,
} from "./faults.ts";
import { minimize, type Schedule } from "./minimize.ts";
import { simulate } from "./simulator.ts";

const nodes = ["n1", "n2", "n3", "n4", "n5"];
const seeds = Array.from({ length: 200 }, (_, at) => at);

describe("chaos", () => {
  const drawn = (seed: number) =>
    chaos(seed, { nodes, untilMs: 20_000 });

  it("draws the same faults for the same seed, others for another", () => {
    expect(drawn(3)).toEqual(drawn(3));
    expect(drawn(3)).not.toEqual(drawn(4));
  });

  it("draws every kind of fault", () => {
    const kinds = new Set(
      seeds.flatMap((seed) => drawn(seed).map(kindOf)),
    );
    expect([...kinds].sort()).toEqual([
      "clock-jump",
      "crash",
      "cut",
      "heal",
      "network",
      "partition",
      "pause",
      "restart",
      "slow",
    ]);
  });

  it("keeps to the kinds, the nodes and the time it was given", () => {
    for (const seed of seeds.slice(0, 50)) {
      const faults = chaos(seed, {
        nodes: ["n1", "n2"],
        fromMs: 500,
        untilMs: 9000,
        kinds: ["crash"],
      });
      const kinds = new Set(faults.map(kindOf));
      expect([...kinds].sort()).toEqual([
        "crash",
        "heal",
        "network",
        "restart",
      ]);
      for (const fault of faults) {
        expect(fault.atMs).toBeGreaterThanOrEqual(500);
        expect(fault.atMs).toBeLessThanOrEqual(9000);
        if ("node" in fault) expect(["n1", "n2"]).toContain(fault.node);
      }
    }
  });

  it("crashes a start only where it is told to", () => {
    const cutOff = (faults: readonly Fault[]) =>
      faults.flatMap((fault) =>
        fault.kind === "restart" ? (fault.beforeEffect ?? []) : [],
      );
    const kinds = ["crash-at-start"] as const;
    const told = seeds.flatMap((seed) =>
      cutOff(chaos(seed, { nodes, untilMs: 20_000, kinds })),
    );
    expect([...new Set(told)].toSorted()).toEqual([0, 1, 2, 3]);
    expect(seeds.flatMap((seed) => cutOff(drawn(seed)))).toEqual([]);
  });

  it("leaves everybody up, connected and quick in the end", () => {
    for (const seed of seeds.slice(0, 100)) {
      const sim = simulate({
        seed,
        nodes: Object.fromEntries(nodes.map((id) => [id, echo])),
        faults: drawn(seed),
      });
      sim.runUntil(20_000);
      for (const src of nodes) {
        for (const dest of nodes) {
          sim.inject({ src, dest, body: { type: "hello" } });
        }
      }
      sim.runFor(5);
      const arrived = sim.trace.filter(
        (event) => event.kind === "deliver" && event.atMs >= 20_000,
      );
      expect(arrived).toHaveLength(25);
    }
  });
});

describe("swarm", () => {
  const options = { nodes, untilMs: 30_000 };

  it("is repeatable, and mixes differently by seed", () => {
    expect(swarm(5, options)).toEqual(swarm(5, options));
    const mixes = seeds.map((seed) =>
      [...new Set(swarm(seed, options).faults.map(kindOf))]
        .sort()
        .join(),
    );
    expect(new Set(mixes).size).toBeGreaterThan(20);
  });

  it("heals and restarts even where it draws no fault", () => {
    const kinds = ["crash"] as const;
    const calm = seeds
      .map((seed) => swarm(seed, { ...options, kinds }).faults)
      .filter((faults) => faults.every(({ kind }) => kind !== "crash"));
    expect(calm.length).toBeGreaterThan(70);
    for (const faults of calm) {
      expect(faults.map(kindOf)).toEqual([
        "heal",
        "network",
        ...nodes.map(() => "restart"),
      ]);
    }
  });

  it("leaves loss out of about half of the runs", () => {
    const lossless = seeds.filter(
      (seed) =>
        swarm(seed, options).network.messageLossProbability === 0,
    );
    expect(lossless.length).toBeGreaterThan(70);
    expect(lossless.length).toBeLessThan(130);
  });
});

describe("fault lists with a name", () => {
  it("a swizzle takes the nodes away one by one, and back again", () => {
    const faults = swizzle(1, nodes, 100, 10);
    const aloneAt = (atMs: number) =>
      faults.flatMap((fault) =>
        fault.kind === "partition" && fault.atMs === atMs
          ? [fault.groups[0]?.[0] ?? ""]
          : [],
      );
    const times = Array.from({ length: 10 }, (_, at) => 100 + at * 10);
    const counts = times.map((atMs) => aloneAt(atMs).length);
    expect(counts).toEqual([1, 2, 3, 4, 5, 4, 3, 2, 1, 0]);
    expect(aloneAt(140).toSorted()).toEqual(nodes);
    expect(faults.at(-1)).toEqual({ atMs: 190, kind: "heal" });
    expect(swizzle(2, nodes, 100, 10)).not.toEqual(faults);
  });

  it("a crash comes with its restart", () => {
    expect(crashAndRestart("n1", 10, 5, 2)).toEqual([
      { atMs: 10, kind: "crash", node: "n1", beforeEffect: 2 },
      { atMs: 15, kind: "restart", node: "n1" },
    ]);
  });

  it("a crash at the start comes with a start that is whole", () => {
    expect(crashAtStart("n1", 10, 6, 2)).toEqual([
      { atMs: 10, kind: "crash", node: "n1" },
      { atMs: 13, kind: "restart", node: "n1", beforeEffect: 2 },
      { atMs: 16, kind: "restart", node: "n1" },
    ]);
  });

  it("has as many kinds of chaos as are drawn", () => {
    expect(new Set(chaosKinds).size).toBe(chaosKinds.length);
  });
});

describe("minimize", () => {
  /** Fails when both n2 and n4 have crashed by the end. */
  const fails = ({ faults, untilMs }: Schedule) =>
    ["n2", "n4"].every((node) =>
      faults.some(
        (fault) =>
          fault.kind === "crash" &&
          fault.node === node &&
          fault.atMs <= untilMs,
      ),
    );

  it("leaves only the faults that matter, and ends soon after them", () => {
    const faults = seeds.flatMap((seed) =>
      chaos(seed, { nodes, untilMs: 3000 }),
    );
    const long = { faults, untilMs: 60_000 };
    const short = minimize(long, fails);
    expect(short.faults.map((fault) => fault.kind)).toEqual([
      "crash",
      "crash",
    ]);
    expect(fails(short)).toBe(true);
    const last = Math.max(...short.faults.map(({ atMs }) => atMs));
    expect(short.untilMs).toBe(Math.max(1, last));
    expect(short.runs).toBeLessThan(400);
  });

  it("finds a real run's cause: the echo that was never answered", () => {
    const faults: Fault[] = [
      ...chaos(9, { nodes: ["n2"], untilMs: 900, kinds: ["crash"] }),
      ...crashAndRestart("n1", 2, 100),
      { atMs: 950, kind: "pause", node: "n1", forMs: 10 },
    ];
    const isUnanswered = ({ faults, untilMs }: Schedule) => {
      const sim = simulate({
        seed: 1,
        nodes: { n1: echo, n2: echo },
        faults,
      });
      sim.inject({
        src: "n2",
        dest: "n1",
        body: { type: "echo", msg_id: 1 },
      });
      sim.runUntil(untilMs);
      return sim.trace.some(
        (event) => event.kind === "drop" && event.reason === "down",
      );
    };
    const short = minimize({ faults, untilMs: 1000 }, isUnanswered);
    expect(short.faults).toEqual([
      { atMs: 2, kind: "crash", node: "n1" },
    ]);
    expect(short.untilMs).toBe(5);
  });

  it("leaves no needless fault where a shorter run makes one so", () => {
    const crashOf = (node: string): Fault => ({
      atMs: 1,
      kind: "crash",
      node,
    });
    // With n3 it shows late, with n2 at any time, with n1 alone early.
    const isOdd = ({ faults, untilMs }: Schedule) => {
      const has = (node: string) =>
        faults.some((fault) => "node" in fault && fault.node === node);
      if (!has("n1")) return false;
      if (has("n2")) return has("n3") ? untilMs >= 60 : true;
      return untilMs < 50;
    };
    const faults = ["n1", "n2", "n3"].map(crashOf);
    const short = minimize({ faults, untilMs: 100 }, isOdd);
    expect(short.faults).toEqual([crashOf("n1")]);
    expect(isOdd(short)).toBe(true);
  });

  it("refuses a schedule that does not fail", () => {
    expect(() => minimize({ faults: [], untilMs: 10 }, fails)).toThrow(
      "does not fail",
    );
  });
});

function kindOf(fault: Fault): string {
  return fault.kind;
}
