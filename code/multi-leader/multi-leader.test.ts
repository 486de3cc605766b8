/** Several leaders: they converge, and what that costs. */
import { describe, expect, test } from "vitest";
import {
  type Item,
  merge as plainMerge,
  put as plainPut,
} from "../clocks/version-vector.ts";
import type { Body } from "../kernel/node.ts";
import { seeds } from "../seeds.ts";
import { mineWins, noOrigin } from "./broken.ts";
import {
  allOf,
  held,
  play,
  servers,
  shipsIn,
  storm,
} from "./cluster.scenario.ts";
import {
  multiLeader,
  type Options,
  type State,
} from "./multi-leader.ts";
import { keepSiblings, lastWriteWins, union } from "./resolve.ts";
import { neighbours } from "./topology.ts";

const options: Options = {
  topology: "all-to-all",
  resolve: keepSiblings,
  shipMs: 50,
};
const topologies = ["ring", "star", "all-to-all"] as const;

describe("who ships to whom", () => {
  test.each([
    ["ring", "n1", ["n2"]],
    ["ring", "n4", ["n1"]],
    ["star", "n1", ["n2", "n3", "n4"]],
    ["star", "n3", ["n1"]],
    ["all-to-all", "n2", ["n1", "n3", "n4"]],
  ] as const)("%s, from %s", (topology, self, expected) => {
    expect(neighbours(topology, self, servers)).toEqual(expected);
  });
});

describe.each(topologies)("in a topology: %s", (topology) => {
  test.each(seeds(6))("all are equal when quiet, seed %i", (seed) => {
    const node = multiLeader({ ...options, topology });
    const sim = storm(seed, allOf(node));
    const [one, ...others] = servers.map((id) => sim.state<State>(id));
    expect(Object.keys(one?.items ?? {})).not.toEqual([]);
    for (const other of others) {
      expect(other.items).toEqual(one?.items);
      expect(other.heard).toEqual(one?.heard);
    }
  });
});

test("under plain version vectors the order of arrival matters", () => {
  const none: Item = { seen: {}, values: [] };
  const a1 = plainPut(none, "A", {}, "a1");
  const b1 = plainPut(none, "B", {}, "b1");
  const b2 = plainPut(b1, "B", b1.seen, "b2");
  const one = plainMerge(plainMerge(a1, b1), b2);
  const two = plainMerge(a1, b2);
  expect(one.seen).toEqual(two.seen);
  expect(one.values).toEqual(["a1", "b1", "b2"]);
  expect(two.values).toEqual(["a1", "b2"]);
});

test("a resolution that differs by server never agrees", () => {
  const sim = conflict({});
  const shown = servers.map((id) => held(sim, id, "k", mineWins(id)));
  expect(shown[0]).toEqual(["eggs"]);
  expect(shown[2]).toEqual(["milk"]);
});

/** Two writes at the same time, at n1 and at n3. */
function conflict(change: Partial<Options>) {
  const node = multiLeader({ ...options, ...change });
  const write = (value: string) => [{ type: "write", key: "k", value }];
  const writes = { n1: write("eggs"), n3: write("milk") };
  const sim = play(allOf(node), writes, {});
  sim.runUntil(1000);
  return sim;
}

describe("two writes that do not know of each other", () => {
  test.each([
    ["are both kept as siblings", keepSiblings, ["eggs", "milk"]],
    [
      "lose one, though acknowledged, to the last",
      lastWriteWins,
      ["milk"],
    ],
    ["are both in a union", union, ["eggs milk"]],
  ] as const)("%s", (_, resolve, expected) => {
    const sim = conflict({ resolve });
    for (const id of servers) {
      expect(held(sim, id, "k", resolve)).toEqual(expected);
    }
  });
});

