/** Members change one at a time (thesis chapter 4). */
import { describe, expect, test } from "vitest";
import type { Node } from "../kernel/node.ts";
import { hastyChange } from "./broken.ts";
import { look, nothingSeen } from "./invariants.ts";
import { calmOptions, paperOptions } from "./options.ts";
import { raft } from "./raft.ts";
import {
  crash,
  deliver,
  fire,
  lose,
  order,
  type Stage,
  stage,
  start,
  talk,
} from "./script.ts";
import { compact } from "./snapshot.ts";
import { membersOf, type State } from "./state.ts";

const four = ["S1", "S2", "S3", "S4"];
const five = [...four, "S5"];

function led(node: Node<State>): Stage {
  const up = five.reduce(start, stage(node));
  const elected = talk(fire(up, "S1", "election"), four);
  return talk(fire(elected, "S1", "heartbeat"), four);
}

function change(
  on: Stage,
  id: string,
  members: readonly string[],
): Stage {
  return order(on, id, { type: "change_members", members });
}

function membersAt(on: Stage, id: string): readonly string[] {
  const state = on.up[id];
  return state === undefined ? [] : membersOf(state);
}

describe("membership changes", () => {
  const node = raft(paperOptions(four));

  test("the new list is in force as soon as it is stored (thesis §4.1)", () => {
    const changed = change(led(node), "S1", five);
    expect(membersAt(changed, "S1")).toEqual(five);
    const sent = deliver(changed, "S1", "S2");
    expect([membersAt(sent, "S2"), membersAt(sent, "S3")]).toEqual([
      five,
      four,
    ]);
  });

  test("brings a new server up to date (thesis §4.2.1)", () => {
    const changed = talk(change(led(node), "S1", five), five);
    const told = talk(fire(changed, "S1", "heartbeat"), five);
    expect(told.up.S5?.log).toEqual(told.up.S1?.log);
    expect(told.up.S5?.commitIndex).toBe(2);
  });

  test("changes one server at a time (thesis §4.1)", () => {
    const before = led(node);
    const swapped = change(before, "S1", ["S1", "S2", "S3", "S5"]);
    expect(swapped.up.S1?.log).toEqual(before.up.S1?.log);
    const same = change(before, "S1", four);
    expect(same.up.S1?.log).toEqual(before.up.S1?.log);
  });

  test("waits until the change before it is committed (thesis §4.1)", () => {
    const open = change(led(node), "S1", five);
    const next = change(open, "S1", four);
    expect(next.up.S1?.log).toHaveLength(2);
    const done = change(talk(open, five), "S1", four);
    expect(done.up.S1?.log).toHaveLength(3);
  });

  test("a server that was never a member does not stand", () => {
    const state = fire(led(node), "S5", "election").up.S5;
    expect([state?.role, state?.currentTerm]).toEqual(["follower", 0]);
  });

  test("a removed server stands until that is committed (Figure 4.6)", () => {
    // S1 leaves a cluster of two and crashes before S2 has heard of it.
    const two = ["S1", "S2"];
    const up = two.reduce(start, stage(raft(paperOptions(two))));
    const elected = talk(fire(up, "S1", "election"), two);
    const open = change(lose(elected), "S1", ["S2"]);
    const back = start(crash(lose(open), "S1"), "S1");
    const denied = talk(fire(back, "S2", "election"), two);
    expect(denied.up.S2?.role).toBe("candidate");
    const votes = talk(fire(denied, "S1", "election"), ["S1"]);
    expect(votes.up.S1?.role).toBe("candidate");
    const won = talk(fire(denied, "S1", "election"), two);
    expect(won.up.S1?.role).toBe("follower");
    expect(membersAt(won, "S2")).toEqual(["S2"]);
    const alone = fire(won, "S2", "election");
    expect(alone.up.S2?.role).toBe("leader");
    const again = fire(won, "S1", "election").up.S1;
    expect([again?.role, again?.currentTerm]).toEqual([
      "follower",
      won.up.S1?.currentTerm,
    ]);
  });

  test("gives a new member time to answer before it is missed", () => {
    const alone = raft(calmOptions(["S1"]));
    const single = fire(start(stage(alone), "S1"), "S1", "election");
    const changed = change(single, "S1", ["S1", "S2"]).up.S1 as State;
    const beat = (state: State, nowMs: number) => {
      const event = { kind: "timer", name: "heartbeat" } as const;
      return alone.step(state, { event, nowMs, dice: 1 })[0];
    };
    const first = beat(changed, 1000);
    const [soon, late] = [beat(first, 1299), beat(first, 1300)];
    expect([first.role, soon.role, late.role]).toEqual([
      "leader",
      "leader",
      "follower",
    ]);
  });

  test("takes no list that names a server twice, or nobody", () => {
    const before = led(node);
    for (const members of [
      ["S1", "S1", "S2", "S3"],
      [...four, "S4"],
    ]) {
      const after = change(before, "S1", members);
      expect(after.up.S1).toEqual(before.up.S1);
    }
    const only = raft(paperOptions(["S1"]));
    const single = fire(start(stage(only), "S1"), "S1", "election");
    expect(single.up.S1?.role).toBe("leader");
    expect(change(single, "S1", []).up.S1).toEqual(single.up.S1);
  });

  test("a removed leader leaves once that is committed (thesis §4.2.2)", () => {
    const without = ["S2", "S3", "S4"];
    const open = change(led(node), "S1", without);
    expect(open.up.S1?.role).toBe("leader");
    const one = deliver(deliver(open, "S1", "S2"), "S2", "S1");
    expect(one.up.S1?.role).toBe("leader");
    const two = deliver(deliver(one, "S1", "S3"), "S3", "S1");
    expect(two.up.S1?.role).toBe("follower");
    const next = talk(fire(lose(two), "S2", "election"), without);
    expect(next.up.S2?.role).toBe("leader");
  });
});

