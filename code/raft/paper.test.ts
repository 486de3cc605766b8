/** One test for each claim of the paper, its section in the title. */
import { describe, expect, test } from "vitest";
import type { Body, Effect, Input, Json } from "../kernel/node.ts";
import type {
  AppendEntries,
  AppendReply,
  RequestVote,
} from "./messages.ts";
import { calmOptions, paperOptions } from "./options.ts";
import { raft } from "./raft.ts";
import { askToRead, takeReads } from "./read.ts";
import {
  crash,
  deliver,
  fire,
  lose,
  loseTo,
  order,
  type Stage,
  stage,
  start,
  talk,
} from "./script.ts";
import { compact } from "./snapshot.ts";
import { type Entry, lastIndex, type State } from "./state.ts";

const three = ["n1", "n2", "n3"];
const five = ["n1", "n2", "n3", "n4", "n5"];
const node = raft(paperOptions(three));
const calm = raft(calmOptions(three));

/** A server with this on its disk, and nothing heard yet. */
function server(stored: Partial<State>, which = node): State {
  const [state] = which.init({
    id: "n1",
    peers: [],
    disk: {},
    nowMs: 0,
    dice: 1,
  });
  return { ...state, ...stored };
}

function message(src: string, body: Body, nowMs = 0): Input {
  const event = { kind: "message", message: { src, dest: "n1", body } };
  return { event, nowMs, dice: 1 } as Input;
}

function timer(name: string, nowMs = 0): Input {
  return { event: { kind: "timer", name }, nowMs, dice: 1 };
}

function sent(effects: readonly Effect[]): readonly Body[] {
  return effects.flatMap((e) => (e.kind === "send" ? [e.body] : []));
}

function entries(...terms: number[]): readonly Entry[] {
  return terms.map((term, at) => ({
    kind: "command",
    term,
    command: `${term}.${at}`,
  }));
}

function ask(change: Partial<RequestVote> = {}): RequestVote {
  return {
    type: "request_vote",
    term: 1,
    lastLogIndex: 0,
    lastLogTerm: 0,
    ...change,
  };
}

function append(change: Partial<AppendEntries> = {}): AppendEntries {
  return {
    type: "append_entries",
    term: 1,
    prevLogIndex: 0,
    prevLogTerm: 0,
    entries: [],
    leaderCommit: 0,
    round: 0,
    ...change,
  };
}

function answer(change: Partial<AppendReply>): AppendReply {
  return {
    type: "append_entries_reply",
    term: 1,
    success: true,
    matchIndex: 0,
    nextIndex: 1,
    round: 0,
    ...change,
  };
}

function terms(state: State | undefined): string {
  return (state?.log ?? []).map((entry) => entry.term).join("");
}

/** Three servers, n1 leading term 1, its no-op committed everywhere. */
function led(which = node): Stage {
  const up = three.reduce(start, stage(which));
  const elected = talk(fire(up, "n1", "election"), three);
  return talk(fire(elected, "n1", "heartbeat"), three);
}

describe("terms (§5.1)", () => {
  test("takes over a higher term and becomes a follower (§5.1)", () => {
    const leader = led().up.n1 as State;
    expect(leader.role).toBe("leader");
    const [state] = node.step(
      leader,
      message("n2", append({ term: 9 })),
    );
    expect([state.currentTerm, state.role]).toEqual([9, "follower"]);
    expect([state.leader, state.leading]).toEqual(["n2", null]);
  });

  test("forgets the leader of a term that is over (thesis §6.2)", () => {
    const [follower] = node.step(server({}), message("n2", append()));
    const [after] = node.step(
      follower,
      message("n3", ask({ term: 2 })),
    );
    expect([follower.leader, after.leader]).toEqual(["n2", null]);
    const [alone] = node.step(follower, timer("election", 300));
    expect([alone.leader, alone.leaderHeardMs]).toEqual([null, null]);
    const [gone, effects] = calm.step(
      calmLeader(),
      timer("heartbeat", 300),
    );
    expect([gone.role, gone.leader]).toEqual(["follower", null]);
    expect(effects).toMatchObject([
      { kind: "set-timer", name: "election" },
    ]);
  });

  test("refuses a request of an older term and tells its own (§5.1)", () => {
    const state = server({ currentTerm: 5 });
    const [after, effects] = node.step(
      state,
      message("n2", append({ term: 4, entries: entries(4) })),
    );
    expect(after).toBe(state);
    expect(sent(effects)[0]).toMatchObject({ term: 5, success: false });
  });
});

