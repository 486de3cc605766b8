import { describe, expect, it } from "vitest";
import type { Dialled } from "../consistency/session.ts";
import type { ClientState } from "../kernel/client.ts";
import { playground, sides } from "./playground.scenario.ts";

const cut = [
  ["n1", "n2"],
  ["n3", "n4", "n5"],
];

/** Per client: the answers that were none, or an error. */
function refused(level: "linearizable" | "sequential" | "eventual") {
  const sim = playground({
    seed: 7,
    policy: { read: level, write: level },
    faults: [{ atMs: 0, kind: "partition", groups: cut }],
  });
  sim.runUntil(3000);
  const isNo = (answer: { type: string } | null) =>
    answer === null || answer.type === "error";
  return Object.keys(sides).map((id) => {
    const { answers } = sim.state<Dialled<ClientState>>(id).client;
    expect(answers.length).toBeGreaterThan(3);
    return answers.filter(isNo).length / answers.length;
  });
}

describe("the playground, cut from the start", () => {
  it("refuses the smaller side everything that is linearizable", () => {
    expect(refused("linearizable")).toEqual([1, 1, 0, 0]);
  });

  it("refuses the larger side its writes if the leader is not there", () => {
    const [c1, c2, c3, c4] = refused("sequential");
    expect([c1, c2]).toEqual([0, 0]);
    expect(Math.min(c3 ?? 0, c4 ?? 0)).toBeGreaterThan(0.1);
  });

  it("refuses nobody what is eventual", () => {
    expect(refused("eventual")).toEqual([0, 0, 0, 0]);
  });
});
