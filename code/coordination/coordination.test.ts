/** The coordination service: its tree, its sessions, its watches. */
import { describe, expect, test } from "vitest";
import {
  type ChaosKind,
  chaosKinds,
  type Fault,
  swarm,
} from "../kernel/faults.ts";
import { historyOf } from "../kernel/history.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import type { Body } from "../kernel/node.ts";
import { seeds } from "../seeds.ts";
import { endByOwnClock, tellLater, watchForEver } from "./broken.ts";
import type { Client } from "./client.ts";
import {
  client,
  clientOptions,
  leaderOf,
  loadPlan,
  lockRun,
  phaseOf,
  servers,
  service,
  serving,
  znode,
} from "./cluster.scenario.ts";
import type { Service } from "./coordination.ts";
import { lockPlan, scriptPlan } from "./recipes.ts";
import type { Storage } from "./storage.ts";
import {
  applyCommand,
  childrenOf,
  emptyTree,
  type Tree,
} from "./tree.ts";

/** A tree in which session s1 of c1, and s2 of c2, are open. */
const open = [1, 2].reduce((tree, index) => {
  const request = { type: "open", msg_id: 1, timeout_ms: 500 };
  return apply(tree, index, `c${index}`, request)[0];
}, emptyTree);

function apply(
  tree: Tree,
  index: number,
  client: string,
  request: Body,
) {
  return applyCommand(tree, index, {
    type: "request",
    client,
    request,
  });
}

/** Session s1 asks these things; the tree and the answers. */
function asked(requests: readonly Body[], from = open, session = "s1") {
  let tree = from;
  const first = (tree.sessions[session]?.lastMsgId ?? 0) + 1;
  const answers = requests.map((request, at) => {
    const body = { ...request, session, msg_id: first + at };
    const [next, reply] = apply(tree, 10 + at, "c", body);
    tree = next;
    return reply;
  });
  return { tree, answers };
}

const create = (path: string, more: object = {}) => ({
  type: "create",
  path,
  value: "v",
  ...more,
});
const get = (path: string, watch = false) => ({
  type: "get",
  path,
  watch,
});

function eventsOf(tree: Tree, session: string) {
  const events = tree.sessions[session]?.events ?? [];
  return events.map(({ path, change }) => `${path} ${change}`);
}

