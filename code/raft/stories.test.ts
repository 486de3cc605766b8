/** The stories that the samples tell, as claims. */
import { describe, expect, test } from "vitest";
import { historyOf } from "../kernel/history.ts";
import { seeds } from "../seeds.ts";
import { run as figure8Text } from "./figure-8.example.ts";
import { type Naive, naive } from "./naive.ts";
import { ids, loseAWrite } from "./naive-story.scenario.ts";
import {
  brokenPair,
  deafFollower,
  deafLeader,
  withFault,
} from "./one-way-link.scenario.ts";
import { calmOptions, paperOptions } from "./options.ts";

describe("majorities without terms", () => {
  test.each(seeds(3))("lose an acknowledged write, seed %i", (seed) => {
    const sim = loseAWrite(seed, () => {});
    const outcomes = historyOf(sim.trace, ["c1"]).map((o) => o.outcome);
    expect(outcomes).toEqual(["ok", "ok"]);
    for (const id of ids) {
      expect(sim.state<Naive>(id).log).toEqual(["first"]);
    }
  });
});

test("who does not lead takes no write", () => {
  const setup = {
    id: "n1",
    peers: ["n2"],
    disk: {},
    nowMs: 0,
    dice: 1,
  };
  const [state] = naive.init(setup);
  const body = { type: "write", msg_id: 1, value: "x" };
  const message = { src: "c1", dest: "n1", body };
  const event = { kind: "message", message } as const;
  const step = naive.step(state, { event, nowMs: 0, dice: 1 });
  expect(step).toEqual([state, []]);
});

describe("links that fail in part (thesis §9.6, §6.2)", () => {
  test.each(seeds(3))(
    "a deaf follower deposes leaders, seed %i",
    (seed) => {
      const paper = withFault(paperOptions, deafFollower, seed);
      expect(paper.elections).toBeGreaterThan(10);
      expect(paper.acknowledged).toBeLessThan(150);
    },
  );

  test.each(seeds(3))(
    "a deaf leader stops all writes, seed %i",
    (seed) => {
      const paper = withFault(paperOptions, deafLeader, seed);
      expect([paper.elections, paper.acknowledged]).toEqual([0, 0]);
    },
  );

  test.each(seeds(3))("both rules keep it calm, seed %i", (seed) => {
    for (const cuts of [deafFollower, brokenPair]) {
      const calm = withFault(calmOptions, cuts, seed);
      expect([calm.elections, calm.acknowledged]).toEqual([0, 200]);
    }
    const moved = withFault(calmOptions, deafLeader, seed);
    expect(moved.elections).toBe(1);
    expect(moved.acknowledged).toBeGreaterThan(180);
  });
});

test("only the wrong rule breaks a property in Figure 8", () => {
  const text = figure8Text(7);
  expect(text).toContain("State machine safety: S5 commits another");
  expect(text).toContain("invariants: all five hold");
});
