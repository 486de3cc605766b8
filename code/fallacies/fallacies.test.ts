import { describe, expect, test } from "vitest";
import { simulate } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import { client, counter } from "./counter.ts";
import {
  additions,
  type Fallacy,
  fallacies,
  play,
  resultOf,
} from "./switchboard.scenario.ts";

const right = { shown: additions, counted: additions };

describe("the counter", () => {
  test("is right in the world that its author believed in", () => {
    expect(resultOf(play(1, []))).toEqual({ ...right, doneMs: 40 });
  });

  test.each(fallacies)(
    "is wrong, late or lost when not %s",
    (fallacy) => {
      const { doneMs, ...counts } = resultOf(play(7, [fallacy]));
      const isLate = doneMs === null || doneMs > 200;
      const isWrong = counts.shown !== 20 || counts.counted !== 20;
      expect(isLate || isWrong).toBe(true);
    },
  );

  test.each<[Fallacy, object]>([
    ["topology does not change", { doneMs: null }],
    [
      "transport cost is zero",
      { shown: 12, counted: 12, doneMs: null },
    ],
    [
      "the network is secure",
      { shown: 1020, counted: 1020, doneMs: 40 },
    ],
    [
      "the network is homogeneous",
      { shown: 4, counted: 4, doneMs: 40 },
    ],
  ])("when not %s, %j", (fallacy, result) => {
    expect(resultOf(play(7, [fallacy]))).toMatchObject(result);
  });

  test("a time-out shorter than the round trip counts things twice", () => {
    const { counted } = resultOf(play(7, ["latency is zero"]));
    expect(counted).toBeGreaterThan(additions);
  });

  test("a narrow line does so too, when answers queue behind asks", () => {
    const { counted, doneMs } = resultOf(
      play(7, ["bandwidth is infinite"]),
    );
    expect(counted).toBeGreaterThan(additions);
    expect(doneMs).toBeGreaterThan(1000);
  });

  test("a restart by another administrator begins at 0", () => {
    const { counted } = resultOf(
      play(7, ["there is one administrator"]),
    );
    expect(counted).toBeLessThan(additions);
  });

  test.each(seeds(10))(
    "loss makes it too high or never too low, seed %i",
    (seed) => {
      const sim = play(seed, ["the network is reliable"]);
      expect(resultOf(sim).counted).toBeGreaterThanOrEqual(additions);
    },
  );

  test("stops when it is done", () => {
    const sim = play(1, []);
    const asked = sim.trace.filter(
      (event) =>
        event.kind === "send" && event.message.src === "client",
    );
    expect(asked).toHaveLength(additions);
  });

  test("no step changes what it was given", () => {
    const sim = simulate({
      seed: 1,
      nodes: {
        server: counter(3),
        client: client({
          server: "server",
          additions: 5,
          timeoutMs: 50,
        }),
      },
      clients: ["client"],
      checkPurity: true,
    });
    sim.runUntil(1000);
    expect(sim.state("server")).toEqual({ count: 1 });
  });
});
