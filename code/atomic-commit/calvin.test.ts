import { describe, expect, test } from "vitest";
import { intBetween, stream } from "../kernel/random.ts";
import { simulate } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import {
  applied,
  type Sequencer,
  type Shard,
  sequencer,
  shard,
  type Transfer,
} from "./calvin.ts";

const options = {
  sequencer: "seq",
  shardOf: { a: "s1", b: "s2", c: "s3" },
  epochMs: 10,
};
const start = { a: 20, b: 20, c: 20 };

test("a transfer takes what is there, to the last, and no more", () => {
  const move = (amount: number) =>
    applied({ a: 5, b: 1 }, { from: "a", to: "b", amount });
  expect(move(5)).toEqual({ a: 0, b: 6 });
  expect(move(6)).toEqual({ a: 5, b: 1 });
});

/** Twenty transfers at random, while shards and sequencer crash. */
function play(seed: number, isCalm: boolean) {
  const sim = simulate({
    seed,
    nodes: {
      seq: sequencer(options),
      s1: shard(options, { a: start.a }),
      s2: shard(options, { b: start.b }),
      s3: shard(options, { c: start.c }),
    },
    network: {
      delayMs: { kind: "uniform", min: 1, max: 12 },
      messageLossProbability: isCalm ? 0 : 0.1,
      messageDuplicateProbability: isCalm ? 0 : 0.1,
    },
    faults: isCalm
      ? []
      : [
          { atMs: 40 + (seed % 40), kind: "crash", node: "s2" },
          { atMs: 120, kind: "restart", node: "s2" },
          {
            atMs: 60,
            kind: "crash",
            node: "seq",
            beforeEffect: seed % 5,
          },
          { atMs: 100, kind: "restart", node: "seq" },
        ],
    checkPurity: true,
  });
  const keys = Object.keys(start);
  for (let at = 0; at < 20; at++) {
    const dice = stream(seed, at);
    const from = intBetween(stream(dice, 0), 0, 2);
    const to = (from + intBetween(stream(dice, 1), 1, 2)) % 3;
    const transfer: Transfer = {
      from: keys[from] ?? "",
      to: keys[to] ?? "",
      amount: intBetween(stream(dice, 2), 1, 15),
    };
    const body = { type: "transfer", transfer };
    sim.inject({ src: "client", dest: "seq", body });
    sim.runFor(7);
  }
  // In 4393 and 6598 so many answers are lost that 700 ms are not enough.
  sim.runUntil(3000);
  return sim;
}

describe("deterministic order (Calvin, 3.1 and 3.2)", () => {
  test.each([...seeds(8), 4393, 6598])(
    "all shards come to what one machine would, seed %i",
    (seed) => {
      for (const isCalm of [true, false]) {
        const sim = play(seed, isCalm);
        const { log } = sim.state<Sequencer>("seq");
        const shards = ["s1", "s2", "s3"].map((id) =>
          sim.state<Shard>(id),
        );
        const got = Object.assign({}, ...shards.map((s) => s.values));
        expect(got).toEqual(log.reduce(applied, start));
        expect(shards.map(({ done }) => done)).toEqual([
          log.length,
          log.length,
          log.length,
        ]);
        if (isCalm) expect(log.length).toBe(20);
      }
    },
  );

  test("no shard votes, and none is asked", () => {
    const sim = play(1, true);
    const types = sim.trace.flatMap((event) =>
      event.kind === "send" ? [event.message.body.type] : [],
    );
    expect(
      [...new Set(types)].sort((a, b) => (a < b ? -1 : 1)),
    ).toEqual(["log", "need-log", "need-reads", "reads", "transfer"]);
  });
});