describe("the tree", () => {
  test("creates, reads, and counts the writes of each node", () => {
    const { answers } = asked([
      create("/a"),
      get("/a"),
      { type: "set", path: "/a", value: "w" },
      get("/a"),
    ]);
    expect(answers).toMatchObject([
      { type: "create_ok", path: "/a", created_index: 10 },
      { type: "get_ok", value: "v", version: 0 },
      { type: "set_ok", version: 1 },
      { type: "get_ok", value: "w", version: 1 },
    ]);
  });

  test("compares the version, and only then sets or deletes", () => {
    const { answers } = asked([
      create("/a"),
      { type: "set", path: "/a", value: 1, version: 1 },
      { type: "set", path: "/a", value: 1, version: 0 },
      { type: "delete", path: "/a", version: 0 },
      { type: "delete", path: "/a", version: 1 },
      get("/a"),
    ]);
    expect(answers.map((a) => a?.code ?? a?.type)).toEqual([
      "create_ok",
      22,
      "set_ok",
      22,
      "delete_ok",
      20,
    ]);
  });

  test("says why it does not set a value", () => {
    const { answers } = asked([
      { type: "set", path: "/a", value: 1 },
      create("/a"),
      { type: "set", path: "/a", value: 1, version: 1 },
    ]);
    expect([answers[0], answers[2]]).toEqual([
      { type: "error", code: 20, text: "no such node" },
      { type: "error", code: 22, text: "another version is there" },
    ]);
  });

  test("has no node twice, none without a parent, deletes no parent", () => {
    const { answers } = asked([
      create("/a"),
      create("/a"),
      create("/b/c"),
      create("/a/b"),
      { type: "delete", path: "/a" },
      { type: "delete", path: "/" },
      { type: "set", path: "/none", value: 1 },
      { type: "delete", path: "/none" },
      create("/e", { ephemeral: true }),
      create("/e/f"),
      { type: "dance", path: "/a" },
    ]);
    expect(answers.map((a) => a?.code ?? a?.type)).toEqual([
      "create_ok",
      21,
      20,
      "create_ok",
      22,
      22,
      20,
      20,
      "create_ok",
      22,
      10,
    ]);
  });

  test("lists the children of one node alone, in order", () => {
    const { tree } = asked([
      create("/b"),
      create("/a"),
      create("/a/x"),
      create("/ab"),
    ]);
    expect(childrenOf(tree, "/")).toEqual(["a", "ab", "b"]);
    expect(childrenOf(tree, "/a")).toEqual(["x"]);
  });

  test("numbers sequential nodes, and no number comes twice", () => {
    const item = create("/q/n-", { sequential: true });
    const { answers } = asked([
      create("/q"),
      item,
      item,
      { type: "delete", path: "/q/n-0000000001" },
      item,
    ]);
    expect(answers.map((a) => a?.path)).toEqual([
      "/q",
      "/q/n-0000000000",
      "/q/n-0000000001",
      undefined,
      "/q/n-0000000002",
    ]);
  });

  test("a request twice in the log is done once; an older one not at all", () => {
    const body = {
      ...create("/q/n-", { sequential: true }),
      session: "s1",
    };
    const { tree } = asked([create("/q")]);
    const one = apply(tree, 20, "c1", { ...body, msg_id: 3 });
    const two = apply(one[0], 21, "c1", { ...body, msg_id: 3 });
    expect(two).toEqual(one);
    const late = apply(two[0], 22, "c1", { ...body, msg_id: 2 });
    expect(late).toEqual([two[0], null]);
  });

  test("opens one session for one question", () => {
    const request = { type: "open", msg_id: 1, timeout_ms: 500 };
    const [tree, reply] = apply(open, 9, "c1", request);
    expect([tree, reply]).toEqual([
      open,
      { type: "open_ok", session: "s1" },
    ]);
    const [more] = apply(open, 9, "c1", { ...request, msg_id: 2 });
    expect(Object.keys(more.sessions)).toEqual(["s1", "s2", "s9"]);
  });
});

describe("sessions", () => {
  const { tree } = asked([
    create("/stays"),
    create("/goes", { ephemeral: true }),
    get("/stays", true),
    { type: "children", path: "/", watch: true },
  ]);

  test("take their ephemeral nodes and watches with them", () => {
    const [after] = applyCommand(tree, 30, {
      type: "expire",
      session: "s1",
    });
    expect(childrenOf(after, "/")).toEqual(["stays"]);
    expect([after.watches, after.childWatches]).toEqual([{}, {}]);
    const closed = asked([{ type: "close" }], tree);
    expect(closed.answers).toEqual([{ type: "close_ok" }]);
    expect(childrenOf(closed.tree, "/")).toEqual(["stays"]);
  });

  test("that have ended are told so, and end once", () => {
    const end = { type: "expire", session: "s1" } as const;
    const [after] = applyCommand(tree, 30, end);
    expect(applyCommand(after, 31, end)).toEqual([after, null]);
    const { answers } = asked([create("/x")], after);
    expect(answers).toMatchObject([{ type: "error", code: 1001 }]);
  });
});

