/** The store without a leader: what its quorums keep, and what not. */
import { describe, expect, test } from "vitest";
import { registers } from "../abd/cluster.scenario.ts";
import type { Sibling } from "../clocks/dotted.ts";
import { scriptedClient } from "../kernel/client.ts";
import { historyOf } from "../kernel/history.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import type { Body, Effect, Json } from "../kernel/node.ts";
import { seeds } from "../seeds.ts";
import { sharedWith } from "./anti-entropy.ts";
import { forgetsHints, overwrites } from "./broken.ts";
import {
  agree,
  cluster,
  missed,
  servers,
  storm,
} from "./cluster.scenario.ts";
import { quorumStore } from "./quorum-store.ts";
import { collect } from "./replica.ts";
import {
  dynamoOptions,
  type Options,
  recover,
  type State,
  tombstone,
  valuesOf,
} from "./state.ts";
import {
  partialWrite,
  resurrection,
  sloppy,
} from "./stories.scenario.ts";
import {
  homes,
  others,
  tally,
  writeAndRead,
} from "./table.scenario.ts";

const strict = quorumStore(dynamoOptions);
const sloppyOptions = { ...dynamoOptions, isSloppy: true };
const keys = ['"x"', '"y"'];

describe("no acknowledged write is missed while R + W > N", () => {
  test.each(seeds(5))("R = W = 2, seed %i", (seed) => {
    const { sim, history } = storm(seed, strict);
    expect(missed(history)).toEqual([]);
    expect(agree(sim, keys, 3)).toBe(true);
  });

  test.each(seeds(3))("R = 1, W = 3, seed %i", (seed) => {
    const node = quorumStore({ ...dynamoOptions, r: 1, w: 3 });
    const { sim, history } = storm(seed, node);
    expect(missed(history)).toEqual([]);
    expect(agree(sim, keys, 3)).toBe(true);
  });
});

describe("the homes agree once it is quiet", () => {
  test.each(seeds(3))("with sloppy quorums, seed %i", (seed) => {
    const { sim } = storm(seed, quorumStore(sloppyOptions));
    expect(agree(sim, keys, 3)).toBe(true);
    const hints = servers.map((id) => sim.state<State>(id).hints);
    expect(hints).toEqual(servers.map(() => ({})));
  });
});

describe("what R, W and a fault do to reads", () => {
  const count = (options: Partial<Options>, fault: "calm" | "cut") =>
    tally(writeAndRead({ repairsReads: false, ...options }, fault, 7));

  test("R + W = N: stale even in the calm, somewhere", () => {
    const options = { r: 1, w: 2, repairsReads: false };
    const stale = [7, 8, 9, 10, 11, 12, 13, 14].map((seed) =>
      missed(writeAndRead(options, "calm", seed)),
    );
    expect(stale.flat().length).toBeGreaterThan(0);
  });

  test("R + W > N: a cut refuses writes on the side of one home", () => {
    expect(count({}, "calm")).toMatchObject({ stale: 0, refused: 0 });
    const cut = count({}, "cut");
    expect(cut.stale).toBe(0);
    expect(cut.refused).toBeGreaterThan(0);
  });

  test("sloppy: nothing is refused, and reads are stale", () => {
    const cut = count({ isSloppy: true }, "cut");
    expect(cut.refused).toBe(0);
    expect(cut.stale).toBeGreaterThan(0);
  });
});

describe("R + W > N is not linearizable", () => {
  test("n=3 w=3 r=2: one reader sees a partial write, the next not", () => {
    const { history } = partialWrite(1);
    const read = history.filter(({ op }) => op === "read");
    expect(read.map(({ result }) => result?.value)).toEqual([2, 1]);
    const [a, b] = read;
    expect(a?.returnMs ?? Infinity).toBeLessThan(b?.invokeMs ?? 0);
    expect(checkLinearizable(registers, history).verdict).toBe(
      "illegal",
    );
  });
});

