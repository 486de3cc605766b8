/** Leases, transfer of leadership, learners (thesis §6.4.1, §3.10, §4.2.1). */
import { describe, expect, test } from "vitest";
import { chaos } from "../kernel/faults.ts";
import type { Body, Effect, Input, Node } from "../kernel/node.ts";
import { seeds } from "../seeds.ts";
import { forgetLeader } from "./broken.ts";
import {
  demandProgress,
  keepProposing,
  leaderOf,
  watched,
} from "./cluster.scenario.ts";
import { roundsMax } from "./learner.ts";
import { hasLease, readByLease } from "./lease.ts";
import { calmOptions, leaseOptions, paperOptions } from "./options.ts";
import { raft } from "./raft.ts";
import { takeReads } from "./read.ts";
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
import { compact } from "./snapshot.ts";
import {
  type Joining,
  lastIndex,
  membersOf,
  type State,
} from "./state.ts";

const three = ["n1", "n2", "n3"];
const four = [...three, "n4"];
const leased = raft(leaseOptions(three));
const calm = raft(calmOptions(three));

function led(node: Node<State>, ids: readonly string[] = three): Stage {
  const up = ids.reduce(start, stage(node));
  // Without a leader in sight a pre-vote has to be late enough.
  const patient = Object.fromEntries(
    Object.entries(up.up).map(([id, s]) => [
      id,
      { ...s, leaderHeardMs: null },
    ]),
  );
  const elected = talk(
    fire({ ...up, up: patient }, "n1", "election"),
    ids,
  );
  return talk(fire(elected, "n1", "heartbeat"), ids);
}

function leaderIn(on: Stage): State {
  const state = on.up.n1;
  if (state?.role !== "leader") throw new Error("n1 does not lead");
  return state;
}

function input(src: string, body: Body, nowMs = 0): Input {
  const event = { kind: "message", message: { src, dest: "n1", body } };
  return { event, nowMs, dice: 1 } as Input;
}

function beat(nowMs: number): Input {
  return {
    event: { kind: "timer", name: "heartbeat" },
    nowMs,
    dice: 1,
  };
}

function reply(round: number, matchIndex = 1): Body {
  return {
    type: "append_entries_reply",
    term: 1,
    success: true,
    matchIndex,
    nextIndex: matchIndex + 1,
    round,
  };
}

function sends(effects: readonly Effect[], type: string) {
  return effects.flatMap((e) =>
    e.kind === "send" && e.body.type === type ? [e] : [],
  );
}

