/** State by gossip: anti-entropy, checksums, the flipped bit, sums. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { swarm } from "../kernel/faults.ts";
import type { Body, Node } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import {
  antiEntropy,
  merge,
  type State,
  type Table,
} from "./anti-entropy.ts";
import { checksum, crc32 } from "./checksum.ts";
import {
  flipAtMs,
  holding,
  ids,
  illCard,
  rejected,
} from "./flipped-bit.scenario.ts";
import {
  type Counted,
  countedPushSum,
  estimate,
  type Mass,
  plus,
  pushSum,
  receive,
  type State as SumState,
} from "./push-sum.ts";

describe("the checksum", () => {
  test("is CRC-32: of 123456789 it is cbf43926, as in every catalog", () => {
    // Two bytes a character here, so that all of Unicode counts.
    const bytes = "\u3231\u3433\u3635\u3837";
    expect(crc32(bytes).toString(16)).toBe(bitwise([..."12345678"]));
    expect(bitwise([..."123456789"])).toBe("cbf43926");
    expect(crc32("")).toBe(0);
  });

  /** The same, bit by bit from the definition: a second opinion. */
  function bitwise(letters: readonly string[]): string {
    let crc = 0xffffffff;
    for (const letter of letters) {
      for (let bit = 0; bit < 8; bit++) {
        const isOdd = (crc ^ (letter.charCodeAt(0) >> bit)) & 1;
        crc = isOdd ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
      }
    }
    return (~crc >>> 0).toString(16);
  }

  test("finds every single flipped bit", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.nat(),
        fc.nat(15),
        (text, place, bit) => {
          const at = place % text.length;
          const wrong = text.charCodeAt(at) ^ (1 << bit);
          const flipped =
            text.slice(0, at) +
            String.fromCharCode(wrong) +
            text.slice(at + 1);
          expect(crc32(flipped)).not.toBe(crc32(text));
        },
      ),
      { seed: 1 },
    );
  });

  test("is of the text of a value, in the order of its fields", () => {
    expect(checksum({ a: 1, b: 2 })).toBe(crc32('{"a":1,"b":2}'));
    expect(checksum({ b: 2, a: 1 })).not.toBe(checksum({ a: 1, b: 2 }));
  });
});

const entry = fc.nat(5).map((version) => ({
  version,
  // One owner never gives two values one version.
  value: `v${version}`,
}));
const table = fc.dictionary(fc.constantFrom("a", "b", "c"), entry);
const sorted = (all: Table) =>
  Object.entries(all).sort(([one], [other]) => (one < other ? -1 : 1));

describe("the merge of two tables", () => {
  test("is commutative, associative and idempotent", () => {
    fc.assert(
      fc.property(table, table, table, (x, y, z) => {
        expect(sorted(merge(x, y))).toEqual(sorted(merge(y, x)));
        expect(sorted(merge(merge(x, y), z))).toEqual(
          sorted(merge(x, merge(y, z))),
        );
        expect(merge(x, x)).toEqual(x);
      }),
      { seed: 1 },
    );
  });

  test("keeps the newer, and its own of two that are as new", () => {
    const mine = { a: { version: 2, value: "mine" } };
    const theirs = (version: number) => ({
      a: { version, value: "x" },
    });
    expect(merge(mine, theirs(1))).toEqual(mine);
    expect(merge(mine, theirs(2))).toEqual(mine);
    expect(merge(mine, theirs(3))).toEqual(theirs(3));
    expect(merge({}, theirs(0))).toEqual(theirs(0));
  });
});