describe("sloppy quorums and hinted handoff (Dynamo, §4.6)", () => {
  const valuesAt = ({ sim }: { sim: typeof story.sim }, id = "") =>
    valuesOf(sim.state<State>(id).data['"x"'] ?? []);
  const patient = { ...sloppyOptions, antiEntropyMs: 10_000 };
  const story = sloppy(quorumStore(patient), 480);

  test("an acknowledged write is missed by a quorum of homes", () => {
    const [write, read] = story.history;
    expect(write?.outcome).toBe("ok");
    expect(read?.result).toMatchObject({ values: [] });
    expect(missed(story.history)).toHaveLength(1);
    const [second = "", third = ""] = homes.slice(1);
    const hinted = others.flatMap((id) =>
      Object.keys(sim(story, id).hints),
    );
    expect(hinted).toEqual([second, third]);
  });

  test("comes home when the link is mended, without anti-entropy", () => {
    const later = sloppy(quorumStore(patient), 900);
    for (const home of homes) {
      expect(valuesAt(later, home)).toEqual(["new"]);
    }
    for (const id of others) expect(sim(later, id).hints).toEqual({});
  });

  test("is lost by a stand-in that does not wait for an ack", () => {
    const later = sloppy(forgetsHints(patient), 900);
    expect(later.history[0]?.outcome).toBe("ok");
    expect(homes.map((home) => valuesAt(later, home).length)).toEqual([
      1, 0, 0,
    ]);
  });

  function sim({ sim }: typeof story, id: string): State {
    return sim.state<State>(id);
  }
});

describe("tombstones", () => {
  const found = (graceMs: number | null) =>
    resurrection(graceMs).history.at(-1)?.result;

  test("keep what was deleted dead, as long as they are kept", () => {
    expect(found(null)).toMatchObject({ type: "read_ok", values: [] });
    expect(found(2500)).toMatchObject({ values: [] });
  });

  test("dropped before all have seen them, they let the dead return", () => {
    expect(found(300)).toMatchObject({ values: ["old"] });
  });

  const dead: Sibling = {
    dot: { node: "n1", count: 2 },
    past: { n1: 1 },
    value: tombstone,
  };
  const alive: Sibling = { ...dead, value: '"v"' };

  test("are dropped at the grace, counted from when they were seen", () => {
    const setup = { id: "n1", peers: [], nowMs: 0, dice: 1 };
    const data = { a: [dead], b: [dead, alive] };
    const state = recover({ ...setup, disk: { data: data as Json } });
    const [seen, none] = collect(state, 100, 50);
    expect(seen.deletedMs).toEqual({ a: 50 });
    expect([seen.data, none]).toEqual([data, []]);
    expect(collect(seen, 100, 149)[0].data).toEqual(data);
    const [left, saved] = collect(seen, 100, 150);
    expect(Object.keys(left.data)).toEqual(["b"]);
    expect(saved).toEqual([
      { kind: "persist", key: "data", value: { b: data.b } },
    ]);
  });
});

describe("read repair", () => {
  test("brings a home up to date that missed a write", () => {
    const third = homes[2] ?? "";
    const write = { type: "write", key: "x", value: 1 };
    const times = { targets: [homes[0] ?? ""], timeoutMs: 900 };
    const held = (repairsReads: boolean) => {
      const options = { ...dynamoOptions, antiEntropyMs: 9000 };
      const node = quorumStore({ ...options, repairsReads });
      const nodes = {
        w: scriptedClient([write], { ...times, startMs: 20 }),
        r: scriptedClient([{ type: "read", key: "x" }], {
          ...times,
          startMs: 600,
        }),
      };
      const faults = [
        { atMs: 10, kind: "crash", node: third },
        { atMs: 500, kind: "restart", node: third },
      ] as const;
      const sim = cluster(node, { nodes, faults });
      sim.runUntil(900);
      return valuesOf(sim.state<State>(third).data['"x"'] ?? []);
    };
    expect(held(true)).toEqual([1]);
    expect(held(false)).toEqual([]);
  });

  test("that writes old over new loses acknowledged writes", () => {
    const storms = [1, 2, 3, 4, 5, 6].map((seed) =>
      storm(seed, overwrites(dynamoOptions), ["slow", "pause"]),
    );
    const lost = storms.flatMap(({ history }) => missed(history));
    expect(lost.length).toBeGreaterThan(0);
  });
});