describe("a lease (thesis §6.4.1)", () => {
  /** A leader whose round begun at 100 was answered by n2 at 140. */
  function withLease(node: Node<State> = leased): State {
    const [asked] = node.step(leaderIn(led(node)), beat(100));
    const round = asked.leading?.round ?? 0;
    return node.step(asked, input("n2", reply(round), 140))[0];
  }

  test("lasts from the round's beginning for the timeout, by the bound", () => {
    const state = withLease();
    const untilMs = 100 + 150 / 1.01;
    expect(state.leading?.lease.untilMs).toBe(untilMs);
    expect(hasLease(state, untilMs - 0.001)).toBe(true);
    expect(hasLease(state, untilMs)).toBe(false);
  });

  test("takes a majority: no answer, no lease", () => {
    const before = leaderIn(led(leased));
    const [asked] = leased.step(before, beat(100));
    const untilMs = before.leading?.lease.untilMs;
    expect(asked.leading?.lease.untilMs).toBe(untilMs);
    const stale = reply((asked.leading?.round ?? 0) - 1);
    const [heard] = leased.step(asked, input("n2", stale, 101));
    expect(heard.leading?.lease.untilMs).toBe(untilMs);
  });

  test("of several open rounds the newest answered one counts", () => {
    const before = leaderIn(led(leased));
    const [one] = leased.step(before, beat(100));
    const [two] = leased.step(one, beat(150));
    const round = two.leading?.round ?? 0;
    const [heard] = leased.step(two, input("n2", reply(round), 160));
    expect(heard.leading?.lease.untilMs).toBe(150 + 150 / 1.01);
    expect(heard.leading?.lease.open).toEqual([]);
    const late = input("n3", reply(round - 1), 161);
    const [same] = leased.step(heard, late);
    expect(same.leading?.lease.untilMs).toBe(150 + 150 / 1.01);
  });

  test("answers a read at once, and without it there is none", () => {
    const state = withLease();
    const [next, effects] =
      readByLease(state, "x?", { nowMs: 200 }) ?? [];
    expect(effects).toEqual([]);
    const [, ready] = takeReads(next as State);
    expect(ready.map((read) => read.question)).toEqual(["x?"]);
    expect(readByLease(state, "x?", { nowMs: 249 })).toBeNull();
  });

  test("is not had before the no-op of the own term is committed (§8)", () => {
    const state = withLease();
    const young: State = { ...state, commitIndex: 0 };
    expect(hasLease(young, 150)).toBe(false);
  });

  test("is not had without loyal voters, nor where none is wanted", () => {
    const options = { ...leaseOptions(three), checkQuorum: false };
    expect(hasLease({ ...withLease(), options }, 150)).toBe(false);
    const plain = withLease(calm);
    expect(plain.leading?.lease.untilMs).toBeNull();
    expect(hasLease(plain, -1)).toBe(false);
  });

  test("a voter that starts again is loyal for one timeout", () => {
    const setup = {
      id: "n1",
      peers: [],
      disk: {},
      nowMs: 500,
      dice: 1,
    };
    const ask = {
      type: "request_vote",
      term: 1,
      lastLogIndex: 0,
      lastLogTerm: 0,
    };
    const votedAt = (node: Node<State>, nowMs: number) => {
      const [state] = node.init(setup);
      return node.step(state, input("n2", ask, nowMs))[0].votedFor;
    };
    expect(votedAt(leased, 649)).toBeNull();
    expect(votedAt(leased, 650)).toBe("n2");
    expect(votedAt(forgetLeader(leased), 501)).toBe("n2");
  });

  test("ends for the whole term when leadership is offered", () => {
    const state = withLease();
    const body = { type: "transfer_leadership", to: "n2" };
    const [offered] = leased.step(state, input("admin", body, 150));
    expect(hasLease(offered, 151)).toBe(false);
    const heardMs = { n2: 400, n3: 400 };
    const known = { ...offered.leading, answeredMs: heardMs };
    const waiting = { ...offered, leading: known } as State;
    const [later] = leased.step(waiting, beat(450));
    expect(later.leading?.transfer).toBeNull();
    const round = later.leading?.round ?? 0;
    const [heard] = leased.step(later, input("n2", reply(round), 460));
    expect(heard.leading?.lease.untilMs).toBe(450 + 150 / 1.01);
    expect(hasLease(heard, 461)).toBe(false);
  });
});

