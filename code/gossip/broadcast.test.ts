/** Plumtree: a tree found by flooding, and repaired by announcements. */
import { describe, expect, test } from "vitest";
import type { Fault } from "../kernel/faults.ts";
import type { Body, NodeId } from "../kernel/node.ts";
import { seeds } from "../seeds.ts";
import { broadcasts, nodes, twoRings } from "./broadcast.scenario.ts";
import { eagerOnly } from "./broken.ts";
import { plumtree } from "./plumtree.ts";

describe("one node (Plumtree §3.3)", () => {
  function alone() {
    const neighbors = { a: ["b", "c", "d"] };
    const node = plumtree({ neighbors, graftAfterMs: 50 });
    let [state] = node.init({
      id: "a",
      peers: [],
      disk: {},
      nowMs: 0,
      dice: 1,
    });
    const input = (event: Parameters<typeof node.step>[1]["event"]) => {
      const [next, effects] = node.step(state, {
        event,
        nowMs: 0,
        dice: 1,
      });
      state = next;
      return effects.map((effect) =>
        effect.kind === "send"
          ? `${effect.dest} ${effect.body.type}`
          : `${effect.kind}`,
      );
    };
    return {
      state: () => state,
      late: (name: string) => input({ kind: "timer", name }),
      hear: (src: string, body: Body) =>
        input({ kind: "message", message: { src, dest: "a", body } }),
    };
  }
  const gossip = { type: "gossip", message: "m", value: 1 };
  const ihave = { type: "ihave", message: "m" };

  test("passes what is new on to all but the sender", () => {
    const a = alone();
    expect(a.hear("b", gossip)).toEqual(["c gossip", "d gossip"]);
    expect(a.state()).toMatchObject({
      received: { m: 1 },
      eager: ["c", "d", "b"],
    });
  });

  test("prunes the link on which it comes a second time", () => {
    const a = alone();
    a.hear("b", gossip);
    expect(a.hear("c", gossip)).toEqual(["c prune"]);
    expect(a.state()).toMatchObject({
      eager: ["d", "b"],
      lazy: ["c"],
      redundant: 1,
    });
    a.hear("d", { type: "prune" });
    expect(a.state()).toMatchObject({ eager: ["b"], lazy: ["c", "d"] });
  });

  test("announces on lazy links, and pushes on eager ones", () => {
    const a = alone();
    a.hear("c", { type: "prune" });
    expect(a.hear("a", { ...gossip, type: "broadcast" })).toEqual([
      "b gossip",
      "d gossip",
      "c ihave",
    ]);
  });

  test("grafts the link to who announced first, then to the next", () => {
    const a = alone();
    a.hear("c", { type: "prune" });
    expect(a.hear("c", ihave)).toEqual(["set-timer"]);
    expect(a.hear("d", ihave)).toEqual([]);
    expect(a.late("m")).toEqual(["c graft", "set-timer"]);
    expect(a.state().eager).toContain("c");
    expect(a.late("m")).toEqual(["d graft", "set-timer"]);
    expect(a.late("m")).toEqual([]);
  });

  test("waits no longer for what has come", () => {
    const a = alone();
    a.hear("c", ihave);
    a.hear("b", gossip);
    expect(a.late("m")).toEqual([]);
    expect(a.hear("d", ihave)).toEqual([]);
    expect(a.state().missing).toEqual({});
  });

  test("answers a graft with the message, if it has it", () => {
    const a = alone();
    const graft = { type: "graft", message: "m" };
    a.hear("c", { type: "prune" });
    expect(a.hear("c", graft)).toEqual([]);
    expect(a.state()).toMatchObject({
      lazy: [],
      eager: ["b", "d", "c"],
    });
    a.hear("b", gossip);
    expect(a.hear("c", graft)).toEqual(["c gossip"]);
  });

  test("does not know other messages", () => {
    expect(alone().hear("b", { type: "hello" })).toEqual([]);
  });
});

/** Live nodes that a message can reach over links between live nodes. */
function linkedTo(
  from: NodeId,
  overlay: { readonly [id: NodeId]: readonly NodeId[] },
  dead: readonly NodeId[],
): readonly NodeId[] {
  let found: readonly NodeId[] = [from];
  for (;;) {
    const next = new Set(
      found.flatMap((id) => [id, ...(overlay[id] ?? [])]),
    );
    for (const id of dead) next.delete(id);
    if (next.size === found.length) return found;
    found = [...next];
  }
}

describe("a group", () => {
  test("the overlay is symmetric, of at most four each", () => {
    const known = twoRings(nodes, 1);
    for (const id of nodes) {
      expect(known[id]?.length).toBeLessThanOrEqual(4);
      for (const other of known[id] ?? [])
        expect(known[other]).toContain(id);
    }
  });

  test.each(seeds(3))(
    "after the first flood, one payload for each node, seed %i",
    (seed) => {
      const { sent } = broadcasts(seed, 3);
      expect(sent.map(({ reached }) => reached)).toEqual([32, 32, 32]);
      expect(sent[0]?.payloads).toBeGreaterThan(60);
      expect(sent[1]?.payloads).toBe(31);
      expect(sent[2]?.payloads).toBe(31);
    },
  );

  // In 5498 and 8022 the two that crash are all that one node knows.
  test.each([...seeds(3), 5498, 8022])(
    "a node of the tree crashes: announcements repair it, seed %i",
    (seed) => {
      const dead = ["n07", "n28"];
      const faults: readonly Fault[] = dead.map((node) => ({
        atMs: 5000,
        kind: "crash",
        node,
      }));
      const { sent } = broadcasts(seed, 4, faults);
      const linked = linkedTo("n01", twoRings(nodes, seed), dead);
      expect(sent.map(({ reached }) => reached)).toEqual([
        32,
        30,
        linked.length,
        linked.length,
      ]);
      expect(sent[3]?.live).toBe(30);
    },
  );

  test.each([5498, 8022])(
    "a node is cut off when all that it knows crash, seed %i",
    (seed) => {
      const overlay = twoRings(nodes, seed);
      expect(linkedTo("n01", overlay, ["n07", "n28"]).length).toBe(29);
    },
  );

  test("without announcements a broken tree stays broken", () => {
    const missed = [1, 2, 3].map((seed) => {
      const faults: readonly Fault[] = ["n07", "n28"].map((node) => ({
        atMs: 5000,
        kind: "crash",
        node,
      }));
      const { sent } = broadcasts(seed, 5, faults, 0, eagerOnly);
      const last = sent[4];
      return (last?.live ?? 0) - (last?.reached ?? 0);
    });
    expect(Math.max(...missed)).toBeGreaterThan(0);
  });

  test("lost payloads are fetched by those who heard of them", () => {
    const { sent } = broadcasts(1, 10, [], 0.02);
    const reached = sent.map((one) => one.reached);
    expect(Math.min(...reached)).toBeGreaterThanOrEqual(31);
  });
});
