import { describe, expect, test } from "vitest";
import { metadata } from "../incidents/past.scenario.ts";
import {
  at,
  play as playIncident,
  set,
} from "../incidents/room.scenario.ts";
import { simulate } from "../kernel/simulator.ts";
import {
  type CarefulClientState,
  type CarefulState,
  carefulClient,
  carefulCounter,
} from "./careful.ts";
import type { ClientState } from "./counter.ts";
import {
  answerMsMax,
  availability,
  downtimeS,
  failuresMax,
  inSeries,
  roundTripMs,
} from "./exercises.ts";
import { grown } from "./membership.example.ts";
import { silences, wait } from "./silence.scenario.ts";
import {
  careful,
  carefulResultOf,
  naive,
  type Parts,
  play,
  resultOf,
} from "./switchboard.scenario.ts";

describe("silence", () => {
  const counts = (untilMs: number) =>
    Object.keys(silences).map(
      (name) =>
        wait(name, untilMs).state<{ readonly count: number }>("server")
          .count,
    );

  test("the client's state is the same in all three worlds", () => {
    const states = Object.keys(silences).map((name) =>
      wait(name, 100).state("client"),
    );
    expect(states).toEqual(
      states.map(() => ({ done: 0, shown: null, doneMs: null })),
    );
  });

  test("what the server counts is not", () => {
    expect(counts(100)).toEqual([0, 1, 0]);
  });

  test("asking again is right in one of them", () => {
    expect(counts(300)).toEqual([1, 2, 2]);
  });

  test("the slow server's answer comes first, 20 ms after its pause", () => {
    const doneMs = Object.keys(silences).map(
      (name) => wait(name, 300).state<ClientState>("client").doneMs,
    );
    expect(doneMs).toEqual([140, 140, 130]);
  });
});

describe("the membership message grows", () => {
  test.each([1, 2, 3, 4, 5, 6, 7])(
    "at 550 ms errors in the minute of the cut alone, seed %i",
    (seed) => {
      const size = at(0, "size", set("metadata", { workMs: 550 }));
      const { readings } = playIncident(metadata, seed, [size]);
      const inCut = readings.filter(({ minute }) => minute === 4);
      for (const { errors } of inCut) {
        expect(errors).toBeGreaterThan(0.2);
        expect(errors).toBeLessThan(0.34);
      }
      const others = readings.filter(({ minute }) => minute !== 4);
      expect(others.every(({ errors }) => errors === 0)).toBe(true);
    },
  );

  test.each([1, 2, 3, 4, 5, 6, 7])(
    "at 550 ms it passes, at 650 ms it is the end, seed %i",
    (seed) => {
      expect(grown(seed, 550)).toEqual({
        busy: (20 * 550) / 30_000,
        errors: [0, 0, 0],
      });
      expect(grown(seed, 650).errors[0]).toBe(0);
      expect(grown(seed, 650).errors[1]).toBeGreaterThan(85);
      expect(grown(seed, 650).errors[2]).toBe(100);
    },
  );
});

describe("the arithmetic", () => {
  test("two failures a year, four hours or two minutes each", () => {
    expect(downtimeS(2, 4 * 3600)).toBe(28_800);
    expect(availability(28_800)).toBeCloseTo(0.99908738, 7);
    expect(downtimeS(2, 120)).toBe(240);
    expect(availability(240)).toBeCloseTo(0.99999239, 7);
  });

  test("five nines allow 2.6 failovers of two minutes a year", () => {
    expect(failuresMax(0.99999, 120)).toBeCloseTo(2.63, 2);
    expect(failuresMax(0.9999, 120)).toBeCloseTo(26.3, 1);
    expect(failuresMax(0.999, 4 * 3600)).toBeCloseTo(2.19, 2);
  });

  test("ten parts of 99.9% are there together 99.0% of the time", () => {
    expect(inSeries(0.999, 10)).toBeCloseTo(0.99004, 5);
    expect(inSeries(0.999, 2)).toBeCloseTo(0.998001, 9);
    expect(availability(86.6 * 3600)).toBeCloseTo(0.9901, 4);
  });

  test("each 1,000 km of fiber costs 10 ms there and back", () => {
    expect(roundTripMs(1000)).toBeCloseTo(9.852, 3);
  });

  test("a day of Stack Overflow in 2016, per second", () => {
    expect(Math.round(504_816_843 / 86_400)).toBe(5843);
    expect(Math.round(209_420_973 / 86_400)).toBe(2424);
  });

  test("20 askers and 5 s leave 250 ms for an answer", () => {
    expect(answerMsMax(20, 5000)).toBe(250);
    expect(answerMsMax(60, 5000)).toBeCloseTo(83.3, 1);
  });
});

describe("the exercises", () => {
  const patient = (timeoutMs: number, parts: Parts): Parts => ({
    counter: parts.counter,
    client: (options) => parts.client({ ...options, timeoutMs }),
  });

  test.each([
    [150, 26, 900],
    [151, 20, 3000],
  ])("a time-out of %i ms against 150 ms", (ms, counted, doneMs) => {
    const sim = play(7, ["latency is zero"], patient(ms, naive));
    expect(resultOf(sim)).toEqual({ shown: 20, counted, doneMs });
  });

  test.each<[number, object]>([
    [100, { shown: 5, counted: 6, doneMs: 3102, verdict: "unknown" }],
    [119, { shown: 9, counted: 10, doneMs: 6832, verdict: "unknown" }],
    [120, { shown: 20, counted: 20, doneMs: 4682, verdict: "sure" }],
    [122, { shown: 20, counted: 20, doneMs: 4683, verdict: "sure" }],
    [123, { shown: 20, counted: 20, doneMs: 2440, verdict: "sure" }],
  ])("a narrow line and a time-out of %i ms", (ms, result) => {
    const sim = play(
      7,
      ["bandwidth is infinite"],
      patient(ms, careful),
    );
    expect(carefulResultOf(sim)).toEqual(result);
  });

  test("without its disk the careful counter is found out", () => {
    const forgetful: Parts = {
      client: careful.client,
      counter(most) {
        const node = carefulCounter(most);
        return {
          init: node.init,
          step(state, input) {
            const [next, effects] = node.step(
              state as CarefulState,
              input,
            );
            return [next, effects.filter((e) => e.kind === "send")];
          },
        };
      },
    };
    const sim = play(7, ["there is one administrator"], forgetful);
    expect(carefulResultOf(sim)).toEqual({
      shown: 1,
      counted: 1,
      doneMs: 126,
      verdict: "disagrees",
    });
  });

  test("two careful clients disagree, though nothing is wrong", () => {
    const options = {
      server: "server",
      additions: 5,
      timeoutMs: 50,
      attemptsMax: 3,
    };
    const sim = simulate({
      seed: 1,
      nodes: {
        server: carefulCounter(99),
        c1: carefulClient(options),
        c2: carefulClient(options),
      },
      clients: ["c1", "c2"],
    });
    sim.runUntil(1000);
    const verdict = (id: string) =>
      sim.state<CarefulClientState>(id).verdict;
    expect([verdict("c1"), verdict("c2")]).toEqual([
      "disagrees",
      "disagrees",
    ]);
    expect(sim.state("server")).toEqual({
      count: 3,
      last: { c1: 2, c2: 1 },
    });
  });
});