describe("leadership transfer (thesis §3.10)", () => {
  const transfer = (to: string) => ({
    type: "transfer_leadership",
    to,
  });

  test("the heir stands at once and is elected, loyal voters or not", () => {
    const done = talk(order(led(calm), "n1", transfer("n3")), three);
    expect(done.up.n3).toMatchObject({
      role: "leader",
      currentTerm: 2,
    });
    expect(done.up.n1?.role).toBe("follower");
  });

  test("stops taking commands, and brings the heir up to date first", () => {
    const wrote = order(led(calm), "n1", {
      type: "propose",
      command: 1,
    });
    const asked = order(lose(wrote), "n1", transfer("n3"));
    const refused = order(asked, "n1", { type: "propose", command: 2 });
    expect(lastIndex(leaderIn(refused))).toBe(2);
    const now = (on: Stage) =>
      on.letters.filter(({ body }) => body.type === "timeout_now");
    expect(now(refused)).toEqual([]);
    const caught = deliver(deliver(asked, "n1", "n3"), "n3", "n1");
    const isSent = now(
      deliver(deliver(caught, "n1", "n3"), "n3", "n1"),
    );
    expect([...now(caught), ...isSent].length).toBeGreaterThan(0);
  });

  test("is given up after an election timeout", () => {
    const [asked] = calm.step(
      leaderIn(led(calm)),
      input("admin", transfer("n3"), 1000),
    );
    const known = { ...asked.leading?.answeredMs, n2: 1290, n3: 1290 };
    const heard = {
      ...asked,
      leading: { ...asked.leading, answeredMs: known },
    };
    const at = (nowMs: number) =>
      calm.step(heard as State, beat(nowMs))[0].leading?.transfer?.to;
    expect([at(1299), at(1300)]).toEqual(["n3", undefined]);
  });

  test("only a leader, only to another member, only one at a time", () => {
    const on = led(calm);
    const leader = leaderIn(on);
    for (const to of ["n1", "n9"]) {
      const [same] = calm.step(leader, input("admin", transfer(to)));
      expect(same).toBe(leader);
    }
    const follower = on.up.n2 as State;
    const [still] = calm.step(follower, input("admin", transfer("n3")));
    expect(still).toBe(follower);
    const [first] = calm.step(leader, input("admin", transfer("n2")));
    const [second] = calm.step(first, input("admin", transfer("n3")));
    expect(second).toBe(first);
  });

  test("an old order moves nobody; nor a server that leads or has left", () => {
    const on = led(calm);
    const now = (id: string, term: number) =>
      calm.step(
        on.up[id] as State,
        input("n1", { type: "timeout_now", term }),
      );
    expect(now("n2", 0)[1]).toEqual([]);
    expect(now("n1", 1)[1]).toEqual([]);
    const [stands, effects] = now("n2", 1);
    expect([stands.role, stands.currentTerm]).toEqual(["candidate", 2]);
    expect(sends(effects, "request_vote")).toMatchObject([
      { body: { isTransfer: true } },
      { body: { isTransfer: true } },
    ]);
    const out: State = {
      ...(on.up.n2 as State),
      log: [],
      snapshot: {
        lastIndex: 1,
        lastTerm: 1,
        members: ["n1"],
        data: null,
      },
    };
    const late = input("n1", { type: "timeout_now", term: 1 });
    expect(calm.step(out, late)).toEqual([out, []]);
  });

  test.each(seeds(6))("again and again in a storm, seed %i", (seed) => {
    const untilMs = 4000;
    const faults = chaos(seed, {
      nodes: three,
      untilMs,
      pauseMsMax: 200,
    });
    const network = { messageLossProbability: 0.05 };
    const sim = watched(three, leased, { seed, network, faults });
    for (let turn = seed; sim.nowMs < untilMs; turn++) {
      keepProposing(sim, three, 20, sim.nowMs + 100);
      const dest = leaderOf(sim, three);
      const to = three[turn % 3] ?? "";
      if (dest !== null)
        sim.inject({ src: "admin", dest, body: transfer(to) });
    }
    demandProgress(sim, three);
  });
});