describe("a snapshot (§7)", () => {
  const node = raft(paperOptions(four));
  const [newborn] = node.init({
    id: "S1",
    peers: [],
    disk: {},
    nowMs: 0,
    dice: 1,
  });
  const list = (members: readonly string[]) =>
    ({ kind: "members", term: 1, members }) as const;
  const log = [list(five), list(["S1", "S2"]), list(["S1"])];
  const state: State = { ...newborn, log, commitIndex: 2 };

  test("keeps the list in force at its end, not a later one", () => {
    const short = compact(state, 1, null);
    expect(short.snapshot.members).toEqual(five);
    expect(membersOf(short)).toEqual(["S1"]);
    expect(membersOf({ ...short, log: [] })).toEqual(five);
    expect(compact(short, 2, null).snapshot.members).toEqual([
      "S1",
      "S2",
    ]);
  });

  test("keeps the list of the snapshot before, if none came since", () => {
    const entry = { kind: "no-op", term: 1 } as const;
    const once = compact(state, 2, null);
    const more = { ...once, log: [entry], commitIndex: 3 };
    const twice = compact(more, 3, null);
    expect(twice.snapshot.members).toEqual(["S1", "S2"]);
    expect(membersOf(twice)).toEqual(["S1", "S2"]);
  });
});

describe("a change before the first own commit (raft-dev, 2015)", () => {
  /** S1 adds S5, S2 removes S1, S1 comes back with S4 and S5. */
  function addAndRemove(node: Node<State>): readonly Stage[] {
    const added = change(led(node), "S1", five);
    const [toNew, ...rest] = added.letters.filter(
      (letter) => letter.dest === "S5",
    );
    expect(rest).toEqual([]);
    const only = { ...added, letters: toNew ? [toNew] : [] };
    const s1 = lose(talk(only, ["S1", "S5"]));
    const won = talk(fire(s1, "S2", "election"), ["S2"]);
    const asked = fire(won, "S2", "election");
    const votes = ["S3", "S4"].reduce((now, id) => {
      return deliver(deliver(now, "S2", id), id, "S2");
    }, asked);
    const removed = change(lose(votes), "S2", ["S2", "S3", "S4"]);
    const s2 = lose(
      talk(fire(removed, "S2", "heartbeat"), ["S2", "S3"]),
    );
    const back = start(crash(s2, "S1"), "S1");
    const tried = talk(fire(back, "S1", "election"), [
      "S1",
      "S4",
      "S5",
    ]);
    const again = talk(fire(tried, "S1", "election"), [
      "S1",
      "S4",
      "S5",
    ]);
    const last = talk(fire(again, "S1", "election"), [
      "S1",
      "S4",
      "S5",
    ]);
    return [s1, s2, tried, again, last];
  }

  function lookAtAll(stages: readonly Stage[]) {
    return stages
      .flatMap((on) => Object.values(on.up))
      .reduce(look, nothingSeen);
  }

  test("loses a committed change without the rule", () => {
    const broken = hastyChange(raft(paperOptions(four)));
    expect(() => lookAtAll(addAndRemove(broken))).toThrow(
      "State machine safety: S1 commits another entry at 2",
    );
  });

  test("cannot happen with it", () => {
    const stages = addAndRemove(raft(paperOptions(four)));
    lookAtAll(stages);
    expect(stages[1]?.up.S2?.log).toHaveLength(2);
  });
});
