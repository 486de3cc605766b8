import { expect, test } from "vitest";
import {
  badCalls,
  cascadeWith,
  factors,
  ideas,
} from "./actions.scenario.ts";
import { damage } from "./dashboard.ts";
import { play } from "./room.scenario.ts";
import { cascade } from "./shop.scenario.ts";

const none = { browse: 0, order: 0 };

test("only the idea from the end of the walk heals all", () => {
  const found = ideas.map(([name, actions]) => {
    const { browse, order } = badCalls(cascade, actions, 7, 8);
    return [name, browse, order];
  });
  expect(found).toEqual([
    ["nothing", 229, 372],
    ["front: restart", 260, 361],
    ["front: 16 workers, not 8", 0, 371],
    ["orders: restart", 307, 395],
    ["orders: three attempts", 229, 372],
    ["payments: restart", 229, 372],
    ["payments: 8 workers, not 4", 229, 372],
    ["orders: without payments", 0, 2],
  ]);
});

test.each([1, 3, 7])(
  "without any one of six factors nobody fails to browse (seed %i)",
  (seed) => {
    const [asItWas, ...others] = factors;
    const all = badCalls(cascade, asItWas?.[1] ?? [], seed, 0);
    expect(all.browse).toBeGreaterThan(100);
    for (const [name, actions] of others) {
      const bad = badCalls(cascadeWith(name), actions, seed, 0);
      expect(bad.browse, name).toBe(0);
    }
  },
);

test("two of the six save the orders as well", () => {
  const orders = factors.map(([name, actions]) => [
    name,
    badCalls(cascadeWith(name), actions, 7, 0).order,
  ]);
  expect(orders).toEqual([
    ["as it was", 510],
    ["payments stays fast", 0],
    ["orders can do without payments", 0],
    ["orders waits 3 s, not 12", 485],
    ["front waits 3 s, not 13", 503],
    ["front has 16 workers, not 8", 503],
    ["orders queues 2, not 100", 514],
  ]);
});

test("bad calls by wish are those of the dashboard", () => {
  const { browse, order } = badCalls(cascade, [], 7, 0);
  const { readings } = play(cascade, 7, []);
  expect(browse + order).toBe(damage(readings).calls);
  expect(badCalls({ ...cascade, trouble: [] }, [], 7, 0)).toEqual(none);
});
