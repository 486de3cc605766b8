/**
 * Many seeds, many faults, the five properties of Figure 3 after each
 * step; then calm, and demand progress. And the invariants are tested
 * too: each broken Raft must be caught.
 */
import { describe, expect, test } from "vitest";
import { type ChaosKind, chaos } from "../kernel/faults.ts";
import type { Node } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { traceToJson } from "../kernel/trace.ts";
import { seeds } from "../seeds.ts";
import { commitByCounting, forgetVote, skipCheck } from "./broken.ts";
import {
  demandProgress,
  keepProposing,
  leaderOf,
  stormAndCalm,
  watched,
} from "./cluster.scenario.ts";
import { look, nothingSeen } from "./invariants.ts";
import { calmOptions, paperOptions } from "./options.ts";
import { raft } from "./raft.ts";
import {
  crash,
  deliver,
  fire,
  loseTo,
  stage,
  start,
} from "./script.ts";
import { membersOf, type State } from "./state.ts";

const three = ["n1", "n2", "n3"];
const five = ["n1", "n2", "n3", "n4", "n5"];

describe("safe in any storm, live after it (Figure 3, §5.4.3, §5.6)", () => {
  test.each(seeds(8))(
    "three servers as in the paper, seed %i",
    (seed) => {
      stormAndCalm(seed, three, raft(paperOptions(three)));
    },
  );

  test.each(seeds(6))(
    "five servers as in the paper, seed %i",
    (seed) => {
      stormAndCalm(seed, five, raft(paperOptions(five)));
    },
  );

  test.each(seeds(6))("pre-vote and check-quorum, seed %i", (seed) => {
    stormAndCalm(seed, five, raft(calmOptions(five)));
  });

  test.each(seeds(6))("while members come and go, seed %i", (seed) => {
    const untilMs = 5000;
    const kinds = [
      "crash",
      "crash-between-effects",
      "isolate",
    ] as const;
    const faults = chaos(seed, { nodes: five, untilMs, kinds });
    const network = { messageLossProbability: 0.05 };
    const node = raft(calmOptions(three));
    const sim = watched(five, node, { seed, network, faults });
    const lists = new Set<string>();
    for (let turn = seed; sim.nowMs < untilMs; turn++) {
      keepProposing(sim, five, 50, sim.nowMs + 150);
      lists.add(changeOneMember(sim, five[turn % 5] ?? ""));
    }
    expect(lists.size).toBeGreaterThan(4);
    sim.runFor(1500);
    const leader = sim.state<State>(leaderOf(sim, five) ?? "");
    demandProgress(sim, membersOf(leader));
  });

  /** Ask the leader to add this server, or to remove it; as it is now. */
  function changeOneMember(sim: Simulation, id: string): string {
    const leader = leaderOf(sim, five);
    if (leader === null) return "";
    const now = membersOf(sim.state<State>(leader));
    const without = now.filter((member) => member !== id);
    const isSmall = without.length < 2;
    const members =
      now.includes(id) && !isSmall ? without : [...without, id];
    const body = { type: "change_members", members };
    sim.inject({ src: "client", dest: leader, body });
    return now.join(" ");
  }

  test("no step changes what it was given, or hides anything", () => {
    const untilMs = 1500;
    const faults = chaos(1, { nodes: three, untilMs, pauseMsMax: 200 });
    const node = raft(calmOptions(three));
    const options = { seed: 1, faults, checkPurity: true };
    const sim = watched(three, node, options);
    keepProposing(sim, three, 50, untilMs);
    expect(sim.steps).toBeGreaterThan(200);
  });

  test("the same seed gives the same trace", () => {
    const run = () => {
      const sim = stormAndCalm(3, three, raft(paperOptions(three)));
      return traceToJson(sim.trace);
    };
    expect(run()).toBe(run());
  });

  test("commands get through the storm", () => {
    const sim = stormAndCalm(5, three, raft(paperOptions(three)));
    const leader = leaderOf(sim, three) ?? "";
    expect(sim.state<State>(leader).commitIndex).toBeGreaterThan(50);
  });
});

describe("the invariants catch", () => {
  const network = {
    messageLossProbability: 0.1,
    delayMs: { kind: "uniform", min: 1, max: 30 },
  } as const;

  /** What the first seed that shows it says; "" if none does. */
  function caught(
    node: Node<State>,
    kinds: readonly ChaosKind[],
  ): string {
    for (let seed = 1; seed <= 150; seed++) {
      const faults = chaos(seed, {
        nodes: five,
        untilMs: 6000,
        kinds,
        faultMsMax: 200,
        pauseMsMax: 10,
      });
      const sim = watched(five, node, { seed, network, faults });
      try {
        keepProposing(sim, five, 20, 6000);
      } catch (error) {
        return String(error);
      }
    }
    return "";
  }

  test("a Raft that takes entries without the check (§5.3)", () => {
    const node = skipCheck(raft(paperOptions(five)));
    expect(caught(node, ["crash", "isolate"])).toMatch("Log matching");
  });

  test("a Raft that commits by counting alone (§5.4.2)", () => {
    const options = { ...paperOptions(five), entriesMax: 1 };
    const node = commitByCounting(raft(options));
    const cuts = ["isolate", "one-way", "ring", "bridge"] as const;
    expect(caught(node, cuts)).toMatch("Leader completeness");
  });

  test("a Raft that forgets its vote in a crash (§5.2)", () => {
    const broken = twoCandidates(forgetVote(raft(paperOptions(three))));
    expect(() => broken.reduce(look, nothingSeen)).toThrow(
      "Election safety: n1 and n3 both lead term 1",
    );
    const right = twoCandidates(raft(paperOptions(three)));
    expect(right.reduce(look, nothingSeen).leaders).toEqual({
      1: "n1",
    });
  });

  /** n2 votes for n1, crashes, comes back, and is asked by n3. */
  function twoCandidates(node: Node<State>): readonly State[] {
    const up = three.reduce(start, stage(node));
    const one = loseTo(fire(up, "n1", "election"), "n3");
    const both = fire(one, "n3", "election");
    const voted = deliver(deliver(both, "n1", "n2"), "n2", "n1");
    const asked = voted.letters.filter(({ src }) => src === "n3");
    const back = start(crash(voted, "n2"), "n2");
    const again = { ...back, letters: asked };
    const last = deliver(deliver(again, "n3", "n2"), "n2", "n3");
    return Object.values(last.up);
  }
});