describe("leader election (§5.2)", () => {
  test("starts as a follower and waits (§5.2)", () => {
    const setup = { id: "n1", peers: [], disk: {}, nowMs: 0, dice: 3 };
    const [state, effects] = node.init(setup);
    expect(state.role).toBe("follower");
    expect(effects).toMatchObject([
      { kind: "set-timer", name: "election" },
    ]);
  });

  test("waits between the two bounds, not always the same (§5.2)", () => {
    const waits = Array.from({ length: 200 }, (_, dice) => {
      const setup = { id: "n1", peers: [], disk: {}, nowMs: 0, dice };
      const [, [wait]] = node.init(setup);
      return wait?.kind === "set-timer" ? wait.afterMs : 0;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(150);
    expect(Math.max(...waits)).toBeLessThanOrEqual(300);
    expect(new Set(waits).size).toBeGreaterThan(50);
  });

  test("stands in a new term and votes for itself (§5.2)", () => {
    const [state, effects] = node.step(server({}), timer("election"));
    expect(state).toMatchObject({
      role: "candidate",
      currentTerm: 1,
      votedFor: "n1",
    });
    expect(sent(effects).map((body) => body.type)).toEqual([
      "request_vote",
      "request_vote",
    ]);
  });

  test("grants at most one vote a term, first come (§5.2)", () => {
    const [one, first] = node.step(server({}), message("n2", ask()));
    const [two, second] = node.step(one, message("n3", ask()));
    const [, again] = node.step(two, message("n2", ask()));
    expect(sent(first)[0]?.voteGranted).toBe(true);
    expect(sent(second)[0]?.voteGranted).toBe(false);
    expect(sent(again)[0]?.voteGranted).toBe(true);
    expect(two.votedFor).toBe("n2");
  });

  test("grants no vote in a term that is over (Figure 2)", () => {
    const state = server({ currentTerm: 5 });
    const body = ask({ term: 4, lastLogIndex: 9, lastLogTerm: 4 });
    const [after, effects] = node.step(state, message("n2", body));
    expect(after.votedFor).toBeNull();
    expect(sent(effects)[0]).toMatchObject({
      term: 5,
      voteGranted: false,
    });
  });

  test("a leader that steps down keeps its vote (§5.2)", () => {
    const elected = calmLeader();
    const [gone] = calm.step(elected, timer("heartbeat", 300));
    const body = ask({ term: 1, lastLogIndex: 9, lastLogTerm: 1 });
    const [after, effects] = calm.step(gone, message("n3", body, 900));
    expect([gone.role, after.votedFor]).toEqual(["follower", "n1"]);
    expect(sent(effects)[0]?.voteGranted).toBe(false);
  });

  test("keeps its vote over a crash (§5.2, Figure 2)", () => {
    const up = start(start(stage(node), "n1"), "n2");
    const voted = deliver(fire(up, "n2", "election"), "n2", "n1");
    const back = start(crash(voted, "n1"), "n1");
    expect(back.up.n1).toMatchObject({
      currentTerm: 1,
      votedFor: "n2",
    });
  });

  test("stores the vote before it sends it (§5.2, Figure 2)", () => {
    const [, effects] = node.step(server({}), message("n2", ask()));
    expect(effects.map((effect) => effect.kind)).toEqual([
      "persist",
      "set-timer",
      "send",
    ]);
  });

  test("stores a vote in a term that it has stored before (§5.2)", () => {
    const known = server({ currentTerm: 1 });
    const [, effects] = node.step(known, message("n2", ask()));
    expect(effects[0]).toMatchObject({
      kind: "persist",
      value: { currentTerm: 1, votedFor: "n2" },
    });
  });

  test("stores entries before it says that it has (Figure 2)", () => {
    const body = append({ entries: entries(1) });
    const [, effects] = node.step(server({}), message("n2", body));
    expect(effects.map((effect) => effect.kind)).toEqual([
      "persist",
      "set-timer",
      "send",
    ]);
    const [, again] = node.step(
      server({ currentTerm: 1, log: entries(1) }),
      message("n2", body),
    );
    expect(again.map((effect) => effect.kind)).not.toContain("persist");
  });

  test("wins with a majority, counting each voter once (§5.2)", () => {
    const options = paperOptions(five);
    const [candidate] = raft(options).step(
      server({ options, snapshot: raftSnapshot(five) }),
      timer("election"),
    );
    const yes = {
      type: "request_vote_reply",
      askedTerm: 1,
      term: 1,
      voteGranted: true,
    };
    const [once] = node.step(candidate, message("n2", yes));
    const [twice] = node.step(once, message("n2", yes));
    const [thrice] = node.step(twice, message("n3", yes));
    expect([once.role, twice.role, thrice.role]).toEqual([
      "candidate",
      "candidate",
      "leader",
    ]);
  });

  test("does not count a vote of an earlier term (§5.2)", () => {
    const [first] = node.step(server({}), timer("election"));
    const [second] = node.step(first, timer("election"));
    const late = {
      type: "request_vote_reply",
      askedTerm: 1,
      term: 1,
      voteGranted: true,
    };
    const [state] = node.step(second, message("n2", late));
    expect([state.role, state.currentTerm]).toEqual(["candidate", 2]);
  });

  test("greets all at once when elected, with nothing in it (§5.2)", () => {
    const up = three.reduce(start, stage(node));
    const asked = deliver(fire(up, "n1", "election"), "n1", "n2");
    const won = deliver(loseTo(asked, "n3"), "n2", "n1");
    const greetings = won.letters.map(({ body }) => body);
    expect(greetings).toHaveLength(2);
    for (const body of greetings) {
      expect(body).toMatchObject({
        type: "append_entries",
        entries: [],
      });
    }
  });

  test("a candidate follows a leader of its term (§5.2)", () => {
    const [candidate] = node.step(server({}), timer("election"));
    const [state] = node.step(candidate, message("n3", append()));
    expect([state.role, state.leader]).toEqual(["follower", "n3"]);
  });

  test("a candidate ignores a leader of an older term (§5.2)", () => {
    const [candidate] = node.step(
      server({ currentTerm: 3 }),
      timer("election"),
    );
    const [state] = node.step(
      candidate,
      message("n3", append({ term: 3 })),
    );
    expect(state).toEqual(candidate);
  });

  test("stands again in a further term after a split vote (§5.2)", () => {
    const [first] = node.step(server({}), timer("election"));
    const [second] = node.step(first, timer("election"));
    expect([second.role, second.currentTerm]).toEqual(["candidate", 2]);
  });
});

describe("log replication (§5.3)", () => {
  test("commits what a majority stores (§5.3)", () => {
    const asked = order(led(), "n1", { type: "propose", command: "x" });
    expect(asked.up.n1?.commitIndex).toBe(1);
    const stored = deliver(deliver(asked, "n1", "n2"), "n2", "n1");
    expect(stored.up.n1?.commitIndex).toBe(2);
    expect(stored.up.n3?.log).toHaveLength(1);
  });

  test("tells the followers with the next message (§5.3)", () => {
    const asked = order(led(), "n1", { type: "propose", command: "x" });
    const stored = talk(asked, three);
    expect(stored.up.n2?.commitIndex).toBe(1);
    const told = talk(fire(stored, "n1", "heartbeat"), three);
    expect(told.up.n2?.commitIndex).toBe(2);
  });

  test("sends again until all have it (§5.3)", () => {
    const asked = order(led(), "n1", { type: "propose", command: "x" });
    const beat = fire(lose(asked), "n1", "heartbeat");
    expect(talk(beat, three).up.n3?.log).toHaveLength(2);
  });

  test("refuses entries when the one before them differs (§5.3)", () => {
    const state = server({ currentTerm: 3, log: entries(1, 2) });
    const body = append({
      term: 3,
      prevLogIndex: 2,
      prevLogTerm: 3,
      entries: entries(3),
    });
    const [after, effects] = node.step(state, message("n2", body));
    expect(after.log).toBe(state.log);
    expect(sent(effects)[0]).toMatchObject({ success: false });
  });

  test("deletes a conflicting entry and all after it (§5.3)", () => {
    const state = server({ currentTerm: 4, log: entries(1, 2, 2, 2) });
    const body = append({
      term: 4,
      prevLogIndex: 1,
      prevLogTerm: 1,
      entries: entries(4),
    });
    const [after] = node.step(state, message("n2", body));
    expect(terms(after)).toBe("14");
  });

  test("a late, shorter message deletes nothing (§5.3)", () => {
    const state = server({ currentTerm: 1, log: entries(1, 1, 1) });
    const body = append({ entries: state.log.slice(0, 1) });
    const [after, effects] = node.step(state, message("n2", body));
    expect(after.log).toBe(state.log);
    expect(sent(effects)[0]).toMatchObject({ matchIndex: 1 });
  });

  test("commits no further than it agrees with the leader (§5.3)", () => {
    const state = server({ currentTerm: 2, log: entries(1, 1, 1) });
    const body = append({ term: 2, prevLogIndex: 1, prevLogTerm: 1 });
    const far = { ...body, leaderCommit: 3 };
    const [after] = node.step(state, message("n2", far));
    expect(after.commitIndex).toBe(1);
  });

  test("a late message takes no commit back (Figure 2)", () => {
    const log = entries(1, 1, 1);
    const state = server({ currentTerm: 1, log, commitIndex: 3 });
    const body = append({ prevLogIndex: 1, prevLogTerm: 1 });
    const late = { ...body, leaderCommit: 1 };
    const [after] = node.step(state, message("n2", late));
    expect(after.commitIndex).toBe(3);
  });

  test("backs off by whole terms (§5.3)", () => {
    const log = entries(1, 4, 4, 4, 4);
    const state = server({ currentTerm: 6, log });
    const body = append({ term: 6, prevLogIndex: 5, prevLogTerm: 5 });
    const [, effects] = node.step(state, message("n2", body));
    expect(sent(effects)[0]).toMatchObject({ nextIndex: 2 });
  });

  test("brings the six logs of Figure 7 to the leader's (§5.3)", () => {
    const leader = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    const followers = [
      [1, 1, 1, 4, 4, 5, 5, 6, 6],
      [1, 1, 1, 4],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
      [1, 1, 1, 4, 4, 4, 4],
      [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ];
    const ids = ["n1", ...followers.map((_, at) => `f${at}`)];
    const seven = raft(paperOptions(ids));
    const logs = [leader, ...followers];
    const disks = Object.fromEntries(
      ids.map((id, at) => [id, diskOf(logs[at] ?? [], 7, ids)]),
    );
    const up = ids.reduce(start, { ...stage(seven), disks });
    // Votes of (a), (b), (e), (f) make a majority of seven with its own.
    const won = talk(fire(up, "n1", "election"), ids);
    expect(won.up.n1?.role).toBe("leader");
    for (const id of ids) expect(terms(won.up[id])).toBe("11144556668");
  });

  test("an answer of an older term tells a leader nothing (§5.1)", () => {
    // What n2 stored in term 1 may have been replaced in term 2.
    const leader = { ...(led().up.n1 as State), currentTerm: 3 };
    const late = answer({ term: 1, matchIndex: 9, nextIndex: 10 });
    const [after, effects] = node.step(leader, message("n2", late));
    expect(after).toBe(leader);
    expect(effects).toEqual([]);
  });

  test("takes answers in any order: what is stored stays so (§5.3)", () => {
    const propose = { type: "propose", command: "x" };
    const [leader] = node.step(
      led().up.n1 as State,
      message("c1", propose),
    );
    const stored = answer({ matchIndex: 2, nextIndex: 3, round: 4 });
    const older = answer({ matchIndex: 1, nextIndex: 2, round: 3 });
    const refused = answer({ success: false, nextIndex: 1, round: 2 });
    const after = [stored, older, refused].reduce(
      (state, body) => node.step(state, message("n2", body))[0],
      leader,
    );
    expect(after.leading).toMatchObject({
      matchIndex: { n2: 2 },
      nextIndex: { n2: 3 },
      answeredRound: { n2: 4 },
    });
  });

  test("a leader never changes its own log but at the end (§5.3)", () => {
    const leader = led().up.n1 as State;
    const body = { type: "propose", command: "x" };
    const [after] = node.step(leader, message("c1", body));
    expect(after.log.slice(0, 1)).toEqual(leader.log);
  });

  test("what it does not know it does not obey", () => {
    const leader = led().up.n1 as State;
    const body = { type: "dance" };
    expect(node.step(leader, message("c1", body))).toEqual([
      leader,
      [],
    ]);
  });

  test("a follower takes no commands (§5.1)", () => {
    const body = { type: "propose", command: "x" };
    const [after, effects] = node.step(server({}), message("c1", body));
    expect([after.log, effects]).toEqual([[], []]);
  });
});

describe("safety (§5.4)", () => {
  test("denies its vote to a log with an older last term (§5.4.1)", () => {
    const state = server({ currentTerm: 3, log: entries(1, 3) });
    const body = ask({ term: 4, lastLogIndex: 9, lastLogTerm: 2 });
    const [, effects] = node.step(state, message("n2", body));
    expect(sent(effects)[0]?.voteGranted).toBe(false);
  });

  test("denies its vote to a shorter log of that term (§5.4.1)", () => {
    const state = server({ currentTerm: 3, log: entries(1, 3) });
    const shorter = ask({ term: 4, lastLogIndex: 1, lastLogTerm: 3 });
    const equal = ask({ term: 4, lastLogIndex: 2, lastLogTerm: 3 });
    const [, no] = node.step(state, message("n2", shorter));
    const [, yes] = node.step(state, message("n2", equal));
    expect(sent(no)[0]?.voteGranted).toBe(false);
    expect(sent(yes)[0]?.voteGranted).toBe(true);
  });

  test("commits older entries only with one of its own (§5.4.2)", () => {
    const disks = {
      n1: diskOf([1, 1], 1, three),
      n2: diskOf([1, 1], 1, three),
    };
    const up = ["n1", "n2"].reduce(start, { ...stage(node), disks });
    const asked = deliver(fire(up, "n1", "election"), "n1", "n2");
    const won = deliver(asked, "n2", "n1");
    const greeted = deliver(deliver(won, "n1", "n2"), "n2", "n1");
    expect(greeted.up.n1?.leading?.matchIndex.n2).toBe(2);
    expect(greeted.up.n1?.commitIndex).toBe(0);
    const stored = deliver(deliver(greeted, "n1", "n2"), "n2", "n1");
    expect(stored.up.n1?.commitIndex).toBe(3);
  });

  test("begins its term with a no-op (§8)", () => {
    expect(led().up.n1?.log).toEqual([{ kind: "no-op", term: 1 }]);
  });
});

describe("log compaction (§7)", () => {
  const long = ["a", "b", "c"].reduce((on, command) => {
    const asked = order(on, "n1", { type: "propose", command });
    return talk(asked, ["n1", "n2"]);
  }, led());
  const leader = long.up.n1 as State;

  test("replaces committed entries by a snapshot (§7)", () => {
    const short = compact(leader, 3, "a b");
    expect(short.snapshot).toMatchObject({
      lastIndex: 3,
      lastTerm: 1,
      members: three,
      data: "a b",
    });
    expect([short.log.length, lastIndex(short)]).toEqual([1, 4]);
  });

  test("compacts nothing that is not committed (§7)", () => {
    const state = server({ log: entries(1, 1), commitIndex: 1 });
    expect(compact(state, 2, null)).toBe(state);
  });

  test("sends it to a follower that is too far behind (§7)", () => {
    const up = { ...long.up, n1: compact(leader, 3, "a b") };
    const beat = fire({ ...long, up }, "n1", "heartbeat");
    const caught = talk(beat, three).up.n3;
    expect(caught?.snapshot.data).toBe("a b");
    expect(caught && lastIndex(caught)).toBe(4);
  });

  const snapshot = {
    lastIndex: 2,
    lastTerm: 1,
    members: three,
    data: "s",
  };
  const install = {
    type: "install_snapshot",
    term: 2,
    snapshot,
    round: 0,
  };

  test("keeps what follows the snapshot if it agrees (Figure 13)", () => {
    const agreeing = server({ log: entries(1, 1, 2), currentTerm: 2 });
    const [kept] = node.step(agreeing, message("n2", install));
    expect([terms(kept), kept.commitIndex]).toEqual(["2", 2]);
  });

  test("drops a log that disagrees with the snapshot (Figure 13)", () => {
    const differing = server({ log: entries(1, 2, 2), currentTerm: 2 });
    const [dropped] = node.step(differing, message("n2", install));
    expect([terms(dropped), lastIndex(dropped)]).toEqual(["", 2]);
  });

  test("ignores a snapshot older than what is committed (§7)", () => {
    const ahead = server({ log: entries(1, 1, 1), commitIndex: 3 });
    const [state, effects] = node.step(ahead, message("n2", install));
    expect(state.log).toBe(ahead.log);
    expect(sent(effects)[0]).toMatchObject({ matchIndex: 2 });
  });

  test("refuses a snapshot of an older term (Figure 13)", () => {
    const later = server({ currentTerm: 3 });
    const [state, effects] = node.step(later, message("n2", install));
    expect(state).toBe(later);
    expect(sent(effects)[0]).toMatchObject({ success: false, term: 3 });
  });

  test("takes entries that overlap its snapshot for stored (§7)", () => {
    const short = server({
      ...compact(leader, 3, "a b"),
      role: "follower",
    });
    const body = append({ entries: entries(1, 1) });
    const [state, effects] = node.step(short, message("n2", body));
    expect(state.log).toBe(short.log);
    expect(sent(effects)[0]).toMatchObject({ matchIndex: 3 });
  });

  test("a restart begins from the snapshot (§7)", () => {
    const { currentTerm, votedFor, log, snapshot } = compact(
      leader,
      3,
      "s",
    );
    const disk: Json = { currentTerm, votedFor, log, snapshot };
    const disks = { n1: { raft: disk } };
    const back = start({ ...stage(node), disks }, "n1").up.n1;
    expect([back?.commitIndex, back && lastIndex(back)]).toEqual([
      3, 4,
    ]);
  });
});

describe("reads (§8, thesis §6.4)", () => {
  test("waits until a majority has answered since (thesis §6.4)", () => {
    const leader = led();
    const asked = asking(leader, "what is x?");
    expect(takeReads(asked.up.n1 as State)[1]).toEqual([]);
    const heard = deliver(deliver(asked, "n1", "n2"), "n2", "n1");
    const [after, ready] = takeReads(heard.up.n1 as State);
    expect(ready.map((read) => read.question)).toEqual(["what is x?"]);
    expect(after.leading?.reads).toEqual([]);
  });

  test("does not count answers to an earlier message (thesis §6.4)", () => {
    const beat = fire(led(), "n1", "heartbeat");
    const before = deliver(beat, "n1", "n2");
    const asked = asking(before, "what is x?");
    const heard = deliver(asked, "n2", "n1");
    expect(takeReads(heard.up.n1 as State)[1]).toEqual([]);
  });

  test.each([
    append({ term: 1, round: 1 }),
    {
      type: "install_snapshot",
      term: 1,
      snapshot: raftSnapshot(three),
      round: 1,
    },
  ])("an old term's $type confirms nothing (thesis §6.4)", (body) => {
    const asked = asking(led(), "of term 1");
    const late = { src: "n1", dest: "n2", body };
    const deposed = deliver(
      fire(lose(asked), "n3", "election"),
      "n3",
      "n1",
    );
    const again = talk(fire(lose(deposed), "n1", "election"), three);
    expect(again.up.n1).toMatchObject({
      role: "leader",
      currentTerm: 3,
    });
    const answered = talk({ ...again, letters: [late] }, ["n1", "n2"]);
    expect(answered.up.n1?.role).toBe("leader");
    const [leader] = askToRead(answered.up.n1 as State, "what is x?");
    expect(takeReads(leader)[1]).toEqual([]);
  });

  test("waits for the no-op of the own term (§8)", () => {
    const up = three.reduce(start, stage(node));
    const asked = deliver(fire(up, "n1", "election"), "n1", "n2");
    const won = deliver(asked, "n2", "n1");
    const leader = asking(lose(won), "what is x?").up.n1 as State;
    const loyal = answer({ round: 1, success: false });
    const [heard] = node.step(leader, message("n2", loyal));
    expect(takeReads(heard)[1]).toEqual([]);
    const stored = answer({ matchIndex: 1, nextIndex: 2 });
    const [later] = node.step(heard, message("n2", stored));
    expect(takeReads(later)[1]).toHaveLength(1);
  });

  test("a server that does not lead has none to answer (§8)", () => {
    const follower = server({});
    expect(askToRead(follower, "x")).toEqual([follower, []]);
    expect(takeReads(follower)).toEqual([follower, []]);
  });
});

describe("pre-vote and check-quorum (thesis §9.6, §6.2, §4.2.3)", () => {
  test("asks before it begins a term (thesis §9.6)", () => {
    const [state, effects] = calm.step(
      server({}, calm),
      timer("election", 500),
    );
    expect([state.role, state.currentTerm]).toEqual([
      "pre-candidate",
      0,
    ]);
    expect(sent(effects)[0]).toMatchObject({
      type: "pre_vote",
      term: 1,
    });
  });

  test("stands once a majority would vote for it (thesis §9.6)", () => {
    const up = three.reduce(start, stage(calm));
    const asked = deliver(fire(up, "n1", "election"), "n1", "n2");
    const state = deliver(asked, "n2", "n1").up.n1;
    expect([state?.role, state?.currentTerm]).toEqual(["candidate", 1]);
  });

  test("promises nothing by its answer (thesis §9.6)", () => {
    const state = server({}, calm);
    const body = ask({ type: "pre_vote" });
    const [after, effects] = calm.step(state, message("n2", body, 500));
    expect(after).toBe(state);
    expect(sent(effects)[0]?.voteGranted).toBe(true);
  });

  test("says no while it hears a leader (thesis §9.6)", () => {
    const [state] = calm.step(
      server({}, calm),
      message("n2", append(), 1000),
    );
    const body = ask({ type: "pre_vote", term: 2 });
    const [, soon] = calm.step(state, message("n3", body, 1149));
    const [, late] = calm.step(state, message("n3", body, 1150));
    expect(sent(soon)[0]?.voteGranted).toBe(false);
    expect(sent(late)[0]?.voteGranted).toBe(true);
  });

  test("says no to a term that it has reached itself (thesis §9.6)", () => {
    const state = server({ currentTerm: 5 }, calm);
    const grants = [4, 5, 6].map((term) => {
      const body = ask({ type: "pre_vote", term });
      const [, effects] = calm.step(state, message("n2", body, 500));
      return sent(effects)[0]?.voteGranted;
    });
    expect(grants).toEqual([false, false, true]);
  });

  test("says no to a log that is behind (thesis §9.6)", () => {
    const state = server({ log: entries(1), currentTerm: 1 }, calm);
    const body = ask({ type: "pre_vote", term: 2 });
    const [, effects] = calm.step(state, message("n2", body, 500));
    expect(sent(effects)[0]?.voteGranted).toBe(false);
  });

  test("ignores a candidate while it hears a leader (thesis §4.2.3)", () => {
    const [state] = calm.step(
      server({}, calm),
      message("n2", append(), 1000),
    );
    const body = ask({ term: 7 });
    const [soon, nothing] = calm.step(state, message("n3", body, 1100));
    const [late] = calm.step(state, message("n3", body, 1200));
    expect([soon, nothing]).toEqual([state, []]);
    expect([late.currentTerm, late.votedFor]).toEqual([7, "n3"]);
  });

  test("a leader is not deposed by who missed it (thesis §4.2.3)", () => {
    const leader = calmLeader();
    const body = ask({ term: 7, lastLogIndex: 9, lastLogTerm: 1 });
    const [after, nothing] = calm.step(
      leader,
      message("n3", body, 200),
    );
    expect([after, nothing]).toEqual([leader, []]);
    const question = { ...body, type: "pre_vote" };
    const [, answers] = calm.step(leader, message("n3", question, 200));
    expect(sent(answers)[0]?.voteGranted).toBe(false);
  });

  test("a leader that no majority answers steps down (thesis §6.2)", () => {
    const elected = calmLeader();
    const [still] = calm.step(elected, timer("heartbeat", 299));
    const [gone] = calm.step(elected, timer("heartbeat", 300));
    expect([still.role, gone.role]).toEqual(["leader", "follower"]);
    expect(gone.currentTerm).toBe(elected.currentTerm);
  });

  test("a leader that one of two answers stays (thesis §6.2)", () => {
    const yes = answer({ matchIndex: 1, nextIndex: 2 });
    const [heard] = calm.step(calmLeader(), message("n3", yes, 200));
    const [state] = calm.step(heard, timer("heartbeat", 499));
    expect(state.role).toBe("leader");
  });
});

function calmLeader(): State {
  const up = three.reduce(start, stage(calm));
  return talk(fire(up, "n1", "election"), three).up.n1 as State;
}

function raftSnapshot(members: readonly string[]) {
  return { lastIndex: 0, lastTerm: 0, members, data: null };
}

function diskOf(
  log: readonly number[],
  currentTerm: number,
  members: readonly string[],
): { readonly raft: Json } {
  const snapshot = raftSnapshot(members);
  const stored = log.map((term) => ({ kind: "no-op", term }));
  return {
    raft: { currentTerm, votedFor: null, log: stored, snapshot },
  };
}

/** Let n1 be asked something, and send what that takes. */
function asking(on: Stage, question: string): Stage {
  const [state, effects] = askToRead(on.up.n1 as State, question);
  const letters = effects.flatMap((effect) =>
    effect.kind === "send"
      ? [{ src: "n1", dest: effect.dest, body: effect.body }]
      : [],
  );
  const up = { ...on.up, n1: state };
  return { ...on, up, letters: [...on.letters, ...letters] };
}