describe("watches", () => {
  test("fire once, at the next change", () => {
    const watching = asked([create("/a"), get("/a", true)]).tree;
    const set = { type: "set", path: "/a", value: 1 };
    const changed = asked([set, set], watching, "s2").tree;
    expect(eventsOf(changed, "s1")).toEqual(["/a changed"]);
  });

  test("on what is not there fire when it is made; on children too", () => {
    const watching = asked([
      get("/a", true),
      { type: "children", path: "/", watch: true },
    ]).tree;
    const made = asked([create("/a")], watching, "s2").tree;
    expect(eventsOf(made, "s1")).toEqual(["/a created", "/ children"]);
    const again = asked([get("/a", true)], made).tree;
    const gone = asked(
      [{ type: "delete", path: "/a" }],
      again,
      "s2",
    ).tree;
    expect(eventsOf(gone, "s1")).toContain("/a deleted");
  });

  test("on the children of a node fire when it is deleted, once", () => {
    const list = { type: "children", path: "/a", watch: true };
    const watching = asked([create("/a"), list]).tree;
    const both = asked([get("/a", true), list], watching, "s2").tree;
    const remove = { type: "delete", path: "/a" };
    const gone = asked([remove], both, "s2").tree;
    expect(eventsOf(gone, "s1")).toEqual(["/a deleted"]);
    expect(eventsOf(gone, "s2")).toEqual(["/a deleted"]);
    expect([gone.watches, gone.childWatches]).toEqual([{}, {}]);
  });

  test("two at one node by one session are one", () => {
    const watching = asked([
      create("/a"),
      get("/a", true),
      get("/a", true),
    ]);
    expect(watching.tree.watches).toEqual({ "/a": ["s1"] });
  });

  test("events stay until the client says that it has them", () => {
    const watching = asked([create("/a"), get("/a", true)]).tree;
    const set = { type: "set", path: "/a", value: 1 };
    const fired = asked([set], watching, "s2").tree;
    const kept = asked([{ ...get("/a", true), seen: 0 }], fired).tree;
    expect(eventsOf(kept, "s1")).toHaveLength(1);
    const seen = asked([{ ...get("/a"), seen: 1 }], kept).tree;
    expect(eventsOf(seen, "s1")).toEqual([]);
    expect(seen.sessions.s1?.eventsFired).toBe(1);
  });
});