describe("anti-entropy", () => {
  const modes = ["push", "pull", "push-pull"] as const;
  const options = { periodMs: 100, isChecked: true };

  test.each(modes)("by %s all learn all", (mode) => {
    const node = antiEntropy({ ...options, mode });
    const sim = simulate({
      seed: 1,
      nodes: Object.fromEntries(ids.map((id) => [id, node])),
      keepTrace: false,
      checkPurity: true,
    });
    sim.runUntil(1500);
    for (const id of ids)
      expect(Object.keys(sim.state<State>(id).table)).toHaveLength(8);
  });

  test.each([
    ["push", 1, 0],
    ["pull", 0, 1],
    ["push-pull", 1, 1],
  ] as const)(
    "%s: what is sent, what comes back",
    (mode, there, back) => {
      const node = antiEntropy({ ...options, mode });
      const make = (id: string, peer: string) =>
        node.init({
          id,
          peers: [peer],
          disk: {},
          nowMs: 0,
          dice: 1,
        })[0];
      const [a, b] = [make("a", "b"), make("b", "a")];
      const tick = { kind: "timer", name: "compare" } as const;
      const [, effects] = node.step(a, {
        event: tick,
        nowMs: 0,
        dice: 1,
      });
      const [timer, sent] = effects;
      expect(timer).toEqual({
        kind: "set-timer",
        name: "compare",
        afterMs: 100,
      });
      if (sent?.kind !== "send") throw new Error("nothing was sent");
      const hear = (state: State, body: Body) => {
        const message = { src: "a", dest: "b", body };
        const event = { kind: "message", message } as const;
        return node.step(state, { event, nowMs: 0, dice: 1 });
      };
      const [after, answers] = hear(b, sent.body);
      expect("a" in after.table).toBe(there === 1);
      expect(answers).toHaveLength(back);
      for (const answer of answers) {
        if (answer.kind !== "send") throw new Error("no answer");
        expect(answer.body.type).toBe("push");
        const [learned, more] = hear(a, answer.body);
        expect("b" in learned.table).toBe(true);
        expect(more).toEqual([]);
      }
    },
  );

  test("throws a message away whose checksum is wrong, and does not answer it", () => {
    const node = antiEntropy({ ...options, mode: "push-pull" });
    const setup = { id: "b", peers: [], disk: {}, nowMs: 0, dice: 1 };
    const [state] = node.init(setup);
    const theirs = { a: { version: 1, value: "up" } };
    const hear = (sum: number) => {
      const body = { type: "push-pull", table: theirs, sum };
      const message = { src: "a", dest: "b", body };
      const event = { kind: "message", message } as const;
      return node.step(state, { event, nowMs: 0, dice: 1 });
    };
    const right = checksum(theirs);
    expect(hear(right)[0].table).toEqual({ ...state.table, ...theirs });
    expect(hear(right + 1)).toEqual([{ ...state, rejected: 1 }, []]);
  });

  test("alone it does nothing but wait", () => {
    const node = antiEntropy({ ...options, mode: "push" });
    const setup = { id: "a", peers: [], disk: {}, nowMs: 0, dice: 1 };
    const event = { kind: "timer", name: "compare" } as const;
    const [, effects] = node.step(node.init(setup)[0], {
      event,
      nowMs: 0,
      dice: 1,
    });
    expect(effects).toHaveLength(1);
  });

  test.each(seeds(5))(
    "a new value reaches all after any storm, seed %i",
    (seed) => {
      const node = antiEntropy({ ...options, mode: "push-pull" });
      const three = ids.slice(0, 3);
      const { network, clocks, faults } = swarm(seed, {
        nodes: three,
        untilMs: 3000,
        kinds: ["halves", "isolate", "one-way", "pause", "slow"],
      });
      const sim = simulate({
        seed,
        nodes: Object.fromEntries(three.map((id) => [id, node])),
        network,
        clocks,
        faults,
        keepTrace: false,
      });
      for (const [at, value] of ["x", "y", "z"].entries()) {
        sim.runFor(700);
        const dest = three[at] ?? "";
        const body = { type: "set", value };
        sim.inject({ src: dest, dest, body });
      }
      sim.runUntil(6000);
      for (const id of three) {
        const held = sim.state<State>(id).table;
        expect(three.map((owner) => held[owner])).toEqual(
          ["x", "y", "z"].map((value) => ({ version: 2, value })),
        );
      }
    },
  );
});

