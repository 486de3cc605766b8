/** Both sides of each comparison, and whole effects, of what is printed. */
import { describe, expect, test } from "vitest";
import type { Body, Input } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { react } from "../raft/raft.ts";
import type { Entry } from "../raft/state.ts";
import { endByOwnClock } from "./broken.ts";
import type { Client } from "./client.ts";
import {
  client,
  leaderOf,
  lockRun,
  servers,
  service,
  serving,
} from "./cluster.scenario.ts";
import type { Service } from "./coordination.ts";
import { ceilingPerS, groupCommit } from "./group-commit.ts";
import { type LockMemo, lockPlan, scriptPlan } from "./recipes.ts";
import { backupOf, restored } from "./recovery.ts";
import {
  applyCommand,
  type Command,
  emptyTree,
  expired,
  type Tree,
} from "./tree.ts";

const e1 = { type: "create", path: "/e1", value: 1, ephemeral: true };
const e2 = { ...e1, path: "/e2" };

/** A leader that knows two sessions, and its name. */
function led() {
  const clients = {
    c1: client(scriptPlan([e1])),
    c2: client(scriptPlan([e2])),
  };
  const sim = serving(clients, { seed: 1 }, service);
  sim.runUntil(1500);
  const leader = leaderOf(sim);
  return { sim, leader, state: sim.state<Service>(leader) };
}

const tick = (nowMs: number): Input => ({
  event: { kind: "timer", name: "none" },
  nowMs,
  dice: 1,
});

function heardAt(state: Service, heardMs: number): Service {
  const names = Object.keys(state.tree.sessions);
  const all = Object.fromEntries(names.map((name) => [name, heardMs]));
  const { keeping } = state;
  if (keeping === null) throw new Error("It does not lead.");
  return { ...state, keeping: { ...keeping, heardMs: all } };
}

const expiresIn = (entries: readonly Entry[]) =>
  entries.flatMap((entry) => {
    const command =
      entry.kind === "command" && (entry.command as Command);
    return command && command.type === "expire"
      ? [command.session]
      : [];
  });

describe("the end of a session", () => {
  const { sim, leader, state } = led();
  const names = Object.keys(state.tree.sessions).toSorted();
  const silent = heardAt(state, 1000);

  test("is proposed when the timeout is over, not before", () => {
    const [before] = service.step(silent, tick(1599));
    expect(before.keeping?.ending).toEqual([]);
    expect(before.raft.log.length).toBe(silent.raft.log.length);
    const [after] = service.step(silent, tick(1600));
    expect(after.keeping?.ending).toEqual(names);
    const added = after.raft.log.slice(silent.raft.log.length);
    expect(
      added.map((entry) => "command" in entry && entry.command),
    ).toEqual(names.map((session) => ({ type: "expire", session })));
  });

  test("is proposed in the order of the names, not of the opening", () => {
    const { tree } = silent;
    for (const order of [names, names.toReversed()]) {
      const sessions = Object.fromEntries(
        order.map((name) => [name, tree.sessions[name]]),
      ) as Tree["sessions"];
      const opened = { ...silent, tree: { ...tree, sessions } };
      const [after] = service.step(opened, tick(1600));
      expect(after.keeping?.ending).toEqual(order);
      expect(expiresIn(after.raft.log)).toEqual(names);
    }
  });

  test("is told to every follower in the same step", () => {
    const [, effects] = service.step(silent, tick(1600));
    const told = effects.flatMap((effect) => {
      if (effect.kind !== "send") return [];
      const entries = effect.body.entries as readonly Entry[];
      const isWhole = expiresIn(entries).length === names.length;
      return isWhole ? [effect.dest] : [];
    });
    expect(told.toSorted()).toEqual(
      servers.filter((id) => id !== leader),
    );
  });

  test("is not proposed by a follower; where none is, Raft alone speaks", () => {
    const other = servers.find((id) => id !== leader) ?? "";
    const follower = sim.state<Service>(other);
    expect(service.step(follower, tick(9000))).toEqual([follower, []]);
    const [, effects] = service.step(silent, tick(1599));
    expect(effects).toEqual(react(silent.raft, tick(1599))[1]);
  });

  test("is proposed once, and the client is told nothing more", () => {
    const [once] = service.step(silent, tick(1600));
    const [twice] = service.step(once, tick(1610));
    expect(twice.raft.log).toEqual(once.raft.log);
    const body = { type: "ping", session: names[0] ?? "", msg_id: 99 };
    const message = { src: "c1", dest: "n1", body };
    const ping: Input = {
      event: { kind: "message", message },
      nowMs: 1611,
      dice: 1,
    };
    const [same] = service.step(twice, ping);
    expect(same.keeping?.heardMs[names[0] ?? ""]).toBe(1000);
  });

  test("a message alone ends nobody; a timer does", () => {
    const body = { type: "redirect", leader: "n1" };
    const message = { src: "n9", dest: "n1", body };
    const event = { kind: "message", message } as const;
    const [next] = service.step(silent, {
      event,
      nowMs: 1650,
      dice: 1,
    });
    expect(next.keeping?.ending).toEqual([]);
  });

  test("a session that is new to a leader counts from that moment", () => {
    const fresh = { ...state, keeping: null };
    const [next] = service.step(fresh, tick(1510));
    expect(Object.values(next.keeping?.heardMs ?? {})).toEqual([
      1510, 1510,
    ]);
    expect(next.keeping?.ending).toEqual([]);
  });

  test("takes only its own nodes and watches", () => {
    const [first = ""] = names;
    const watching: Tree = {
      ...state.tree,
      watches: { "/e1": names, "/e2": [first] },
    };
    const end = { type: "expire", session: first } as const;
    const [after] = applyCommand(watching, 50, end);
    const owned = Object.keys(state.tree.nodes).filter(
      (path) => state.tree.nodes[path]?.owner === first,
    );
    expect(owned.length).toBe(1);
    const kept = Object.keys(state.tree.nodes).filter(
      (path) => !owned.includes(path),
    );
    expect(Object.keys(after.nodes)).toEqual(kept);
    const watched = owned[0] === "/e1" ? {} : { "/e1": [names[1]] };
    expect(after.watches).toEqual(watched);
    expect(Object.keys(after.sessions)).toEqual([names[1]]);
  });
});