describe("the service", () => {
  /** Two clients; c2 comes when c1 is done. */
  function two(
    one: readonly Body[],
    other: readonly Body[],
    node = service,
    faults: readonly Fault[] = [],
  ) {
    const clients = {
      c1: client(scriptPlan(one)),
      c2: client(scriptPlan(other)),
    };
    return serving(clients, { seed: 1, faults }, node);
  }

  test("answers as the tree does", () => {
    const sim = two([create("/a"), get("/a"), get("/b")], []);
    sim.runUntil(2000);
    expect(sim.state<Client>("c1").memo).toMatchObject([
      { type: "create_ok" },
      { type: "get_ok", value: "v", version: 0 },
      { type: "error", code: 20 },
    ]);
  });

  test("sends a client to the leader", () => {
    const sim = two([create("/a")], []);
    sim.runUntil(2000);
    const redirects = sim.trace.filter(
      (e) => e.kind === "deliver" && e.message.body.type === "redirect",
    );
    const leader = leaderOf(sim);
    if (leader !== "n1") expect(redirects.length).toBeGreaterThan(0);
    const { target } = sim.state<Client>("c1");
    expect(servers[target % 3]).toBe(leader);
  });

  test("pushes an event to who watches", () => {
    const sim = two([create("/a"), get("/a", true)], []);
    sim.runUntil(1500);
    const body = {
      ...create("/a"),
      type: "set",
      session: "s3",
      msg_id: 9,
    };
    sim.inject({ src: "c2", dest: leaderOf(sim), body });
    sim.runFor(100);
    const heard = sim.state<Client>("c1").events;
    expect(heard).toMatchObject([{ path: "/a", change: "changed" }]);
  });

  test("a session whose client is silent ends, its nodes with it", () => {
    const sim = two([create("/e", { ephemeral: true })], []);
    sim.runUntil(1500);
    const isThere = () =>
      "/e" in sim.state<Service>(leaderOf(sim)).tree.nodes;
    expect(isThere()).toBe(true);
    sim.apply({ kind: "crash", node: "c1" });
    sim.runFor(clientOptions.timeoutMs - 250);
    expect(isThere()).toBe(true);
    sim.runFor(400);
    expect(isThere()).toBe(false);
  });

  test("a client that sleeps too long learns that its session is over", () => {
    const pause = { atMs: 1500, kind: "pause", node: "c1" } as const;
    const long = two([create("/e", { ephemeral: true })], [], service, [
      { ...pause, forMs: 1500 },
    ]);
    long.runUntil(4000);
    expect(long.state<Client>("c1").isLost).toBe(true);
    const short = two(
      [create("/e", { ephemeral: true })],
      [],
      service,
      [{ ...pause, forMs: 300 }],
    );
    short.runUntil(4000);
    expect(short.state<Client>("c1").isLost).toBe(false);
  });

  test("a client knows until when its session lives at least", () => {
    const sim = two([create("/a")], []);
    sim.runUntil(3000);
    const { aliveUntilMs, ping } = sim.state<Client>("c1");
    const heardMs = aliveUntilMs - clientOptions.timeoutMs;
    expect(heardMs).toBeGreaterThan(3000 - 300);
    expect(heardMs).toBeLessThanOrEqual(ping.sentMs);
  });

  test("who waits for one that is gone already looks again at once", () => {
    const options = { holdMs: 1, storage: "disk", watchAll: false };
    const plan = lockPlan(options);
    const memo = {
      phase: "wait",
      path: "/lock/n-2",
      token: 5,
      heard: 0,
    };
    const sim = two([], []);
    const state = { ...sim.state<Client>("c1"), memo };
    const event = { kind: "timer", name: "none" } as const;
    const next = (answer: Body) =>
      plan(state, { event, nowMs: 0, dice: 1 }, answer).ask;
    expect(next({ type: "error", code: 20 })).toMatchObject({
      type: "children",
    });
    expect(next({ type: "get_ok" })).toBeNull();
  });

  test("a leader that is handing over ends no session, then it does", () => {
    const sim = two([create("/e", { ephemeral: true })], []);
    sim.runUntil(1500);
    const leader = leaderOf(sim);
    const to = servers.find((id) => id !== leader) ?? "";
    sim.apply({ kind: "crash", node: "c1" });
    sim.runFor(400);
    sim.apply({ kind: "crash", node: to });
    const body = { type: "transfer_leadership", to };
    sim.inject({ src: "admin", dest: leader, body });
    sim.runFor(250);
    const isThere = () =>
      "/e" in sim.state<Service>(leaderOf(sim)).tree.nodes;
    expect(isThere()).toBe(true);
    sim.runFor(250);
    expect(leaderOf(sim)).toBe(leader);
    expect(isThere()).toBe(false);
  });

  // `retry` and `ping` once led each other past the only leader.
  test("a ping that is sent elsewhere goes there at once", () => {
    const sim = two([], []);
    sim.runUntil(1500);
    const leader = leaderOf(sim);
    const state = sim.state<Client>("c1");
    const { session } = state;
    const ping = { msgId: 7, sentMs: 1500, isOpen: true };
    const step = (about: number, isOpen: boolean) => {
      const body = { type: "redirect", leader, about };
      const message = { src: "n1", dest: "c1", body };
      const event = { kind: "message", message } as const;
      const input = { event, nowMs: 1510, dice: 1 };
      const before = { ...state, target: 9, ping: { ...ping, isOpen } };
      return client(scriptPlan([])).step(before, input);
    };
    const [next, effects] = step(7, true);
    expect(next.target).toBe(servers.indexOf(leader));
    expect(effects).toEqual([
      {
        kind: "send",
        dest: leader,
        body: { type: "ping", session, msg_id: 7 },
      },
    ]);
    expect([step(7, false)[1], step(6, true)[1]]).toEqual([[], []]);
  });

  test("a new leader gives every session a whole time-out", () => {
    const sim = two([create("/e", { ephemeral: true })], []);
    sim.runUntil(1500);
    sim.apply({ kind: "crash", node: leaderOf(sim) });
    sim.runFor(3000);
    expect(sim.state<Client>("c1").isLost).toBe(false);
    expect("/e" in sim.state<Service>(leaderOf(sim)).tree.nodes).toBe(
      true,
    );
  });

  test("no step changes what it was given, or hides anything", () => {
    const clients = { c1: client(loadPlan(["/a", "/b"], 120)) };
    const options = { seed: 1, checkPurity: true };
    const sim = serving(clients, options, service);
    sim.runUntil(6500);
    const { raft } = sim.state<Service>("n1");
    expect(raft.snapshot.lastIndex).toBeGreaterThan(0);
  });
});