describe("a learner (thesis §4.2.1)", () => {
  const node = raft(calmOptions(three));
  const add = { type: "add_server", server: "n4" };

  test("gets the log, and then a vote", () => {
    const done = talk(order(led(node, four), "n1", add), four);
    expect(membersOf(leaderIn(done))).toEqual(four);
    const told = talk(fire(done, "n1", "heartbeat"), four);
    expect(told.up.n4?.log).toEqual(leaderIn(told).log);
    expect(leaderIn(told).leading?.joining).toBeNull();
  });

  test("counts for nothing while it learns", () => {
    const on = order(led(node, four), "n1", add);
    const wrote = order(on, "n1", { type: "propose", command: 1 });
    const learnt = talk(wrote, ["n1", "n4"]);
    expect(leaderIn(learnt).leading?.matchIndex.n4).toBe(3);
    expect(leaderIn(learnt).commitIndex).toBe(1);
  });

  test("a follower, a member, a second one: no", () => {
    const on = led(node, four);
    const leader = leaderIn(on);
    const [same] = node.step(
      leader,
      input("admin", { ...add, server: "n2" }),
    );
    expect(same).toBe(leader);
    const follower = on.up.n2 as State;
    expect(node.step(follower, input("admin", add))[0]).toBe(follower);
    const [first] = node.step(leader, input("admin", add));
    const other = input("admin", { ...add, server: "n5" });
    expect(node.step(first, other)[0]).toBe(first);
  });

  /** A leader of five entries, with a learner in this round since 1000. */
  function learning(change: Partial<Joining> = {}): State {
    const leader = leaderIn(led(node, four));
    const entry = { kind: "command", term: 1, command: "x" } as const;
    const log = [...leader.log, entry, entry, entry, entry];
    const joining = {
      id: "n4",
      round: 1,
      targetIndex: 3,
      startedMs: 1000,
      ...change,
    };
    const leading = { ...leader.leading, joining };
    return { ...leader, log, leading } as State;
  }

  function replied(state: State, matchIndex: number, nowMs: number) {
    const [next] = node.step(
      state,
      input("n4", reply(0, matchIndex), nowMs),
    );
    return {
      joining: next.leading?.joining,
      members: membersOf(next).length,
    };
  }

  test("a round ends when it stores what stood at its beginning", () => {
    const state = learning();
    expect(replied(state, 2, 1100).joining?.round).toBe(1);
    expect(replied(state, 3, 1100).joining).toEqual({
      id: "n4",
      round: 2,
      targetIndex: 5,
      startedMs: 1100,
    });
    const [other] = node.step(state, input("n2", reply(0, 3), 1100));
    expect(other.leading?.joining?.round).toBe(1);
  });

  test("it is admitted when nothing is left, however long it took", () => {
    expect(replied(learning(), 5, 9000)).toEqual({
      joining: null,
      members: 4,
    });
  });

  test("after ten rounds the last must be shorter than a timeout", () => {
    const last = learning({ round: roundsMax });
    expect(replied(last, 3, 1149)).toEqual({
      joining: null,
      members: 4,
    });
    expect(replied(last, 3, 1150)).toEqual({
      joining: null,
      members: 3,
    });
    const ninth = learning({ round: roundsMax - 1 });
    expect(replied(ninth, 3, 1149).joining?.round).toBe(roundsMax);
  });

  test("waits while another change is open", () => {
    const open = learning();
    const list = { kind: "members", term: 1, members: ["n1", "n2"] };
    const state = { ...open, log: [...open.log, list] } as State;
    const { joining, members } = replied(state, 6, 1100);
    expect([joining?.id, members]).toEqual(["n4", 2]);
  });

  test("is given up when it does not answer", () => {
    const state = learning();
    const heard = (answeredMs: number, nowMs: number) => {
      const times = { n2: nowMs, n3: nowMs, n4: answeredMs };
      const leading = { ...state.leading, answeredMs: times };
      const [next] = node.step(
        { ...state, leading } as State,
        beat(nowMs),
      );
      return next.leading?.joining?.id;
    };
    expect(heard(0, 1299)).toBe("n4");
    expect(heard(0, 1300)).toBeUndefined();
    expect(heard(1100, 1399)).toBe("n4");
    expect(heard(1100, 1400)).toBeUndefined();
  });

  test("far behind, it begins with the snapshot (§7)", () => {
    const on = led(node, four);
    const short = compact(leaderIn(on), 1, "data");
    const begun = order(
      { ...on, up: { ...on.up, n1: short } },
      "n1",
      add,
    );
    const done = talk(begun, four);
    expect(done.up.n4?.snapshot.data).toBe("data");
    expect(membersOf(leaderIn(done))).toEqual(four);
  });

  test.each(seeds(4))(
    "joins in bad weather in the end, seed %i",
    (seed) => {
      const untilMs = 2500;
      const faults = chaos(seed, {
        nodes: four,
        untilMs,
        pauseMsMax: 200,
      });
      const sim = watched(four, node, { seed, faults });
      while (sim.nowMs < untilMs + 2000) {
        keepProposing(sim, four, 25, sim.nowMs + 100);
        const dest = leaderOf(sim, four);
        if (dest !== null)
          sim.inject({ src: "admin", dest, body: add });
      }
      demandProgress(sim, four);
      const leader = leaderOf(sim, four) ?? "";
      expect(membersOf(sim.state<State>(leader))).toContain("n4");
    },
  );
});

test("the paper's options have no lease, no offer, no learner", () => {
  const plain = leaderIn(led(raft(paperOptions(three))));
  expect(plain.leading).toMatchObject({
    lease: { open: [], untilMs: null, isGivenUp: false },
    joining: null,
    transfer: null,
  });
});
