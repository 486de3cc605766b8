import { describe, expect, test } from "vitest";
import type { Input } from "../kernel/node.ts";
import { bursts, gigabit, through, waitsAt } from "./bottleneck.ts";
import { run as crash } from "./crash.example.ts";
import {
  doneGivenSilence,
  firstByteMs,
  floorMs,
  giveUpMs,
  greatCircleKm,
  setups,
  slowStartRounds,
  stallSavedMs,
  wireMs,
} from "./exercises.ts";
import { watch } from "./heartbeat.scenario.ts";
import { primary, spare } from "./heartbeat.ts";

describe("the bottleneck", () => {
  const link = { packetUs: 10, bufferPackets: 2 };

  test("a packet waits for those before it", () => {
    expect(through([0, 0, 0], link)).toEqual([0, 10, 20]);
    expect(through([5, 10, 40], link)).toEqual([0, 5, 0]);
  });

  test("one that finds the buffer full is lost and takes no time", () => {
    expect(through([0, 0, 0, 0, 10], link)).toEqual([
      0,
      10,
      20,
      null,
      20,
    ]);
  });

  test("a packet half sent still takes its place", () => {
    expect(through([0, 0, 0, 1], link)).toEqual([0, 10, 20, null]);
    expect(through([0, 0, 0, 10], link)).toEqual([0, 10, 20, 20]);
  });

  test("bursts are ten at once, in order, and evenly spread", () => {
    const times = bursts(7, 1000, 100);
    expect(times.length).toBe(10_000);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times.slice(0, 10)).size).toBe(1);
    const mean = (times.at(-1) ?? 0) / 1000;
    expect(mean).toBeGreaterThan(95);
    expect(mean).toBeLessThan(105);
  });

  test("waits and losses grow with the load", () => {
    const calm = waitsAt(7, 20_000, 50, gigabit);
    expect(calm).toEqual({ medianUs: 72, p99Us: 280, lostPercent: 0 });
    const full = waitsAt(7, 20_000, 95, gigabit);
    expect(full.medianUs).toBe(293);
    expect(full.p99Us).toBe(1116);
    expect(full.lostPercent).toBeCloseTo(0.39, 2);
  });
});

describe("heartbeats and probes", () => {
  test("who only listens never notices that the primary is deaf", () => {
    expect(watch("primary is deaf", "beat")).toEqual({
      tookOverMs: null,
      done: 9,
      answered: 9,
    });
    expect(watch("primary is deaf", "pong")).toEqual({
      tookOverMs: 1300,
      done: 9,
      answered: 9,
    });
  });

  test("a spare that is cut off takes over from a healthy primary", () => {
    const both = { tookOverMs: 1300, done: 40, answered: 40 };
    expect(watch("spare is cut off", "beat")).toEqual(both);
    expect(watch("spare is cut off", "pong")).toEqual(both);
    expect(watch("all is well", "beat").tookOverMs).toBeNull();
    expect(watch("all is well", "pong").tookOverMs).toBeNull();
  });

  test("answers lost to the spare, or to the clients (an exercise)", () => {
    expect(watch("spare hears nothing", "pong")).toEqual({
      tookOverMs: 1300,
      done: 40,
      answered: 40,
    });
    expect(watch("clients hear nothing", "pong")).toEqual({
      tookOverMs: null,
      done: 40,
      answered: 9,
    });
  });

  test("300 ms of silence are borne, and not a millisecond more", () => {
    const node = spare("primary", "pong");
    const setup = { id: "s", peers: [], disk: {}, nowMs: 0, dice: 1 };
    const [start, first] = node.init(setup);
    expect(start).toEqual({ heardMs: 0, tookOverMs: null });
    const tick = { kind: "set-timer", name: "tick", afterMs: 100 };
    expect(first).toEqual([tick]);
    const at = (nowMs: number): Input => ({
      event: { kind: "timer", name: "tick" },
      nowMs,
      dice: 1,
    });
    const probe = {
      kind: "send",
      dest: "primary",
      body: { type: "probe" },
    };
    expect(node.step(start, at(300))).toEqual([start, [probe, tick]]);
    const [over] = node.step(start, at(301));
    expect(over).toEqual({ heardMs: 0, tookOverMs: 301 });
    expect(node.step(over, at(500))[0].tookOverMs).toBe(301);
    const heard = (type: string): Input => {
      const message = { src: "primary", dest: "s", body: { type } };
      return {
        event: { kind: "message", message },
        nowMs: 200,
        dice: 1,
      };
    };
    expect(node.step(start, heard("beat"))).toEqual([start, []]);
    const [sign] = node.step(start, heard("pong"));
    expect(sign).toEqual({ heardMs: 200, tookOverMs: null });
    expect(node.step({ ...over, heardMs: 450 }, at(500))[0]).toEqual({
      heardMs: 450,
      tookOverMs: 301,
    });
  });

  test("the primary answers a probe with pong and a call with answer", () => {
    const node = primary("s");
    const ask = (type: string): Input => {
      const message = { src: "c", dest: "p", body: { type, id: "7" } };
      return { event: { kind: "message", message }, nowMs: 0, dice: 1 };
    };
    const reply = (type: string) => [
      null,
      [{ kind: "send", dest: "c", body: { type, id: "7" } }],
    ];
    expect(node.step(null, ask("probe"))).toEqual(reply("pong"));
    expect(node.step(null, ask("call"))).toEqual(reply("answer"));
  });
});