describe("in a storm", () => {
  const ids = ["c1", "c2", "c3"];

  function storm(seed: number, kinds: readonly ChaosKind[]) {
    const untilMs = 3500;
    const weather = swarm(seed, {
      nodes: servers,
      untilMs,
      pauseMsMax: 300,
      kinds,
    });
    const plan = loadPlan(["/a", "/b"], 40);
    const clients = Object.fromEntries(
      ids.map((id) => [id, client(plan)]),
    );
    const alive: string[] = [];
    const sim = serving(
      clients,
      {
        ...weather,
        ...(kinds === chaosKinds ? {} : { clocks: {} }),
        seed,
        onStep: (sim, id) => {
          if (!ids.includes(id)) return;
          const state = sim.state<Client>(id);
          if (state.isLost && sim.nowMs < state.aliveUntilMs) {
            alive.push(`${id} at ${sim.nowMs}`);
          }
        },
      },
      service,
    );
    sim.runUntil(untilMs + 2500);
    return { sim, alive };
  }

  test.each(seeds(8))("each node is linearizable, seed %i", (seed) => {
    const { sim } = storm(seed, chaosKinds);
    const history = historyOf(sim.trace, ids);
    expect(checkLinearizable(znode, history, 200_000).verdict).not.toBe(
      "illegal",
    );
    const numbers = ids.map((id) =>
      sim.state<Client>(id).events.map(({ number }) => number),
    );
    for (const list of numbers) {
      expect(list).toEqual(list.map((_, at) => at + 1));
    }
  });

  // Not with clocks that are set or drift: the leader's decides.
  test.each(seeds(8))(
    "no session ends before a client may think so, seed %i",
    (seed) => {
      const kinds = chaosKinds.filter((kind) => kind !== "clock-jump");
      expect(storm(seed, kinds).alive).toEqual([]);
    },
  );

  // A request was carried out, its answer lost, its session ended; the
  // same request, asked again, was told for certain: it was not done.
  test.each([266, 478])(
    "an ended session leaves doubt, seed %i",
    (seed) => {
      const { sim } = storm(seed, chaosKinds);
      const history = historyOf(sim.trace, ids);
      expect(checkLinearizable(znode, history).verdict).toBe("ok");
      const sure = history.map((operation) =>
        operation.result?.code === 1001
          ? { ...operation, outcome: "fail" as const }
          : operation,
      );
      const { verdict } = checkLinearizable(znode, sure);
      expect(verdict).toBe("illegal");
    },
  );

  test.each(seeds(6))(
    "a lock has one holder a token, seed %i",
    (seed) => {
      const untilMs = 3000;
      const weather = swarm(seed, {
        nodes: servers,
        untilMs,
        pauseMsMax: 300,
      });
      const { faults, clocks } = weather;
      const { sim, contenders } = lockRun(seed, 4, { faults, clocks });
      sim.runUntil(untilMs + 6000);
      const { writes, refused } = sim.state<Storage>("disk");
      const tokens = writes.map(({ token }) => token);
      expect(tokens).toEqual(tokens.toSorted((a, b) => a - b));
      expect(new Set(tokens).size).toBe(tokens.length);
      const lost = contenders.filter(
        (id) => sim.state<Client>(id).isLost,
      );
      const done = contenders.filter(
        (id) => phaseOf(sim, id) === "done",
      );
      expect(new Set([...done, ...lost]).size).toBe(4);
      expect(tokens.length + refused.length).toBeGreaterThanOrEqual(
        done.length,
      );
    },
  );
});