describe("an answer", () => {
  test("has the events and the number of its question, and no more", () => {
    const get = { type: "get", path: "/a", watch: true };
    const script = [
      { type: "create", path: "/a", value: 1 },
      get,
      { type: "set", path: "/a", value: 2 },
      { type: "get", path: "/a" },
    ];
    const clients = { c1: client(scriptPlan(script)) };
    const sim = serving(clients, { seed: 1 }, service);
    sim.runUntil(1500);
    const bodies = sim.trace.flatMap((e) =>
      e.kind === "deliver" && e.message.dest === "c1"
        ? [e.message.body]
        : [],
    );
    const event = { number: 1, path: "/a", change: "changed" };
    const set = bodies.find(({ type }) => type === "set_ok");
    expect(set).toEqual({
      type: "set_ok",
      version: 1,
      events: [event],
      in_reply_to: 4,
    });
    const last = bodies.findLast(({ type }) => type === "get_ok");
    expect(last).toMatchObject({ value: 2, in_reply_to: 5 });
    const ping = bodies.findLast(({ type }) => type === "ping_ok");
    expect(Object.keys(ping ?? {}).toSorted()).toEqual([
      "events",
      "in_reply_to",
      "type",
    ]);
  });

  test("to a session that is not there has no events", () => {
    const { sim, leader } = led();
    const get = { type: "get", path: "/e1", session: "s999" };
    const create = { ...e1, session: "s999" };
    for (const [msg_id, body] of [get, create].entries()) {
      sim.inject({
        src: "c1",
        dest: leader,
        body: { ...body, msg_id },
      });
      sim.runFor(100);
      const answers = sim.trace.flatMap((e) =>
        e.kind === "deliver" && e.message.body.code === 1001
          ? [e.message.body]
          : [],
      );
      expect(answers.at(msg_id)).toEqual({
        ...expired,
        events: [],
        in_reply_to: msg_id,
      });
    }
  });
});

describe("the own clock", () => {
  const node = endByOwnClock(service);
  const open = { type: "open", msg_id: 1, timeout_ms: 500 };
  const request = {
    type: "request",
    client: "c1",
    request: open,
  } as const;
  const [tree] = applyCommand(emptyTree, 1, request);

  test("ends a session when its timeout is over, not before", () => {
    const setup = {
      id: "n1",
      peers: ["n2", "n3"],
      nowMs: 0,
      dice: 1,
      disk: {},
    };
    const [fresh] = node.init(setup);
    const [seen] = node.step({ ...fresh, tree }, tick(100));
    const [alive] = node.step(seen, tick(599));
    expect(Object.keys(alive.tree.sessions)).toEqual(["s1"]);
    const [gone] = node.step(alive, tick(600));
    expect(gone.tree.sessions).toEqual({});
  });
});

describe("a flush", () => {
  test("takes what has come, up to a batch, and no more", () => {
    const load = { arrivalsPerS: 1000, forMs: 10 };
    expect(groupCommit({ fsyncMs: 2, batchMax: 100, ...load })).toEqual(
      {
        writesPerS: 900,
        waitMsMedian: 2,
        waitMsMax: 3,
      },
    );
    expect(groupCommit({ fsyncMs: 5, batchMax: 2, ...load })).toEqual({
      writesPerS: 300,
      waitMsMedian: 8,
      waitMsMax: 9,
    });
    expect(ceilingPerS(5, 2)).toBe(400);
  });
});

