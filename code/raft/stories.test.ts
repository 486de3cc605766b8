/** The stories that the samples tell, as claims. */
import { describe, expect, test } from "vitest";
import { historyOf } from "../kernel/history.ts";
import { run as figure8Text } from "./figure-8.example.ts";
import type { Naive } from "./naive.ts";
import { ids, loseAWrite } from "./naive-story.ts";
import {
  brokenPair,
  deafFollower,
  deafLeader,
  withFault,
} from "./one-way-link.ts";
import { calmOptions, paperOptions } from "./options.ts";

const seeds = [1, 2, 3, 4, 5];

describe("majorities without terms", () => {
  test.each(seeds)("lose an acknowledged write, seed %i", (seed) => {
    const sim = loseAWrite(seed, () => {});
    const outcomes = historyOf(sim.trace, ["c1"]).map((o) => o.outcome);
    expect(outcomes).toEqual(["ok", "ok"]);
    for (const id of ids) {
      expect(sim.state<Naive>(id).log).toEqual(["first"]);
    }
  });
});

describe("links that fail in part (thesis §9.6, §6.2)", () => {
  test.each(seeds)(
    "a deaf follower deposes leaders, seed %i",
    (seed) => {
      const paper = withFault(paperOptions, deafFollower, seed);
      expect(paper.elections).toBeGreaterThan(10);
      expect(paper.acknowledged).toBeLessThan(150);
    },
  );

  test.each(seeds)(
    "a deaf leader stops all writes, seed %i",
    (seed) => {
      const paper = withFault(paperOptions, deafLeader, seed);
      expect([paper.elections, paper.acknowledged]).toEqual([0, 0]);
    },
  );

  test.each(seeds)("both rules keep it calm, seed %i", (seed) => {
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