describe("a read and the write after it", () => {
  const ask = (resolve: Options["resolve"]) => {
    const node = multiLeader({ ...options, resolve });
    const sim = play(allOf(node), {
      n1: [{ type: "write", key: "k", value: "eggs" }],
      n3: [{ type: "write", key: "k", value: "milk" }],
    });
    sim.runUntil(500);
    const say = (body: Body) => {
      sim.inject({
        src: "c1",
        dest: "n2",
        body: { key: "k", ...body },
      });
      sim.runFor(100);
    };
    say({ type: "read", msg_id: 2 });
    const answers = sim.trace.flatMap((event) =>
      event.kind === "send" && event.message.body.type === "read_ok"
        ? [event.message.body]
        : [],
    );
    return { sim, say, answer: answers[0] };
  };

  test("the answer is resolved, its context covers all", () => {
    const { answer } = ask(union);
    expect(answer).toMatchObject({
      values: ["eggs milk"],
      context: { n1: 1, n3: 1 },
      in_reply_to: 2,
    });
  });

  test("a write with that context ends the conflict", () => {
    const { sim, say, answer } = ask(keepSiblings);
    const context = answer?.context ?? null;
    say({ type: "write", value: "both", context, msg_id: 3 });
    for (const id of servers) {
      expect(held(sim, id, "k", keepSiblings)).toEqual(["both"]);
    }
  });

  test("one that has seen nothing adds a sibling", () => {
    const { sim, say } = ask(keepSiblings);
    say({ type: "write", value: "tea", context: {}, msg_id: 3 });
    expect(held(sim, "n4", "k", keepSiblings)).toHaveLength(3);
  });
});

test("the last write is that of the latest clock, then by name", () => {
  const at = (atMs: number, server: string) => ({
    value: `${server}@${atMs}`,
    atMs,
    server,
  });
  const winner = (...all: Parameters<typeof lastWriteWins>[0]) =>
    lastWriteWins(all).map(({ value }) => value);
  expect(winner(at(2, "a"), at(1, "b"))).toEqual(["a@2"]);
  expect(winner(at(2, "b"), at(2, "a"))).toEqual(["b@2"]);
  expect(winner(at(2, "a"), at(2, "b"))).toEqual(["b@2"]);
  expect(winner(at(2, "b"), at(3, "a"), at(1, "c"))).toEqual(["a@3"]);
  expect(lastWriteWins([])).toEqual([]);
});

test("a union has every word once, in order, and the last write's time", () => {
  const milk = { value: "tea milk", atMs: 2, server: "n1" };
  const eggs = { value: "eggs milk", atMs: 3, server: "n2" };
  const oats = { value: "oats", atMs: 1, server: "n3" };
  const value = "eggs milk oats tea";
  for (const all of [
    [milk, eggs, oats],
    [oats, eggs, milk],
  ]) {
    expect(union(all)).toEqual([{ ...eggs, value }]);
  }
  expect(union([])).toEqual([]);
});

describe("a ring", () => {
  const writes = { n1: [{ type: "write", key: "k", value: "v" }] };
  const node = multiLeader({ ...options, topology: "ring" });

  test("ends a round at its origin", () => {
    const sim = play(allOf(node), writes);
    sim.runUntil(1000);
    expect(shipsIn(sim)).toBe(4);
  });

  test("without the origin's name the update goes round for ever", () => {
    const sim = play(allOf(noOrigin(node)), writes);
    sim.runUntil(1000);
    const soon = shipsIn(sim);
    sim.runUntil(2000);
    expect(soon).toBeGreaterThan(100);
    expect(shipsIn(sim)).toBeGreaterThan(soon + 100);
  });

  test("is broken by one dead server; all-to-all is not", () => {
    const found = topologies.map((topology) => {
      const node = multiLeader({ ...options, topology });
      const faults = [{ atMs: 0, kind: "crash", node: "n2" }] as const;
      const sim = play(allOf(node), writes, { faults });
      sim.runUntil(1000);
      return held(sim, "n4", "k", keepSiblings);
    });
    expect(found).toEqual([[], ["v"], ["v"]]);
  });
});
