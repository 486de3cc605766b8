/** Joint consensus: any number of servers changed at once (§6). */
import { describe, expect, test } from "vitest";
import { chaos } from "../kernel/faults.ts";
import { intBetween, stream } from "../kernel/random.ts";
import { seeds } from "../seeds.ts";
import { switchAtOnce } from "./broken.ts";
import {
  demandProgress,
  keepProposing,
  leaderOf,
  watched,
} from "./cluster.scenario.ts";
import { look, nothingSeen } from "./invariants.ts";
import { changeJointly, compactSettled, jointRaft } from "./joint.ts";
import { calmOptions, paperOptions } from "./options.ts";
import {
  deliver,
  fire,
  lose,
  order,
  type Stage,
  stage,
  start,
  talk,
} from "./script.ts";
import {
  isMajority,
  lastIndex,
  listsOf,
  membersOf,
  type State,
} from "./state.ts";

const old = ["S1", "S2", "S3"];
const five = [...old, "S4", "S5"];
const swap = ["S3", "S4", "S5"];
const node = jointRaft(paperOptions(old));

function led(which = node): Stage {
  const up = five.reduce(start, stage(which));
  const elected = talk(fire(up, "S1", "election"), old);
  return talk(fire(elected, "S1", "heartbeat"), old);
}

function change(members: readonly string[], on = led()): Stage {
  return order(on, "S1", { type: "change_jointly", members });
}

function s1(on: Stage): State {
  return on.up.S1 as State;
}

/** A message to this server, and its answer back. */
function ask(on: Stage, ...ids: readonly string[]): Stage {
  return ids.reduce(
    (now, id) => deliver(deliver(now, "S1", id), id, "S1"),
    on,
  );
}