describe("a lock whose holder sleeps", () => {
  const faults: readonly Fault[] = [
    { atMs: 920, kind: "pause", node: "c1", forMs: 1500 },
  ];

  test.each([false, true])(
    "predecessors or all watched: %s",
    (watchAll) => {
      const { sim, contenders } = lockRun(2, 5, { watchAll });
      sim.runUntil(6000);
      for (const id of contenders)
        expect(phaseOf(sim, id)).toBe("done");
      const { writes, refused } = sim.state<Storage>("disk");
      expect([writes.length, refused]).toEqual([5, []]);
    },
  );

  test("passes to the next, and the sleeper learns it", () => {
    const { sim } = lockRun(2, 2, { holdMs: 400, faults });
    sim.runUntil(6000);
    expect(sim.state<Client>("c1").isLost).toBe(true);
    expect(phaseOf(sim, "c2")).toBe("done");
  });
});

describe("each rule is needed", () => {
  test("sessions ended by own clocks give different trees", () => {
    const clients = {
      c1: client(scriptPlan([create("/e", { ephemeral: true })])),
    };
    const faults: readonly Fault[] = [
      { atMs: 560, kind: "pause", node: "n1", forMs: 120 },
    ];
    const node = endByOwnClock(service);
    const sim = serving(clients, { seed: 3, faults }, node);
    expect(() => sim.runUntil(3000)).toThrow("Two trees at index");
  });

  /** c1 watches /a; c2 sets it; the push is lost; c1 reads again. */
  function readAfterChange(node: typeof service) {
    const script = [create("/a"), get("/a", true)];
    const clients = {
      c1: client(scriptPlan(script)),
      c2: client(scriptPlan([])),
    };
    const network = {
      fate: ({ body }: { body: Body }) =>
        body.type === "events" ? ("lose" as const) : undefined,
    };
    const sim = serving(clients, { seed: 1, network }, node);
    sim.runUntil(1500);
    const name = sim.state<Client>("c2").session;
    const dest = leaderOf(sim);
    const set = { type: "set", path: "/a", value: "w", msg_id: 99 };
    sim.inject({ src: "c2", dest, body: { ...set, session: name } });
    sim.runFor(30);
    const session = sim.state<Client>("c1").session;
    const body = { ...get("/a"), session, msg_id: 98 };
    sim.inject({ src: "c1", dest, body });
    sim.runFor(30);
    return sim.trace.flatMap((e) =>
      e.kind === "deliver" && e.message.body.in_reply_to === 98
        ? [e.message.body]
        : [],
    )[0];
  }

  test("no read shows a change before its event", () => {
    const right = readAfterChange(service);
    expect(right).toMatchObject({
      value: "w",
      events: [{ path: "/a" }],
    });
    const wrong = readAfterChange(tellLater(service));
    expect(wrong).toMatchObject({ value: "w" });
    expect(wrong?.events).toBeUndefined();
  });

  test("a watch that stays fires again and again", () => {
    const fired = (node: typeof service) => {
      const set = { type: "set", path: "/a", value: 1 };
      const script = [create("/a"), get("/a", true), set, set, set];
      const clients = { c1: client(scriptPlan(script)) };
      const sim = serving(clients, { seed: 1 }, node);
      sim.runUntil(2500);
      return sim.state<Client>("c1").events.length;
    };
    expect([fired(service), fired(watchForEver(service)) > 1]).toEqual([
      1,
      true,
    ]);
  });
});
