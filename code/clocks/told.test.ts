import { describe, expect, it } from "vitest";
import { eventsOf, names, threeProcesses } from "./example.ts";
import type { State } from "./process.ts";
import { tell, toldProcesses } from "./told.scenario.ts";
import { compare } from "./vector.ts";

const quiet = { seed: 3, ownEvents: 0, skewMsMax: 0, startMs: 0 };

describe("processes that can be told", () => {
  it("live as those of the sample while nobody tells them anything", () => {
    const sim = toldProcesses({
      ...quiet,
      ownEvents: 3,
      skewMsMax: 20,
    });
    sim.runUntil(1000);
    expect(eventsOf(sim)).toEqual(eventsOf(threeProcesses(3)));
  });

  it("order their events alike, however late they start", () => {
    const stamps = (startMs: number) => {
      const skewed = { ...quiet, ownEvents: 3, skewMsMax: 20, startMs };
      const sim = toldProcesses(skewed);
      sim.runUntil(1000);
      return eventsOf(sim).map(({ lamport, vector }) => [
        lamport,
        vector,
      ]);
    };
    expect(stamps(200)).toEqual(stamps(0));
  });

  it("make no event of their own accord when left without any", () => {
    const sim = toldProcesses(quiet);
    sim.runUntil(1000);
    expect(eventsOf(sim)).toEqual([]);
  });

  it("make the event that they are told, stamped as any other", () => {
    const sim = toldProcesses(quiet);
    sim.runUntil(100);
    tell(sim, "n1", null);
    tell(sim, "n2", "n1");
    sim.runUntil(200);
    const [n1, n2] = names.map((id) => sim.state<State>(id).log);
    expect(n1?.map(({ kind }) => kind)).toEqual(["local", "receive"]);
    expect(n2?.map(({ kind }) => kind)).toEqual(["send"]);
    expect(n1?.[1]?.vector).toEqual({ n1: 2, n2: 1 });
    expect(compare(n1?.[0]?.vector ?? {}, n2?.[0]?.vector ?? {})).toBe(
      "concurrent",
    );
  });
});