describe("one flipped bit (the mechanism of S3, 2008-07-20)", () => {
  const stopAndStart = (sim: Simulation, restMs: number) => {
    for (const id of ids) sim.apply({ kind: "crash", node: id });
    sim.runFor(restMs);
    for (const id of ids) sim.apply({ kind: "restart", node: id });
    sim.runFor(10_000);
  };

  test.each(seeds(4))(
    "is everywhere soon, and stays; with checksums nowhere, seed %i",
    (seed) => {
      const [bare, checked] = [
        illCard(seed, false),
        illCard(seed, true),
      ];
      for (const sim of [bare, checked]) {
        sim.runUntil(flipAtMs - 1);
        expect(holding(sim, "up")).toBe(8);
        sim.runUntil(30_000);
      }
      expect(holding(bare, "down")).toBe(8);
      expect(holding(checked, "down")).toBe(0);
      expect(rejected(checked)).toBeGreaterThan(0);
      expect(rejected(bare)).toBe(0);
    },
  );

  test("survives restarts one by one, and one of all that leaves messages under way", () => {
    const sim = illCard(7, false);
    sim.runUntil(30_000);
    for (const id of ids) {
      sim.apply({ kind: "crash", node: id });
      sim.apply({ kind: "restart", node: id });
      sim.runFor(5000);
    }
    expect(holding(sim, "down")).toBe(8);
    sim.runFor(1);
    stopAndStart(sim, 0);
    expect(holding(sim, "down")).toBe(8);
    stopAndStart(sim, 1000);
    expect(holding(sim, "up")).toBe(8);
  });
});

describe("push-sum (Kempe et al., FOCS 2003)", () => {
  const values = Object.fromEntries(ids.map((id, at) => [id, at * 10]));
  const trueMean = 35;

  function run<S>(
    node: Node<S>,
    messageLossProbability: number,
    untilMs = 5000,
  ) {
    const nodes = Object.fromEntries(ids.map((id) => [id, node]));
    const network = {
      messageLossProbability,
      delayMs: { kind: "uniform", min: 1, max: 60 },
    } as const;
    const sim = simulate({ seed: 1, nodes, network });
    sim.runUntil(untilMs);
    return sim;
  }

  /** All that nodes hold, and all that is under way. */
  function massOf(sim: Simulation): Mass {
    const ways = new Map<number, Mass>();
    for (const event of sim.trace) {
      if (event.kind === "send")
        ways.set(event.id, event.message.body.mass as Mass);
      if (event.kind === "deliver") ways.delete(event.id);
    }
    const held = ids.map((id) => sim.state<SumState>(id).mass);
    return [...held, ...ways.values()].reduce(plus);
  }

  test("conserves mass, and so all come to know the mean", () => {
    const sim = run(pushSum(values, 50), 0);
    const mass = massOf(sim);
    expect(mass.sum).toBeCloseTo(280, 9);
    expect(mass.weight).toBeCloseTo(8, 9);
    for (const id of ids)
      expect(estimate(sim.state<SumState>(id).mass)).toBeCloseTo(
        trueMean,
        6,
      );
  });

  test("is wrong forever when messages are lost, and mass with them", () => {
    const sim = run(pushSum(values, 50), 0.2);
    const held = ids.map((id) => sim.state<SumState>(id).mass);
    expect(held.reduce(plus).weight).toBeLessThan(0.1);
    const estimates = held.map(estimate);
    // They agree, on something else.
    const [first = 0] = estimates;
    for (const one of estimates) expect(one).toBeCloseTo(first, 3);
    expect(Math.abs(first - trueMean)).toBeGreaterThan(0.5);
  });

  test("with running totals a lost message costs only time", () => {
    const sim = run(countedPushSum(values, 50), 0.2, 15_000);
    for (const id of ids)
      expect(estimate(sim.state<Counted>(id).mass)).toBeCloseTo(
        trueMean,
        3,
      );
  });

  test("running totals: late and doubled messages add nothing", () => {
    const node = countedPushSum({ a: 4 }, 50);
    const setup = {
      id: "a",
      peers: ["b"],
      disk: {},
      nowMs: 0,
      dice: 1,
    };
    const [state] = node.init(setup);
    const total = { sum: 3, weight: 1 };
    const once = receive(state, "b", total);
    expect(once.mass).toEqual({ sum: 7, weight: 2 });
    expect(receive(once, "b", total)).toBe(once);
    expect(receive(once, "b", { sum: 9, weight: 0.5 })).toBe(once);
    const more = receive(once, "b", { sum: 4, weight: 1.5 });
    expect(more.mass).toEqual({ sum: 8, weight: 2.5 });
  });

  test.each([pushSum({ a: 4 }, 50), countedPushSum({ a: 4 }, 50)])(
    "alone it keeps what it has",
    (node: Node<SumState> | Node<Counted>) => {
      const sim = simulate({ seed: 1, nodes: { a: node } });
      sim.runUntil(200);
      const { mass } = sim.state<SumState>("a");
      expect(mass).toEqual({ sum: 4, weight: 1 });
    },
  );
});
