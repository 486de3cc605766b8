/** Rules of the printed regions, each at the edge where it turns. */
import { describe, expect, test } from "vitest";
import type { Body, Effect, Input } from "../kernel/node.ts";
import { commitByCounting } from "./broken.ts";
import { changeMembers } from "./membership.ts";
import { paperOptions } from "./options.ts";
import { raft, storeFirst } from "./raft.ts";
import { advanceCommit, storedByMajority } from "./replication.ts";
import { fire, type Stage, stage, start, talk } from "./script.ts";
import { compact } from "./snapshot.ts";
import type { Entry, Leading, State } from "./state.ts";

const three = ["n1", "n2", "n3"];
const node = raft(paperOptions(three));
const setup = { id: "n1", peers: [], disk: {}, nowMs: 0, dice: 1 };
const [fresh] = node.init(setup);

function entries(...terms: number[]): readonly Entry[] {
  return terms.map((term) => ({ kind: "command", term, command: "x" }));
}

/** Everything up to this index, of term 1, is in a snapshot. */
function snapshotTo(lastIndex: number): State["snapshot"] {
  return { lastIndex, lastTerm: 1, members: three, data: null };
}

/** n1 leads term 1 of three servers, its no-op is committed. */
function leaderWith(change: Partial<State>): State {
  const up: Stage = three.reduce(start, stage(node));
  const elected = talk(fire(up, "n1", "election"), three);
  return { ...(elected.up.n1 as State), ...change };
}

function message(src: string, body: Body): Input {
  const event = { kind: "message", message: { src, dest: "n1", body } };
  return { event, nowMs: 0, dice: 1 } as Input;
}

describe("what must be stored (Figure 2)", () => {
  const send: Effect = {
    kind: "send",
    dest: "n2",
    body: { type: "x" },
  };

  test("nothing, where neither term, vote, log nor snapshot changed", () => {
    const next = { ...fresh, commitIndex: 1 };
    expect(storeFirst(fresh, [next, [send]])).toEqual([next, [send]]);
  });

  test.each<Partial<State>>([
    { currentTerm: 1 },
    { votedFor: "n2" },
    { log: entries(1) },
    { snapshot: snapshotTo(4) },
  ])("all four, before any message, after a change of %o", (change) => {
    const next = { ...fresh, ...change };
    const { currentTerm, votedFor, log, snapshot } = next;
    const value = { currentTerm, votedFor, log, snapshot };
    expect(storeFirst(fresh, [next, [send]])).toEqual([
      next,
      [{ kind: "persist", key: "raft", value }, send],
    ]);
  });
});

test("entries that differ are replaced behind a snapshot too (§5.3, §7)", () => {
  const follower: State = {
    ...fresh,
    currentTerm: 2,
    snapshot: snapshotTo(3),
    commitIndex: 3,
    log: entries(1, 1, 1),
  };
  const [state] = node.step(
    follower,
    message("n2", {
      type: "append_entries",
      term: 2,
      prevLogIndex: 4,
      prevLogTerm: 1,
      entries: entries(2),
      leaderCommit: 3,
      round: 0,
    }),
  );
  expect(state.log.map(({ term }) => term)).toEqual([1, 2]);
});

describe("the commit index (§5.3, §5.4.2)", () => {
  function leading(matchIndex: Leading["matchIndex"]): State {
    const leader = leaderWith({
      log: entries(1, 1, 1),
      commitIndex: 2,
    });
    const now = leader.leading as Leading;
    return { ...leader, leading: { ...now, matchIndex } };
  }

  test("goes to what a majority stores", () => {
    const state = leading({ n2: 3, n3: 0 });
    expect(advanceCommit(state).commitIndex).toBe(3);
  });

  test("never goes back, whatever the followers are known to store", () => {
    const state = leading({ n2: 1, n3: 0 });
    expect(advanceCommit(state).commitIndex).toBe(2);
  });

  test("a server that does not lead knows of no copies but its own", () => {
    const follower = { ...fresh, log: entries(1) };
    expect(storedByMajority(follower)).toBe(0);
  });

  test("is left alone by the broken Raft, too, where it does not lead", () => {
    const alone = commitByCounting(raft(paperOptions(["n1"])));
    const [state] = alone.init(setup);
    const [next] = alone.step(
      { ...state, log: entries(1) },
      message("c1", { type: "command", command: "y" }),
    );
    expect(next.leading).toBeNull();
    expect(next.commitIndex).toBe(0);
  });
});

test("what is compacted away cannot be compacted again (§7)", () => {
  const state: State = {
    ...fresh,
    snapshot: snapshotTo(3),
    commitIndex: 5,
    log: entries(1, 1),
  };
  expect(compact(state, 2, "older")).toEqual(state);
  expect(compact(state, 4, "newer").snapshot.lastIndex).toBe(4);
});

describe("a change of members that may not be (thesis §4.1)", () => {
  const two = ["n1", "n2"];

  test("does nothing on a server that does not lead", () => {
    const follower = leaderWith({ role: "follower", leading: null });
    expect(changeMembers(follower, two)).toEqual([follower, []]);
  });

  test("does nothing where two servers would change at once", () => {
    const leader = leaderWith({});
    expect(changeMembers(leader, ["n1"])).toEqual([leader, []]);
    expect(changeMembers(leader, two)[0].log.at(-1)).toMatchObject({
      kind: "members",
      members: two,
    });
  });

  test("does nothing while one behind a snapshot is not committed", () => {
    const open: Entry = { kind: "members", term: 1, members: two };
    const leader = leaderWith({
      snapshot: snapshotTo(3),
      commitIndex: 4,
      log: [...entries(1), open],
    });
    expect(changeMembers(leader, three)).toEqual([leader, []]);
    const done = { ...leader, commitIndex: 5 };
    expect(changeMembers(done, three)[0].log).toHaveLength(3);
  });
});