describe("a receiver that crashes", () => {
  test("goes on where its disk says; else it waits for ever or doubles", () => {
    const lines = crash(7).split("\n");
    expect(lines[3]).toBe("  1 2 3 4 5 6 7 8 9 10");
    expect(lines[5]).toBe("  1 2 3 4 5 6");
    expect(lines[7]).toBe("  1 2 1 2 3 4 5 6 7 8 9 10");
  });
});

describe("arithmetic", () => {
  test("silence after one lossy attempt is nearly a coin toss", () => {
    expect(doneGivenSilence(0.1, 1)).toBeCloseTo(0.9 / 1.9, 10);
    expect(doneGivenSilence(0.01, 1)).toBeCloseTo(0.4975, 4);
    expect(doneGivenSilence(0.1, 3)).toBeCloseTo(0.8542, 4);
    expect(doneGivenSilence(1, 2)).toBe(0);
  });

  test("light between London and New York", () => {
    const km = greatCircleKm([51.507, -0.128], [40.713, -74.006]);
    expect(Math.round(km)).toBe(5570);
    expect(floorMs(km)).toBeCloseTo(55.7, 1);
    expect(floorMs(100)).toBe(1);
    expect(greatCircleKm([0, 0], [0, 180])).toBeCloseTo(20_015, 0);
    expect(greatCircleKm([90, 0], [0, 0])).toBeCloseTo(10_008, 0);
  });

  test("bytes on a wire", () => {
    expect(wireMs(1_000_000, 1e9)).toBe(8);
    expect(wireMs(1500, 1e9)).toBeCloseTo(0.012, 10);
    expect(wireMs(1_000_000, 10e6)).toBe(800);
  });

  test("round trips before the first byte", () => {
    expect(setups).toEqual([
      { name: "connection from a pool", roundTrips: 0 },
      { name: "QUIC, 0-RTT", roundTrips: 0 },
      { name: "QUIC (TLS 1.3 inside)", roundTrips: 1 },
      { name: "TCP", roundTrips: 1 },
      { name: "TCP, then TLS 1.3", roundTrips: 2 },
    ]);
    expect(firstByteMs(2, 56)).toBe(168);
    expect(firstByteMs(0, 56)).toBe(56);
  });

  test("slow start doubles its window each round", () => {
    expect(slowStartRounds(14_600, 10)).toBe(1);
    expect(slowStartRounds(14_601, 10)).toBe(2);
    expect(slowStartRounds(43_800, 10)).toBe(2);
    expect(slowStartRounds(43_801, 10)).toBe(3);
    expect(slowStartRounds(100_000, 10)).toBe(3);
    expect(slowStartRounds(1_000_000, 10)).toBe(7);
    expect(slowStartRounds(10_000_000, 10)).toBe(10);
    expect(slowStartRounds(1_000_000, 320)).toBe(2);
    expect(slowStartRounds(300_000, 10)).toBe(5);
    expect(slowStartRounds(300_000, 320)).toBe(1);
    expect(slowStartRounds(0, 10)).toBe(0);
  });

  test("Linux gives up after 924.6 s, and a SYN after 127 s", () => {
    expect(giveUpMs(15, 200, 120_000)).toBe(924_600);
    expect(giveUpMs(6, 1000, 120_000)).toBe(127_000);
    expect(giveUpMs(0, 200, 120_000)).toBe(200);
    expect(giveUpMs(8, 200, 120_000)).toBe(102_200);
  });

  test("what other streams' losses cost", () => {
    expect(stallSavedMs(6, 10, 0.001, 10)).toBeCloseTo(0.5, 10);
    expect(stallSavedMs(6, 10, 0.02, 50)).toBeCloseTo(50, 10);
    expect(stallSavedMs(6, 10, 0.000_01, 0.5)).toBeCloseTo(
      0.000_25,
      10,
    );
    expect(stallSavedMs(1, 10, 0.02, 50)).toBe(0);
    expect(stallSavedMs(6, 10, 0.004, 50)).toBeCloseTo(10, 10);
  });
});
