/**
 * Many seeds, many faults, the invariants after each step; then calm, and
 * every value is acknowledged, and none of them lost or doubled.
 */
import { describe, expect, test } from "vitest";
import { crashAndRestart, swarm } from "../kernel/faults.ts";
import type { Node } from "../kernel/node.ts";
import { seeds } from "../seeds.ts";
import { confirmedByAll } from "./ack.scenario.ts";
import { answerEarly, truncateToWatermark } from "./broken.ts";
import { type Broker, broker } from "./broker.ts";
import {
  brokerOptions,
  brokers,
  cluster,
  committedValues,
  compare,
  leaderOf,
  partition,
} from "./cluster.scenario.ts";
import { look, nothingSeen } from "./invariants.ts";
import { type ProducerState, producer } from "./producer.ts";

const untilMs = 2500;

function storm(
  seed: number,
  node: Node<Broker>,
  producerId: number | null = 7,
) {
  const nodes = [...brokers, "k1"];
  const weather = swarm(seed, { nodes, untilMs, pauseMsMax: 200 });
  const p1 = producer({
    brokers,
    partition,
    acks: "all",
    producerId,
    values: Array.from({ length: 50 }, (_, at) => at + 1),
    startMs: 200,
    everyMs: 25,
    timeoutMs: 80,
  });
  const sim = cluster({
    ...weather,
    seed,
    node,
    clients: { p1 },
    keepTrace: false,
  });
  sim.runUntil(untilMs);
  return sim;
}

/** Each was wrong once. */
const named: readonly (readonly [number, string])[] = [
  [307, "a deposed leader misses a record, and the producer gave up"],
  [1065, "the same"],
  [1596, "the same"],
];

describe("safe in any storm, live after it", () => {
  test.each(named)("seed %i: %s", (seed) => {
    const sim = storm(seed, broker(brokerOptions));
    sim.runFor(6000);
    const { acked, failure } = sim.state<ProducerState>("p1");
    expect([acked.length, failure]).toEqual([50, null]);
  });

  test.each(seeds(12))(
    "acks=all and a producer id: nothing lost, nothing twice, seed %i",
    (seed) => {
      const sim = storm(seed, broker(brokerOptions));
      sim.runFor(6000);
      const { acked, failure } = sim.state<ProducerState>("p1");
      expect(failure).toBe(null);
      expect(acked.length).toBe(50);
      const found = committedValues(sim, leaderOf(sim));
      expect(compare(acked, found)).toEqual({ lost: 0, duplicated: 0 });
      expect(found).toEqual(acked);
      for (const id of brokers) {
        expect(committedValues(sim, id)).toEqual(found);
      }
    },
  );
});

describe("the invariants, and the count, catch", () => {
  /** What the first seed that shows it says; "" if none does. */
  function caught(
    node: Node<Broker>,
    producerId: number | null,
    seedsMax: number,
  ): string {
    for (let seed = 1; seed <= seedsMax; seed++) {
      try {
        const sim = storm(seed, node, producerId);
        sim.runFor(3000);
        const { acked } = sim.state<ProducerState>("p1");
        const found = committedValues(sim, leaderOf(sim));
        const { lost, duplicated } = compare(acked, found);
        if (lost > 0) return "lost";
        if (duplicated > 0) return "duplicated";
      } catch (error) {
        return String(error);
      }
    }
    return "";
  }
  const right = broker(brokerOptions);

  test("followers that cut off at their high watermark (KIP-101)", () => {
    const told = caught(truncateToWatermark(right), 7, 60);
    expect(told).toMatch(/Leader complete|Committed for ever/);
  });

  test("a leader that says all and does 1", () => {
    expect(caught(answerEarly(right), 7, 60)).toBe("lost");
  });

  test("a producer without an id: tried again is written again", () => {
    expect(caught(right, null, 20)).toBe("duplicated");
  });

  test("a controller that elects whoever lives", () => {
    const told = () => {
      const { sim } = confirmedByAll(1, true);
      let memory = nothingSeen;
      for (const id of brokers) memory = look(memory, sim.state(id));
    };
    expect(told).not.toThrow();
    expect(confirmedByAll(1, true).isLost).toBe(true);
    expect(confirmedByAll(1, false).isLost).toBe(false);
  });
});

test("no step changes what it was given, or hides anything", () => {
  const sim = cluster({
    seed: 3,
    checkPurity: true,
    faults: crashAndRestart("n1", 500, 300),
    clients: {
      p1: producer({
        brokers,
        partition,
        acks: "all",
        producerId: 7,
        values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        startMs: 200,
        everyMs: 40,
        timeoutMs: 80,
      }),
    },
  });
  sim.runUntil(2000);
  expect(committedValues(sim, leaderOf(sim)).length).toBe(10);
});
