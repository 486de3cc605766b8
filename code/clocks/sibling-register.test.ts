import { describe, expect, it } from "vitest";
import type { State as Session } from "./session.ts";
import {
  correction,
  replicas,
  run,
} from "./sibling-register.example.ts";
import type { State } from "./sibling-register.ts";

const seeds = Array.from({ length: 50 }, (_, i) => i + 1);

describe("register with siblings", () => {
  it("keeps the correction alone when its context is passed on", () => {
    for (const seed of seeds) {
      const sim = correction(seed, true);
      for (const id of replicas) {
        const { siblings } = sim.state<State>(id);
        expect(siblings.map((s) => s.value)).toEqual(["21 Elm St"]);
      }
    }
  });

  it("keeps both when the store cannot know: nothing is lost", () => {
    for (const seed of seeds) {
      const sim = correction(seed, false);
      expect(sim.state<Session>("c1").acknowledged.length).toBe(2);
      for (const id of replicas) {
        const { siblings } = sim.state<State>(id);
        expect(siblings.map((s) => s.value)).toEqual([
          "12 Elm St",
          "21 Elm St",
        ]);
      }
    }
  });

  it("tells the printed story", () => {
    expect(run(7)).toContain("past [n1:1]");
  });
});
