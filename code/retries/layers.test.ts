import { expect, test } from "vitest";
import { newBudget } from "./budget.ts";
import { callsPerLayer } from "./layers.example.ts";
import { layer } from "./layers.ts";

test("3 attempts at each of 5 layers are 243 calls at the bottom", () => {
  const counts = callsPerLayer(7, [3, 3, 3, 3, 3], null, 1);
  expect(counts).toEqual([1, 3, 9, 27, 81, 243]);
});

test("3 retries at each of 5 layers are 1,024 calls", () => {
  const counts = callsPerLayer(7, [4, 4, 4, 4, 4], null, 1);
  expect(counts.at(-1)).toBe(4 ** 5);
});

test("retrying at one layer alone keeps it at 3", () => {
  expect(callsPerLayer(7, [1, 1, 1, 1, 3], null, 1).at(-1)).toBe(3);
  expect(callsPerLayer(7, [3, 1, 1, 1, 1], null, 1).at(-1)).toBe(3);
});

test("budgets of 10% at 5 layers multiply to 1.1^5", () => {
  const budget = newBudget(10, 1);
  const counts = callsPerLayer(7, [3, 3, 3, 3, 3], budget, 1000);
  const bottom = counts.at(-1) ?? 0;
  expect(bottom / 1000).toBeCloseTo(1.1 ** 5, 1);
});

test("a layer ignores the failure of a call that it does not have", () => {
  const node = layer({ next: "bottom", attemptsMax: 3, budget: null });
  const setup = { id: "l", peers: [], disk: {}, nowMs: 0, dice: 1 };
  const [state] = node.init(setup);
  const body = { type: "failed", id: 7 };
  const message = { src: "bottom", dest: "l", body };
  const event = { kind: "message" as const, message };
  const [next, effects] = node.step(state, {
    event,
    nowMs: 1,
    dice: 1,
  });
  expect(next).toEqual(state);
  expect(effects).toEqual([]);
});

test("a failure touches the call that failed and no other", () => {
  const node = layer({ next: "bottom", attemptsMax: 2, budget: null });
  const setup = { id: "l", peers: [], disk: {}, nowMs: 0, dice: 1 };
  let [state] = node.init(setup);
  const step = (src: string, body: { type: string; id: number }) => {
    const message = { src, dest: "l", body };
    const event = { kind: "message" as const, message };
    const [next, effects] = node.step(state, {
      event,
      nowMs: 1,
      dice: 1,
    });
    state = next;
    return effects;
  };
  step("a", { type: "call", id: 10 });
  step("b", { type: "call", id: 20 });
  const calls = state.open;
  const second = calls[1]?.id ?? 0;
  const failed = { type: "failed", id: second };
  expect(step("bottom", failed)).toMatchObject([
    { dest: "bottom", body: { id: second } },
  ]);
  expect(state.open).toEqual([
    calls[0],
    { id: second, attempt: 2, from: "b", fromId: 20 },
  ]);
  expect(step("bottom", failed)).toMatchObject([
    { dest: "b", body: { type: "failed", id: 20 } },
  ]);
  expect(state.open).toEqual([calls[0]]);
});
