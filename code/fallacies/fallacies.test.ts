import { describe, expect, test } from "vitest";
import { simulate } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import { client, counter } from "./counter.ts";
import {
  additions,
  type Fallacy,
  fallacies,
  naive,
  play,
  resultOf,
} from "./switchboard.scenario.ts";

function row(shown: number, counted: number, doneMs: number | null) {
  return { shown, counted, doneMs };
}

const right = { shown: additions, counted: additions };

describe("the counter", () => {
  test.each<[string, readonly Fallacy[], object]>([
    ["reliable", ["the network is reliable"], row(26, 26, 1540)],
    ["latency", ["latency is zero"], row(20, 26, 850)],
    ["bandwidth", ["bandwidth is infinite"], row(20, 40, 2822)],
    ["secure", ["the network is secure"], row(1020, 1020, 40)],
    ["topology", ["topology does not change"], row(12, 12, null)],
    ["one", ["there is one administrator"], row(8, 8, 140)],
    ["cost", ["transport cost is zero"], row(12, 12, null)],
    ["homogeneous", ["the network is homogeneous"], row(4, 4, 40)],
    [
      "two at once",
      ["latency is zero", "the network is secure"],
      row(1020, 1026, 850),
    ],
  ])("seed 7, %s: the whole result", (_, untrue, result) => {
    expect(resultOf(play(7, untrue, naive))).toEqual(result);
  });

  test("is right in the world that its author believed in", () => {
    expect(resultOf(play(1, [], naive))).toEqual({
      ...right,
      doneMs: 40,
    });
  });

  test.each(fallacies)(
    "is wrong, late or lost when not %s",
    (fallacy) => {
      const { doneMs, ...counts } = resultOf(play(7, [fallacy], naive));
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
    expect(resultOf(play(7, [fallacy], naive))).toMatchObject(result);
  });

  test("a time-out shorter than the round trip counts things twice", () => {
    const { counted } = resultOf(play(7, ["latency is zero"], naive));
    expect(counted).toBeGreaterThan(additions);
  });

  test("a narrow line does so too, when answers queue behind asks", () => {
    const { counted, doneMs } = resultOf(
      play(7, ["bandwidth is infinite"], naive),
    );
    expect(counted).toBeGreaterThan(additions);
    expect(doneMs).toBeGreaterThan(1000);
  });

  test("a restart by another administrator begins at 0", () => {
    const { counted } = resultOf(
      play(7, ["there is one administrator"], naive),
    );
    expect(counted).toBeLessThan(additions);
  });

  test.each(seeds(10))(
    "loss makes it too high or never too low, seed %i",
    (seed) => {
      const sim = play(seed, ["the network is reliable"], naive);
      expect(resultOf(sim).counted).toBeGreaterThanOrEqual(additions);
    },
  );

  test("the server is moved by messages alone", () => {
    const setup = { id: "s", peers: [], disk: {}, nowMs: 0, dice: 1 };
    expect(counter(3).init(setup)).toEqual([{ count: 0 }, []]);
    const event = { kind: "timer", name: "any" } as const;
    const step = counter(3).step(
      { count: 2 },
      { event, nowMs: 0, dice: 1 },
    );
    expect(step).toEqual([{ count: 2 }, []]);
  });

  test("adds, answers, and begins at 0 again after its most", () => {
    const node = counter(3);
    const add = (count: number, amount: number) => {
      const message = {
        src: "c",
        dest: "s",
        body: { type: "add", amount },
      };
      const event = { kind: "message", message } as const;
      return node.step({ count }, { event, nowMs: 0, dice: 1 });
    };
    const reply = (value: number) => [
      { kind: "send", dest: "c", body: { type: "count", value } },
    ];
    expect(add(0, 3)).toEqual([{ count: 3 }, reply(3)]);
    expect(add(3, 1)).toEqual([{ count: 0 }, reply(0)]);
  });

  test("the client asks, believes, asks again, and ends", () => {
    const node = client({ server: "s", additions: 2, timeoutMs: 9 });
    const setup = { id: "c", peers: [], disk: {}, nowMs: 0, dice: 1 };
    const ask = [
      { kind: "send", dest: "s", body: { type: "add", amount: 1 } },
      { kind: "set-timer", name: "again", afterMs: 9 },
    ];
    const [first, begins] = node.init(setup);
    expect(first).toEqual({ done: 0, shown: null, doneMs: null });
    expect(begins).toEqual(ask);
    const timer = { kind: "timer", name: "again" } as const;
    const told = (value: number) => {
      const body = { type: "count", value };
      const message = { src: "s", dest: "c", body };
      return { kind: "message", message } as const;
    };
    const rest = { nowMs: 5, dice: 1 };
    expect(node.step(first, { event: timer, ...rest })).toEqual([
      first,
      ask,
    ]);
    const [second, again] = node.step(first, {
      event: told(70),
      ...rest,
    });
    expect(second).toEqual({ done: 1, shown: 70, doneMs: null });
    expect(again).toEqual(ask);
    const [last, nothing] = node.step(second, {
      event: told(71),
      ...rest,
    });
    expect(last).toEqual({ done: 2, shown: 71, doneMs: 5 });
    expect(nothing).toEqual([]);
    expect(node.step(last, { event: told(72), ...rest })).toEqual([
      last,
      [],
    ]);
  });

  test("stops when it is done", () => {
    const sim = play(1, [], naive);
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
