/** Transactions (KIP-98, KIP-890): exactly once from log to log. */
import { describe, expect, test } from "vitest";
import { type ChaosKind, chaosKinds, swarm } from "../kernel/faults.ts";
import type { Body, Json } from "../kernel/node.ts";
import { seeds } from "../seeds.ts";
import { offsetsAtOnce } from "./broken.ts";
import { brokers } from "./cluster.scenario.ts";
import {
  type GroupState,
  groupCoordinator,
} from "./group-coordinator.ts";
import { lateWrite } from "./hanging.scenario.ts";
import {
  type Coordinator,
  transactionCoordinator,
} from "./transaction-coordinator.ts";
import {
  coordinatorOptions,
  doubling,
  groupOptions,
  numbers,
  outputOf,
  transformerOptions,
} from "./transform.scenario.ts";
import { transformer } from "./transformer.ts";

const untilMs = 2000;
const doubles = numbers.map((number) => number * 2);

function storm(
  seed: number,
  g1 = groupCoordinator(groupOptions),
  kinds: readonly ChaosKind[] = chaosKinds,
) {
  const nodes = [...brokers, "k1", "t1", "g1", "x1", "x2"];
  const weather = swarm(seed, {
    nodes,
    untilMs,
    pauseMsMax: 150,
    kinds,
  });
  const x = transformer(transformerOptions);
  const sim = doubling({
    ...weather,
    seed,
    keepTrace: false,
    transformers: { x1: x, x2: x },
    clients: { g1 },
  });
  sim.runUntil(untilMs);
  // One is enough, and the other would fence it for ever.
  sim.apply({ kind: "crash", node: "x2" });
  sim.runFor(6000);
  return sim;
}

describe("each input has exactly one output", () => {
  test.each(seeds(8))(
    "two transformers of one name in a storm, seed %i",
    (seed) => {
      const sim = storm(seed);
      expect(outputOf(sim)).toEqual(doubles);
    },
  );

  test.each(seeds(6))("with starts cut off, seed %i", (seed) => {
    const kinds = ["crash-at-start", "isolate", "pause"] as const;
    const g1 = groupCoordinator(groupOptions);
    expect(outputOf(storm(seed, g1, kinds))).toEqual(doubles);
  });

  /** A leader of long ago that wakes is not the latest one's rival. */
  test.each([989, 1044, 2056])(
    "the invariants bear with sleepers, seed %i",
    (seed) => {
      expect(outputOf(storm(seed))).toEqual(doubles);
    },
  );

  test("though there is more in the log than committed readers see", () => {
    const sim = storm(3);
    const all = outputOf(sim, "read_uncommitted");
    expect(all.length).toBeGreaterThan(doubles.length);
    expect(new Set(all)).toEqual(new Set(doubles));
  });

  test("not if offsets count before the transaction does", () => {
    const early = offsetsAtOnce(groupCoordinator(groupOptions));
    const wrong = [1, 2, 3, 4, 5, 6, 7, 8].some((seed) => {
      const output = outputOf(storm(seed, early));
      return JSON.stringify(output) !== JSON.stringify(doubles);
    });
    expect(wrong).toBe(true);
  });

  test("and no step changes what it was given, or hides anything", () => {
    const sim = doubling({ seed: 1, checkPurity: true });
    sim.runUntil(900);
    const output = outputOf(sim);
    expect(output.length).toBeGreaterThan(5);
    expect(output).toEqual(doubles.slice(0, output.length));
    const { group } = sim.state<GroupState>("g1");
    expect(group.offsets["in-0"]).toBeGreaterThanOrEqual(output.length);
  });
});

