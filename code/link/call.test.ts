import { describe, expect, test } from "vitest";
import type { Effect, Input } from "../kernel/node.ts";
import { countCalls } from "./call.scenario.ts";
import { callee, caller } from "./call.ts";

const setup = { id: "n", peers: [], disk: {}, nowMs: 0, dice: 1 };

function timerInput(name: string): Input {
  return { event: { kind: "timer", name }, nowMs: 0, dice: 1 };
}

function messageInput(type: string, id: string): Input {
  const message = { src: "client", dest: "server", body: { type, id } };
  return { event: { kind: "message", message }, nowMs: 0, dice: 1 };
}

const ask = (id: string): readonly Effect[] => [
  { kind: "send", dest: "server", body: { type: "call", id } },
  { kind: "set-timer", name: id, afterMs: 30 },
];
const next = { kind: "set-timer", name: "next", afterMs: 50 };

const client = (attemptsMax: number, calls = 2) =>
  caller({
    to: "server",
    calls,
    everyMs: 50,
    timeoutMs: 30,
    attemptsMax,
  });

describe("the caller", () => {
  test("asks, sets its clock, and plans the next call", () => {
    const node = client(1);
    const [start, first] = node.init(setup);
    expect(first).toEqual([next]);
    const [state, effects] = node.step(start, timerInput("next"));
    expect(effects).toEqual([...ask("1"), next]);
    expect(state).toEqual({
      made: 1,
      open: { 1: 1 },
      answered: [],
      unknown: [],
    });
    const [later, again] = node.step(state, timerInput("next"));
    expect(again).toEqual([...ask("2"), next]);
    expect(later.open).toEqual({ 1: 1, 2: 1 });
    expect(node.step(later, timerInput("next"))).toEqual([later, []]);
  });

  test("asks again as often as it may, then knows nothing", () => {
    const node = client(2);
    const [start] = node.init(setup);
    const [one] = node.step(start, timerInput("next"));
    const [two, effects] = node.step(one, timerInput("1"));
    expect(effects).toEqual(ask("1"));
    expect(two.open).toEqual({ 1: 2 });
    const [three, none] = node.step(two, timerInput("1"));
    expect(none).toEqual([]);
    expect(three).toEqual({
      made: 1,
      open: {},
      answered: [],
      unknown: ["1"],
    });
  });

  test("takes an answer once, and none after it has given up", () => {
    const node = client(1);
    const [start] = node.init(setup);
    const [one] = node.step(start, timerInput("next"));
    const [told, none] = node.step(one, messageInput("answer", "1"));
    expect(none).toEqual([]);
    expect(told).toEqual({
      made: 1,
      open: {},
      answered: ["1"],
      unknown: [],
    });
    expect(node.step(told, messageInput("answer", "1"))[0]).toEqual(
      told,
    );
    expect(node.step(told, timerInput("1"))).toEqual([told, []]);
    const [late] = node.step(one, timerInput("1"));
    expect(node.step(late, messageInput("answer", "1"))[0]).toEqual(
      late,
    );
  });
});

describe("the callee", () => {
  const answer: Effect = {
    kind: "send",
    dest: "client",
    body: { type: "answer", id: "1" },
  };

  test("without a memory it works for every request", () => {
    const node = callee(false);
    const [start, nothing] = node.init(setup);
    expect([start, nothing]).toEqual([{ done: {} }, []]);
    const [once, effects] = node.step(start, messageInput("call", "1"));
    expect([once, effects]).toEqual([{ done: { 1: 1 } }, [answer]]);
    const [twice, more] = node.step(once, messageInput("call", "1"));
    expect([twice, more]).toEqual([{ done: { 1: 2 } }, [answer]]);
  });

  test("with one it answers a copy and does nothing", () => {
    const node = callee(true);
    const [start] = node.init(setup);
    const [once] = node.step(start, messageInput("call", "1"));
    expect(once).toEqual({ done: { 1: 1 } });
    expect(node.step(once, messageInput("call", "1"))).toEqual([
      once,
      [answer],
    ]);
    expect(node.step(once, timerInput("x"))).toEqual([once, []]);
  });
});

describe("a thousand calls at a loss of one in ten", () => {
  test("one attempt: silence says almost nothing about the work", () => {
    const counts = countCalls(7, 1000, 0.1, {
      attemptsMax: 1,
      remembers: false,
    });
    expect(counts).toEqual({
      answered: [0, 819, 0],
      unknown: [100, 81, 0],
    });
  });

  test("three attempts: some work is done twice", () => {
    const counts = countCalls(7, 1000, 0.1, {
      attemptsMax: 3,
      remembers: false,
    });
    expect(counts).toEqual({
      answered: [0, 908, 87],
      unknown: [1, 2, 2],
    });
  });

  test("three attempts and a memory: none is done twice", () => {
    const counts = countCalls(7, 1000, 0.1, {
      attemptsMax: 3,
      remembers: true,
    });
    expect(counts).toEqual({
      answered: [0, 995, 0],
      unknown: [1, 4, 0],
    });
  });

  test("a link that loses nothing leaves nothing unknown", () => {
    const policy = { attemptsMax: 1, remembers: false };
    expect(countCalls(1, 20, 0, policy)).toEqual({
      answered: [0, 20, 0],
      unknown: [0, 0, 0],
    });
  });
});