describe("a node", () => {
  const [first = "", second = "", third = ""] = homes;
  const start = (id: string, disk: { [key: string]: Json } = {}) => {
    const node = quorumStore(sloppyOptions);
    const peers = servers.filter((peer) => peer !== id);
    let [state] = node.init({ id, peers, disk, nowMs: 0, dice: 1 });
    const take = (
      event: Parameters<typeof node.step>[1]["event"],
      nowMs: number,
    ) => {
      const [next, effects] = node.step(state, {
        event,
        nowMs,
        dice: 1,
      });
      state = next;
      return effects;
    };
    return {
      state: () => state,
      fire: (name: string, nowMs = 0) =>
        take({ kind: "timer", name }, nowMs),
      take: (src: string, body: Body) =>
        take({ kind: "message", message: { src, dest: id, body } }, 0),
    };
  };
  const sends = (effects: readonly Effect[]) =>
    effects.flatMap((one) => (one.kind === "send" ? [one] : []));
  const write = (msg_id: number, more = {}) => ({
    type: "write",
    key: "x",
    value: msg_id,
    msg_id,
    ...more,
  });
  const toClient = (effects: readonly Effect[]) =>
    sends(effects).filter(({ dest }) => dest === "c1");

  test("asks the homes of the key, and answers when W have stored", () => {
    const it = start(first);
    const asked = sends(it.take("c1", write(1)));
    expect(asked.map(({ dest }) => dest)).toEqual([second, third]);
    const stored = { type: "stored", work: `${first}.1.1` };
    const ok = {
      type: "write_ok",
      dot: { node: first, count: 1 },
      in_reply_to: 1,
    };
    expect(toClient(it.take(second, stored))).toEqual([
      { kind: "send", dest: "c1", body: ok },
    ]);
    expect(it.take(third, stored)).toEqual([]);
    expect(it.state().works).toEqual([]);
    expect(it.take(third, stored)).toEqual([]);
  });

  test("lets a request set its own W and R", () => {
    const it = start(first);
    expect(toClient(it.take("c1", write(1, { w: 1 })))).toHaveLength(1);
    it.take("c1", write(2, { w: 3 }));
    const stored = { type: "stored", work: `${first}.1.2` };
    expect(toClient(it.take(second, stored))).toEqual([]);
    expect(toClient(it.take(third, stored))).toHaveLength(1);
    const read = { type: "read", key: "x", msg_id: 3, r: 1 };
    expect(toClient(it.take("c1", read))).toHaveLength(1);
  });

  test("replaces what the writer had read, and keeps the rest", () => {
    const it = start(first);
    it.take("c1", write(1));
    it.take("c2", write(1, { value: "other" }));
    it.take("c1", write(2, { context: { [first]: 1 } }));
    const held = it.state().data['"x"'] ?? [];
    expect(valuesOf(held)).toEqual(["other", 2]);
  });

  test("does a doubled write once, and no request without msg_id", () => {
    const it = start(first);
    it.take("c1", write(2));
    expect(it.take("c1", write(2))).toEqual([]);
    expect(it.take("c1", { type: "read", key: "x" })).toEqual([]);
    expect(it.take("c1", { type: "hello" })).toEqual([]);
    expect(it.state().dots).toBe(1);
    const disk = { served: { c1: 2 }, dots: 1, starts: 1 };
    const again = start(first, disk);
    expect(again.take("c1", write(2))).toEqual([]);
    again.take("c1", write(3));
    expect(again.state()).toMatchObject({ dots: 2, starts: 2 });
  });

  test("stores the count of its dots before it sends one", () => {
    const it = start(first);
    const effects = it.take("c1", write(2));
    const firstSend = effects.findIndex(({ kind }) => kind === "send");
    const disk = Object.fromEntries(
      effects
        .slice(0, firstSend)
        .flatMap((one) =>
          one.kind === "persist" ? [[one.key, one.value]] : [],
        ),
    );
    const again = start(first, { ...disk, starts: 1 });
    expect(again.take("c1", write(2))).toEqual([]);
    again.take("c1", write(3));
    expect(again.state().dots).toBe(2);
  });

  test("asks again, then stand-ins, for each silent home one", () => {
    const it = start(first);
    it.take("c1", write(1, { w: 3 }));
    it.take(second, { type: "stored", work: `${first}.1.1` });
    const again = sends(it.fire(`${first}.1.1`, 40));
    expect(again.map(({ dest, body }) => [dest, body.home])).toEqual([
      [third, third],
      [others[0], third],
    ]);
    const more = sends(it.fire(`${first}.1.1`, 80));
    expect(more).toHaveLength(2);
    const stored = { type: "stored", work: `${first}.1.1` };
    expect(toClient(it.take(others[0] ?? "", stored))).toHaveLength(1);
  });

  test("gives up: 11 for a read, 0 for a write that may be stored", () => {
    const it = start(first);
    it.take("c1", write(1));
    expect(toClient(it.fire(`${first}.1.1`, 199))).toEqual([]);
    expect(toClient(it.fire(`${first}.1.1`, 200))).toMatchObject([
      { body: { type: "error", code: 0, in_reply_to: 1 } },
    ]);
    it.take("c1", { type: "read", key: "x", msg_id: 2 });
    expect(toClient(it.fire(`${first}.1.2`, 200))).toMatchObject([
      { body: { code: 11 } },
    ]);
    expect(it.fire(`${first}.1.2`, 300)).toEqual([]);
    it.take("c1", write(3, { w: 1 }));
    expect(it.fire(`${first}.1.3`, 200)).toEqual([]);
    expect(it.state().works).toEqual([]);
  });

  test("keeps a hint until its home has taken just that", () => {
    const it = start(others[0] ?? "");
    const sibling = (count: number): Sibling => ({
      dot: { node: first, count },
      past: {},
      value: String(count),
    });
    const store = (count: number) => ({
      type: "store",
      work: "w",
      key: '"x"',
      siblings: [sibling(count)] as Json,
      home: third,
    });
    const hints = { [third]: { '"x"': [sibling(1)] } };
    const body = { type: "stored", work: "w", key: '"x"' };
    expect(it.take(first, store(1))).toEqual([
      { kind: "persist", key: "hints", value: hints },
      { kind: "send", dest: first, body },
    ]);
    const [handoff] = sends(it.fire("handoff"));
    expect(handoff).toMatchObject({
      dest: third,
      body: { key: '"x"' },
    });
    it.take(first, store(2));
    const taken = { type: "taken", key: '"x"' };
    const siblings = [sibling(1)] as Json;
    it.take(third, { ...taken, siblings });
    expect(Object.keys(it.state().hints)).toEqual([third]);
    it.take(third, { ...taken, siblings: [1, 2].map(sibling) as Json });
    expect(it.state().hints).toEqual({});
    expect(it.take(third, { ...taken, siblings })).toEqual([]);
  });

  test("compares with a peer only what both are homes of", () => {
    const it = start(first);
    it.take("c1", write(1));
    const shared = (peer: string) =>
      Object.keys(sharedWith(dynamoOptions, it.state(), peer));
    expect(shared(second)).toEqual(['"x"']);
    expect(shared(others[0] ?? "")).toEqual([]);
    const guest = start(others[0] ?? "");
    guest.take("c1", write(1));
    expect(Object.keys(guest.state().data)).toEqual(['"x"']);
    expect(sharedWith(dynamoOptions, guest.state(), first)).toEqual({});
  });

  test("goes down the tree, and exchanges what differs", () => {
    const [one, two] = [start(first), start(second)];
    one.take("c1", write(1));
    const ask = {
      type: "compare",
      depth: 0,
      hashes: [{ at: 0, hash: "?" }],
    };
    let [message] = sends(two.take(first, ask));
    const seen: string[] = [];
    let at = one;
    while (message !== undefined) {
      seen.push(
        `${message.body.type} ${message.body.depth ?? ""}`.trim(),
      );
      const from = at === one ? second : first;
      [message] = sends(at.take(from, message.body));
      at = at === one ? two : one;
    }
    expect(seen).toEqual([
      "compare 1",
      "compare 2",
      "compare 3",
      "compare 4",
      "exchange",
      "exchange",
    ]);
    expect(two.state().data).toEqual(one.state().data);
    const equal = sends(one.fire("anti-entropy")).map(
      ({ body }) => body,
    );
    expect(equal).toHaveLength(1);
    const silence = sends(two.take(first, equal[0] ?? { type: "" }));
    expect(silence).toEqual([]);
  });
});

test("no step changes what it was given, or hides anything", () => {
  const write = { type: "write", key: "x", value: 1 };
  const c1 = scriptedClient([write, { type: "read", key: "x" }], {
    targets: [homes[0] ?? ""],
    timeoutMs: 300,
  });
  const faults = [
    { atMs: 1, kind: "crash", node: homes[1] ?? "" },
  ] as const;
  const more = { nodes: { c1 }, faults, checkPurity: true };
  const sim = cluster(quorumStore(sloppyOptions), more);
  sim.runUntil(900);
  const [, read] = historyOf(sim.trace, ["c1"]);
  expect(read?.result).toMatchObject({ values: [1] });
});
