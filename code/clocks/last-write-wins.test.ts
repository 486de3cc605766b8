import { describe, expect, it } from "vitest";
import type { Body } from "../kernel/node.ts";
import { correction, lostOf, run } from "./last-write-wins.example.ts";
import {
  hybridClock,
  register,
  type Stamp,
  type State,
  wallClock,
} from "./last-write-wins.ts";
import type { State as Session } from "./session.ts";

const seeds = Array.from({ length: 50 }, (_, i) => i + 1);
const valueAt = (sim: ReturnType<typeof correction>, id: string) =>
  sim.state<State>(id).value;

describe("last write wins", () => {
  it("by wall clock: both writes acknowledged, the second is gone", () => {
    for (const seed of seeds) {
      const sim = correction(wallClock, seed);
      expect(sim.state<Session>("c1").acknowledged.length).toBe(2);
      for (const id of ["n1", "n2", "n3"]) {
        expect(valueAt(sim, id), `seed ${seed}`).toBe("12 Elm St");
      }
    }
  });

  it("by hybrid logical clock: the second wins, whatever the skew", () => {
    for (const seed of seeds) {
      const sim = correction(hybridClock, seed);
      for (const id of ["n1", "n2", "n3"]) {
        expect(valueAt(sim, id), `seed ${seed}`).toBe("21 Elm St");
      }
    }
    expect(lostOf(hybridClock, 250, seeds)).toBe(0);
  });

  it("by hybrid logical clock, when no message carries the stamp: lost", () => {
    const hidden = { carriesContext: false, isCut: true };
    const sim = correction(hybridClock, 7, hidden);
    expect(valueAt(sim, "n3")).toBe("12 Elm St");
    const carried = { carriesContext: true, isCut: true };
    expect(valueAt(correction(hybridClock, 7, carried), "n3")).toBe(
      "21 Elm St",
    );
  });

  it("loses nothing when no two clocks differ by more than the gap", () => {
    // Think time 10 ms and two one-way delays of at least 2 ms: 14 ms.
    expect(lostOf(wallClock, 6.5, seeds)).toBe(0);
    expect(lostOf(wallClock, 100, seeds)).toBeGreaterThan(5);
  });

  it("of two writes with one time keeps that of the greater name", () => {
    const copy = (value: string, node: string) => {
      const stamp: Stamp = { l: 40, c: 0, node };
      return { type: "replicate", value, stamp };
    };
    const a = copy("by a", "a");
    const b = copy("by b", "b");
    expect(heard([a, b]).value).toBe("by b");
    expect(heard([b, a]).value).toBe("by b");
  });

  it("of two puts to one replica in a millisecond keeps the later", () => {
    const put = (value: string) => ({
      type: "put",
      value,
      context: null,
    });
    expect(heard([put("first"), put("second")]).value).toBe("second");
  });

  it("tells the printed story", () => {
    expect(run(7)).toContain("stamp 83.0 n2");
  });
});

/** A replica that has heard these at one time of its wall clock. */
function heard(bodies: readonly Body[]): State {
  const node = register(wallClock, ["n1", "n2"]);
  const setup = {
    id: "n1",
    peers: ["n2"],
    disk: {},
    nowMs: 0,
    dice: 1,
  };
  let [state] = node.init(setup);
  for (const body of bodies) {
    const message = { src: "n2", dest: "n1", body };
    const event = { kind: "message" as const, message };
    [state] = node.step(state, { event, nowMs: 40, dice: 1 });
  }
  return state;
}
