import { expect, test } from "vitest";
import type { Message, Node } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { newBudget } from "./budget.ts";
import {
  type ClientOptions,
  type ClientState,
  client,
} from "./client.ts";

const options: ClientOptions = {
  server: "server",
  load: { kind: "open", phases: [{ fromMs: 0, perSecond: 10 }] },
  timeoutMs: 1000,
  attemptsMax: 3,
  backoff: { kind: "none" },
  budget: null,
  throttle: null,
};

const silent: Node<null> = {
  init: () => [null, []],
  step: () => [null, []],
};

/** The state of a client whose calls are never answered. */
function against(changed: Partial<ClientOptions>, seconds: number) {
  const sim = simulate({
    seed: 7,
    nodes: { server: silent, c1: client({ ...options, ...changed }) },
    clients: ["c1"],
    checkPurity: true,
    keepTrace: false,
  });
  sim.runFor(seconds * 1000);
  return sim.state("c1") as ClientState;
}

const unanswered = against({}, 100);

test("an open loop calls on at its rate, answered or not", () => {
  const { calls, attempts, succeeded } = unanswered;
  expect(succeeded).toBe(0);
  expect(calls).toBeGreaterThan(900);
  expect(calls).toBeLessThan(1100);
  expect(attempts / calls).toBeGreaterThan(2.9);
});

test("three attempts are two retries", () => {
  const { calls, attempts, failed } = unanswered;
  expect(failed).toBeGreaterThan(0);
  expect(attempts).toBeLessThanOrEqual(3 * calls);
  expect(attempts).toBeGreaterThanOrEqual(3 * failed);
});

test("a budget bounds amplification to 1 + ratio, plus its stock", () => {
  const budget = newBudget(10, 10);
  const { calls, attempts } = against({ budget }, 300);
  expect(attempts).toBeLessThanOrEqual(1.1 * calls + 10);
  expect(attempts).toBeGreaterThan(1.08 * calls);
});

test("a throttled client hardly troubles a dead server", () => {
  const throttle = { k: 2, windowMs: 10_000, seconds: [] };
  const { calls, attempts } = against({ throttle }, 200);
  expect(attempts).toBeLessThan(0.2 * calls);
});

test("a closed loop cannot have more calls open than users", () => {
  const users = 20;
  const load = { kind: "closed", users, thinkMs: 500 } as const;
  const dead = against({ load }, 100);
  expect(dead.open.length).toBeLessThanOrEqual(users);
  // Three timeouts and a thought: 3 attempts in 3.5 s for each user.
  const perSecond = dead.attempts / 100;
  expect(perSecond).toBeGreaterThan(0.9 * ((users * 3) / 3.5));
  expect(perSecond).toBeLessThan(1.1 * ((users * 3) / 3.5));
});

test("an answer to an attempt that was given up does not count", () => {
  const node = client(options);
  const setup = { id: "c1", peers: [], disk: {}, nowMs: 0, dice: 1 };
  let [state] = node.init(setup);
  const timer = (name: string, nowMs: number) => {
    const event = { kind: "timer" as const, name };
    [state] = node.step(state, { event, nowMs, dice: 1 });
  };
  const answer = (attempt: number, nowMs: number) => {
    const body = { type: "done", id: 1, attempt };
    const message: Message = { src: "server", dest: "c1", body };
    const event = { kind: "message" as const, message };
    [state] = node.step(state, { event, nowMs, dice: 1 });
  };
  timer("arrive", 0);
  timer("timeout 1", 1000);
  timer("retry 1", 1000);
  answer(1, 1100);
  expect(state.succeeded).toBe(0);
  answer(2, 1200);
  expect(state.succeeded).toBe(1);
  timer("timeout 1", 2000);
  expect(state.failed).toBe(0);
});

test("a timeout that fires while a retry waits starts no other", () => {
  const patient = { kind: "full", baseMs: 9000, capMs: 9000 } as const;
  const node = client({ ...options, backoff: patient });
  const setup = { id: "c1", peers: [], disk: {}, nowMs: 0, dice: 1 };
  const [idle] = node.init(setup);
  const arrive = { kind: "timer" as const, name: "arrive" };
  const [called] = node.step(idle, {
    event: arrive,
    nowMs: 0,
    dice: 1,
  });
  const body = { type: "overloaded", id: 1, attempt: 1 };
  const message: Message = { src: "server", dest: "c1", body };
  const [waiting] = node.step(called, {
    event: { kind: "message", message },
    nowMs: 10,
    dice: 1,
  });
  expect(waiting.open).toMatchObject([{ id: 1, attempt: 2 }]);
  const timeout = { kind: "timer" as const, name: "timeout 1" };
  const late = { event: timeout, nowMs: 1000, dice: 1 };
  expect(node.step(waiting, late)).toEqual([waiting, []]);
});
