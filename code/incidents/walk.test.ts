import { expect, test } from "vitest";
import type { Message } from "../kernel/node.ts";
import { untreatedAt } from "./room.scenario.ts";
import { behind, type Knobs, type ServiceState } from "./service.ts";
import { cascade } from "./shop.scenario.ts";
import { viewsAt } from "./walk.example.ts";
import { type View, viewOf, walk } from "./walk.ts";

const knobs: Knobs = {
  workers: 4,
  workMs: 100,
  queueMax: 9,
  shed: 0,
  routes: { order: ["payments"], browse: ["shard0", "shard1"] },
  timeoutMs: 1000,
  attemptsMax: 1,
};

function request(type: string, key = "0"): Message {
  return { src: "users", dest: "orders", body: { type, key } };
}

function view(
  working: number,
  waitingFor: View["waitingFor"] = {},
): View {
  return { workers: 8, queue: 0, working, waitingFor };
}

test("a view tells own work from waiting, and for whom", () => {
  const state: ServiceState = {
    knobs,
    queue: [request("order"), request("order")],
    busy: {
      "1": { from: request("order"), attempt: 0 },
      "2": { from: request("order"), attempt: 1 },
      "3": { from: request("browse", "3"), attempt: 2 },
      "4": { from: request("browse", "5"), attempt: 1 },
    },
    lastCall: 4,
  };
  expect(viewOf(state)).toEqual({
    workers: 4,
    queue: 2,
    working: 1,
    waitingFor: { payments: 1, shard1: 2 },
  });
});

test("whom a request needs is told by its kind and key", () => {
  expect(behind(knobs, request("order", "7").body)).toBe("payments");
  expect(behind(knobs, request("browse", "2").body)).toBe("shard0");
  expect(behind(knobs, request("browse", "3").body)).toBe("shard1");
  expect(behind(knobs, request("pay").body)).toBeUndefined();
});

test("who waited when the route was taken away waits for nobody", () => {
  const waits = { from: request("order"), attempt: 1 };
  const state = { queue: [], busy: { "1": waits }, lastCall: 1 };
  const cut = { ...state, knobs: { ...knobs, routes: {} } };
  expect(viewOf(cut).waitingFor).toEqual({ "nobody any more": 1 });
});

test("the walk goes where most workers wait", () => {
  const views = {
    front: view(0, { catalog: 2, orders: 6 }),
    catalog: view(2),
    orders: view(0, { payments: 4 }),
    payments: view(4),
  };
  expect(walk(views, ["front"])).toEqual([
    "front",
    "orders",
    "payments",
  ]);
  expect(walk(views, ["catalog"])).toEqual(["catalog"]);
});

test("it ends where own work is at least as much as waiting", () => {
  const views = (working: number) => ({
    front: view(working, { orders: 3 }),
    orders: view(1),
  });
  expect(walk(views(3), ["front"])).toEqual(["front"]);
  expect(walk(views(2), ["front"])).toEqual(["front", "orders"]);
});

test("it ends at a service that tells nothing, and in a circle", () => {
  const blind = { front: view(0, { bank: 3 }) };
  expect(walk(blind, ["front"])).toEqual(["front", "bank"]);
  const circle = { a: view(0, { b: 1 }), b: view(0, { a: 1 }) };
  expect(walk(circle, ["a"])).toEqual(["a", "b"]);
  expect(walk({}, [])).toEqual([]);
});

test.each([1, 2, 3, 7])(
  "in the cascade it ends at payments (seed %i)",
  (seed) => {
    const path = ["front", "orders", "payments"];
    expect(walk(viewsAt(seed, 6), ["front"])).toEqual(path);
    expect(walk(viewsAt(seed, 2), ["front"])).not.toEqual(path);
  },
);

test("nothing has gone wrong before its time", () => {
  const workMs = (minute: number) =>
    untreatedAt(cascade, 7, minute).state<ServiceState>("payments")
      .knobs.workMs;
  expect(workMs(3)).toBe(100);
  expect(workMs(4)).toBe(9000);
});