describe("joint consensus (§6)", () => {
  test("puts both lists in force as soon as the entry is stored", () => {
    const changed = change(swap);
    expect(listsOf(s1(changed))).toEqual([old, swap]);
    expect(membersOf(s1(changed))).toEqual(five);
    expect(s1(changed).commitIndex).toBe(1);
  });

  test("a majority is one of each list", () => {
    const state = s1(change(swap));
    expect(isMajority(state, ["S1", "S2"])).toBe(false);
    expect(isMajority(state, ["S4", "S5"])).toBe(false);
    expect(isMajority(state, ["S1", "S2", "S4"])).toBe(false);
    expect(isMajority(state, ["S1", "S3", "S4"])).toBe(true);
  });

  test("commits what a majority of each list stores", () => {
    const lacksNew = ask(change(swap), "S2");
    expect(s1(lacksNew).commitIndex).toBe(1);
    const first = ask(lacksNew, "S4");
    // A new server has to be sent what stands before it.
    const one = ask(first, "S4");
    expect(s1(one).commitIndex).toBe(1);
    const two = ask(one, "S3");
    expect(s1(two).commitIndex).toBeGreaterThanOrEqual(2);
  });

  test("the new list follows once both have committed it", () => {
    const done = talk(change(swap), five);
    expect(listsOf(s1(done))).toEqual([swap]);
    expect(lastIndex(s1(done))).toBe(3);
  });

  test("a leader that is not in the new list leaves in the end", () => {
    const done = talk(change(swap), five);
    expect(s1(done).role).toBe("follower");
    const next = talk(fire(done, "S3", "election"), swap);
    expect(next.up.S3?.role).toBe("leader");
  });

  test("one change at a time, and no list that is none", () => {
    const open = change(swap);
    expect(lastIndex(s1(change(old, open)))).toBe(2);
    expect(lastIndex(s1(change([])))).toBe(1);
    expect(lastIndex(s1(change(["S1", "S1", "S2"])))).toBe(1);
    const leader = s1(led());
    const list = { kind: "members", term: 1, members: five } as const;
    const settling = { ...leader, log: [...leader.log, list] };
    expect(changeJointly(settling, old)).toEqual([settling, []]);
    const settled = { ...settling, commitIndex: 2 };
    const [next] = changeJointly(settled, old);
    expect(listsOf(next)).toEqual([five, old]);
  });

  test("the next leader finishes what it finds", () => {
    const begun = change(swap);
    const told = ["S2", "S3", "S4", "S5"].reduce(
      (now, id) => deliver(now, "S1", id),
      begun,
    );
    const caught = talk(
      { ...told, letters: told.letters.filter((l) => l.src !== "S1") },
      ["S1", "S4", "S5"],
    );
    const left = fire(lose(caught), "S3", "election");
    const won = talk(left, ["S2", "S3", "S4", "S5"]);
    const beat = talk(fire(won, "S3", "heartbeat"), swap);
    expect(beat.up.S3?.role).toBe("leader");
    expect(listsOf(beat.up.S3 as State)).toEqual([swap]);
    expect(listsOf(beat.up.S4 as State)).toEqual([swap]);
  });

  test("no snapshot ends between the two lists", () => {
    const open = s1(change(swap));
    const state = { ...open, commitIndex: 2 };
    expect(compactSettled(state, 2, null)).toBe(state);
    const short = compactSettled(state, 1, null);
    expect(short.snapshot).toMatchObject({
      lastIndex: 1,
      members: old,
    });
    expect(listsOf(short)).toEqual([old, swap]);
    const done = s1(talk(change(swap), five));
    const all = compactSettled({ ...done, commitIndex: 3 }, 3, null);
    expect(all.snapshot.members).toEqual(swap);
  });

  test.each(seeds(6))(
    "any list to any other in a storm, seed %i",
    (seed) => {
      const untilMs = 4000;
      const ids = ["n1", "n2", "n3", "n4", "n5"];
      const kinds = [
        "crash",
        "crash-between-effects",
        "isolate",
      ] as const;
      const faults = chaos(seed, { nodes: ids, untilMs, kinds });
      const network = { messageLossProbability: 0.05 };
      const joint = jointRaft(calmOptions(ids.slice(0, 3)));
      const sim = watched(ids, joint, { seed, network, faults });
      const seen = new Set<string>();
      for (let turn = 0; sim.nowMs < untilMs; turn++) {
        keepProposing(sim, ids, 50, sim.nowMs + 150);
        const dest = leaderOf(sim, ids);
        if (dest === null) continue;
        seen.add(membersOf(sim.state<State>(dest)).join(" "));
        const mask = intBetween(stream(seed, turn), 1, 31);
        const members = ids.filter((_, at) => (mask >> at) % 2 === 1);
        const body = { type: "change_jointly", members };
        sim.inject({ src: "admin", dest, body });
      }
      expect(seen.size).toBeGreaterThan(3);
      sim.runFor(2500);
      const leader = sim.state<State>(leaderOf(sim, ids) ?? "");
      expect(listsOf(leader)).toHaveLength(1);
      demandProgress(sim, membersOf(leader));
    },
  );
});

describe("from three servers to five in one step (§6)", () => {
  /** S1, S4, S5 know of five; S2 and S3 of three. Both sides elect. */
  function split(which: typeof node): readonly State[] {
    const changed = change(five, led(which));
    const behind = ask(changed, "S4", "S5");
    const sent = deliver(deliver(behind, "S1", "S4"), "S1", "S5");
    const told = lose(sent);
    const old3 = talk(fire(told, "S2", "election"), ["S2", "S3"]);
    const new5 = talk(fire(old3, "S5", "election"), ["S1", "S4", "S5"]);
    return Object.values(new5.up);
  }

  test("gives two leaders in one term", () => {
    const broken = split(switchAtOnce(node));
    expect(() => broken.reduce(look, nothingSeen)).toThrow(
      "Election safety: S2 and S5 both lead term 2",
    );
  });

  test("and does not with both lists in force", () => {
    const right = split(node).reduce(look, nothingSeen);
    expect(right.leaders).toEqual({ 2: "S2" });
  });
});