describe("a waiter", () => {
  const plan = lockPlan({
    holdMs: 10,
    storage: "disk",
    watchAll: false,
  });
  const all = lockPlan({ holdMs: 10, storage: "disk", watchAll: true });
  const { sim } = lockRun(1, 1, {});
  const path = "/lock/n-0000000002";
  const memo = (phase: LockMemo["phase"], heard = 0) => ({
    phase,
    path,
    token: 9,
    heard,
  });
  const event = {
    number: 1,
    path: "/lock",
    change: "deleted",
  } as const;
  const state = (
    phase: LockMemo["phase"],
    events = 0,
    heard = 0,
  ): Client => ({
    ...sim.state<Client>("c1"),
    memo: memo(phase, heard),
    events: Array.from({ length: events }, () => event),
  });
  const list = (...children: readonly string[]) => ({
    type: "children_ok",
    children,
  });

  // Without it, it looked for "undefined" for ever.
  test("that finds no lock to enter tries again a while later", () => {
    const missing = { type: "error", code: 20, text: "no parent" };
    const first = plan(state("enter"), tick(5), missing);
    expect(first).toMatchObject({
      ask: null,
      memo: { phase: "enter" },
    });
    expect(first.effects).toEqual([
      { kind: "set-timer", name: "think", afterMs: 10 },
    ]);
    const again = plan(state("enter"), tick(15), null);
    expect(again.ask).toMatchObject({
      type: "create",
      path: "/lock/n-",
    });
  });

  test("watches the one before, or holds if there is none", () => {
    const names = ["n-0000000000", "n-0000000001", "n-0000000002"];
    const waits = plan(state("look", 3), tick(1), list(...names));
    expect(waits).toEqual({
      memo: memo("wait", 3),
      ask: { type: "get", path: "/lock/n-0000000001", watch: true },
      effects: [],
    });
    const herd = all(state("look", 3), tick(1), list(...names));
    expect(herd).toEqual({
      memo: memo("wait", 3),
      ask: null,
      effects: [],
    });
    const first = plan(state("look"), tick(1), list("n-0000000002"));
    expect(first).toEqual({
      memo: memo("hold"),
      ask: null,
      effects: [
        {
          kind: "send",
          dest: "disk",
          body: { type: "write", token: 9 },
        },
        { kind: "set-timer", name: "think", afterMs: 10 },
      ],
    });
  });

  test("looks again at an event it has not counted, and only then", () => {
    const look = { type: "children", path: "/lock", watch: false };
    const next = (events: number, heard: number, answer: Body | null) =>
      plan(state("wait", events, heard), tick(1), answer);
    const looks = { memo: memo("look"), ask: look, effects: [] };
    const waits = { memo: memo("wait"), ask: null, effects: [] };
    expect(next(1, 0, null)).toEqual(looks);
    expect(next(1, 1, null)).toEqual({
      ...waits,
      memo: memo("wait", 1),
    });
    expect(next(0, 0, { type: "error", code: 20 })).toEqual(looks);
    expect(next(0, 0, { type: "error", code: 21 })).toEqual(waits);
    const again = all(state("wait", 1, 0), tick(1), null);
    expect(again).toEqual({ ...looks, ask: { ...look, watch: true } });
  });
});

describe("a cluster from a backup", () => {
  const { state } = led();
  const backup = backupOf(state);
  const node = restored(service, backup, servers, 100);
  const setup = { id: "n1", peers: ["n2", "n3"], nowMs: 0, dice: 1 };

  test("has no session, nothing that hung on one, and a later index", () => {
    const [fresh] = node.init({ ...setup, disk: {} });
    const index = state.applied + 100;
    expect(backup).toEqual({ index: state.applied, tree: state.tree });
    expect(fresh.applied).toBe(index);
    expect(fresh.raft.snapshot.lastIndex).toBe(index);
    expect(fresh.raft.snapshot.lastTerm).toBe(0);
    expect(fresh.raft.snapshot.members).toEqual(servers);
    expect([fresh.raft.currentTerm, fresh.raft.votedFor]).toEqual([
      0,
      null,
    ]);
    expect(fresh.raft.log).toEqual([]);
    expect(fresh.tree).toEqual({
      nodes: { "/": { ...state.tree.nodes["/"] } },
      sessions: {},
      watches: {},
      childWatches: {},
    });
  });

  test("goes on with its own disk, once it has one", () => {
    const raft = {
      currentTerm: 4,
      votedFor: "n2",
      log: [],
      snapshot: {
        lastIndex: 0,
        lastTerm: 0,
        members: servers,
        data: null,
      },
    };
    const [again] = node.init({ ...setup, disk: { raft } });
    expect([again.raft.currentTerm, again.applied]).toEqual([4, 0]);
  });

  test("runs", () => {
    const nodes = Object.fromEntries(servers.map((id) => [id, node]));
    const sim = simulate({ seed: 1, nodes });
    sim.runUntil(1500);
    const { raft } = sim.state<Service>(leaderOf(sim));
    expect(raft.commitIndex).toBe(state.applied + 101);
  });
});