describe("the coordinator", () => {
  type Say = readonly [Body, number?];
  /** What it becomes, and its answers to c1, in order. */
  function play(says: readonly Say[], reuseEpoch = false) {
    const options = { ...coordinatorOptions, reuseEpoch };
    const node = transactionCoordinator(options);
    const setup = { id: "t1", peers: [], disk: {}, nowMs: 0, dice: 1 };
    let state: Coordinator = node.init(setup)[0];
    const answers: Json[] = [];
    const markers: Body[] = [];
    for (const [body, nowMs = 0] of says) {
      const message = { src: "c1", dest: "t1", body };
      const event =
        body.type === "tick"
          ? ({ kind: "timer", name: "tick" } as const)
          : ({ kind: "message", message } as const);
      const [next, effects] = node.step(state, {
        event,
        nowMs,
        dice: 1,
      });
      state = next;
      for (const effect of effects) {
        if (effect.kind !== "send") continue;
        const { type, in_reply_to: _, ...rest } = effect.body;
        if (type === "write_marker") markers.push(effect.body);
        else answers.push(rest.text ?? rest);
      }
    }
    return { txn: state.transactions.a, answers, markers };
  }
  const init: Body = { type: "init_producer", transactionalId: "a" };
  const as = (producerEpoch: number, producerId = 1) => ({
    transactionalId: "a",
    producerId,
    producerEpoch,
  });
  const add = (epoch: number, ...partitions: string[]): Body => ({
    type: "add_partitions",
    ...as(epoch),
    partitions,
  });
  const end = (epoch: number, outcome = "commit"): Body => ({
    type: "end_transaction",
    ...as(epoch),
    outcome,
  });
  const marked = (partition: string, epoch: number): Body => ({
    type: "produce_ok",
    in_reply_to: ["a", partition, epoch],
  });

  test("gives an id for a name, and a higher epoch each time", () => {
    const other = { ...init, transactionalId: "b" };
    const { answers } = play([[init], [init], [other]]);
    expect(answers).toEqual([
      { producerId: 1, producerEpoch: 0 },
      { producerId: 1, producerEpoch: 1 },
      { producerId: 2, producerEpoch: 0 },
    ]);
  });

  test("fences the epochs of before, and other ids", () => {
    const wrongId = { ...add(1, "p"), producerId: 2 };
    const { answers } = play([
      [init],
      [init],
      [add(0, "p")],
      [end(0)],
      [wrongId],
    ]);
    expect(answers.slice(2)).toEqual(Array(3).fill("PRODUCER_FENCED"));
  });

  test("decides first, and writes a marker to each partition then", () => {
    const begun: Say[] = [
      [init],
      [add(0, "p")],
      [add(0, "p", "group")],
    ];
    const { txn, answers, markers } = play([...begun, [end(0)]]);
    expect(txn).toMatchObject({
      status: "commit",
      endsEpoch: 0,
      producerEpoch: 1,
      partitions: ["p", "group"],
    });
    expect(answers.at(-1)).toEqual({ producerEpoch: 1 });
    // One for each broker, since any of them may lead; one for offsets.
    expect(markers.length).toBe(4);
    const again = play([...begun, [end(0)], [{ type: "tick" }]]);
    expect(again.markers.length).toBe(8);
  });

  test("is busy until the last marker is written", () => {
    const says: Say[] = [
      [init],
      [add(0, "p", "q")],
      [end(0)],
      [marked("p", 0)],
    ];
    const busy = play([...says, [add(1, "r")], [init], [end(1)]]);
    expect(busy.answers.slice(-3)).toEqual([
      "CONCURRENT_TRANSACTIONS",
      "CONCURRENT_TRANSACTIONS",
      "INVALID_TXN_STATE",
    ]);
    // A marker of another epoch is not one of these.
    const other = play([...says, [marked("q", 7)]]);
    expect(other.txn?.partitions).toEqual(["q"]);
    const free = play([...says, [marked("q", 0)], [add(1, "r")]]);
    expect(free.txn).toMatchObject({
      status: "ongoing",
      partitions: ["r"],
    });
  });

  test("has nothing to end where nothing was begun", () => {
    expect(play([[init], [end(0)]]).answers[1]).toBe(
      "INVALID_TXN_STATE",
    );
    const { txn } = play([[init], [marked("p", -1)]]);
    expect(txn?.status).toBe("empty");
  });

  test("aborts what an earlier producer of the name has left open", () => {
    const { txn, answers, markers } = play([
      [init],
      [add(0, "p")],
      [init],
    ]);
    expect(answers[2]).toBe("CONCURRENT_TRANSACTIONS");
    expect(txn).toMatchObject({ status: "abort", producerEpoch: 1 });
    expect(markers[0]).toMatchObject({
      outcome: "abort",
      endsEpoch: 0,
    });
  });

  test("aborts what is open for too long, to the millisecond", () => {
    const { timeoutMs } = coordinatorOptions;
    const at = (ms: number) =>
      play([
        [init],
        [add(0, "p"), 5],
        [add(0, "q"), 9],
        [{ type: "tick" }, ms],
      ]).txn?.status;
    expect(at(5 + timeoutMs)).toBe("ongoing");
    expect(at(6 + timeoutMs)).toBe("abort");
  });

  test("kept the epoch from one to the next before KIP-890", () => {
    const says: Say[] = [[init], [add(0, "p")], [end(0, "abort")]];
    expect(play(says, true).txn?.producerEpoch).toBe(0);
    expect(play(says, false).txn?.producerEpoch).toBe(1);
  });
});

describe("a request that comes after the abort (KIP-890)", () => {
  test("begins a transaction that nobody ends, with one epoch for many", () => {
    const { highWatermark, lastStableOffset } = lateWrite(1, true);
    expect(highWatermark).toBe(6);
    expect(lastStableOffset).toBe(2);
  });

  test("is refused, with an epoch for each transaction", () => {
    const { highWatermark, lastStableOffset } = lateWrite(1, false);
    expect([highWatermark, lastStableOffset]).toEqual([5, 5]);
  });
});
