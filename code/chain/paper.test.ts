/** One test for each claim of the two papers, with its section. */
import { describe, expect, test } from "vitest";
import { scriptedClient } from "../kernel/client.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import { kv } from "../kernel/models.ts";
import type { Body, Effect, NodeId } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { dirtyReads, earlyOk } from "./broken.ts";
import { chain } from "./chain.ts";
import {
  cluster,
  craqOptions,
  leaseOptions,
  servers,
  storm,
} from "./cluster.scenario.ts";
import { reading } from "./craq.scenario.ts";
import { look } from "./invariants.ts";
import { type Master, master } from "./master.ts";
import { mayAnswer } from "./reads.ts";
import {
  type Config,
  paperOptions,
  type State,
  sent,
  type Update,
  valueAt,
} from "./state.ts";
import { deafTail, numbered } from "./story.scenario.ts";
import { passOn } from "./updates.ts";

const node = chain(paperOptions);
const config: Config = { epoch: 1, chain: servers, joining: null };

/** A server of n1 -> n2 -> n3 with so many updates, so many acked. */
function server(id: NodeId, length: number, acked: number): State {
  const setup = { id, peers: [], disk: {}, nowMs: 0, dice: 1 };
  const [state] = node.init(setup);
  const hist = Array.from({ length }, (_, at) => update(at + 1));
  const known = { leaseUntilMs: 0, forwarded: length };
  return { ...state, ...known, config, hist, acked };
}

function update(n: number, key = '"x"'): Update {
  const change = { value: n };
  return {
    client: "c1",
    msgId: n,
    op: "write",
    key,
    change,
    error: null,
  };
}

function hear(
  state: State,
  src: NodeId,
  body: Body,
  its = node,
  nowMs = 5,
) {
  const message = { src, dest: state.id, body };
  const event = { kind: "message", message } as const;
  return its.step(state, { event, nowMs, dice: 1 });
}

/** What is sent, as `dest type`. */
function sends(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap((effect) =>
    effect.kind === "send"
      ? [`${effect.dest} ${effect.body.type}`]
      : [],
  );
}

const write = { type: "write", key: "x", value: 9, msg_id: 9 };
const read = { type: "read", key: "x", msg_id: 9 };

describe("the protocol without failures (chain replication, §3)", () => {
  test("the head takes an update, stores it and forwards it", () => {
    const [next, effects] = hear(server("n1", 2, 2), "c1", write);
    expect(next.hist.at(-1)?.change).toEqual({ value: 9 });
    expect(effects[0]?.kind).toBe("persist");
    expect(sends(effects)).toEqual(["n2 forward"]);
  });

  test("the tail answers an update and acknowledges it upwards", () => {
    const forward = { type: "forward", epoch: 1, from: 2, end: 3 };
    const body = { ...forward, updates: [update(3)], acked: 2 };
    const [, effects] = hear(server("n3", 2, 2), "n2", body);
    expect(effects[0]?.kind).toBe("persist");
    expect(sends(effects)).toEqual(["c1 write_ok", "n2 ack"]);
  });

  test("the tail answers queries; others pass them on to it", () => {
    const [, passed] = hear(server("n1", 2, 2), "c1", read);
    expect(sends(passed)).toEqual(["n3 pass"]);
    const [, answered] = hear(server("n3", 2, 2), "c1", read);
    expect(answered).toMatchObject([
      {
        dest: "c1",
        body: { type: "read_ok", value: 2, in_reply_to: 9 },
      },
    ]);
    const [, refused] = hear(server("n3", 0, 0), "c1", read);
    expect(refused).toMatchObject([{ body: { code: 20 } }]);
  });

  test("an update that comes elsewhere goes to the head, once", () => {
    const [, effects] = hear(server("n2", 2, 2), "c1", write);
    expect(sends(effects)).toEqual(["n1 pass"]);
    const pass = { type: "pass", client: "c1", request: write };
    const [, taken] = hear(server("n1", 2, 2), "n2", pass);
    expect(sends(taken)).toEqual(["n2 forward"]);
    const [, dropped] = hear(server("n2", 2, 2), "n1", pass);
    expect(dropped).toEqual([]);
  });

  test("a copy of an update, or an older one, is not taken again", () => {
    const again = { ...write, msg_id: 2 };
    const older = { ...write, msg_id: 1 };
    for (const body of [again, older]) {
      expect(hear(server("n1", 2, 2), "c1", body)[1]).toEqual([]);
    }
    const [next] = hear(server("n1", 2, 2), "c2", again);
    expect(next.hist.length).toBe(3);
  });

  test.each([
    [2, 7, { change: { value: 7 }, error: null }],
    [1, 7, { change: null, error: { code: 22 } }],
  ] as const)(
    "the head computes a cas from %i",
    (from, to, outcome) => {
      const cas = { type: "cas", key: "x", from, to, msg_id: 9 };
      const [next] = hear(server("n1", 2, 2), "c1", cas);
      expect(next.hist.at(-1)).toMatchObject({ op: "cas", ...outcome });
      const other = hear(server("n1", 2, 2), "c1", {
        ...cas,
        key: "y",
      });
      expect(other[0].hist.at(-1)?.error?.code).toBe(20);
    },
  );
});

describe("Sent and the invariants (§3.2)", () => {
  test("an acknowledgment takes updates from Sent, and goes on up", () => {
    const ack = { type: "ack", epoch: 1, position: 3 };
    const [next, effects] = hear(server("n2", 4, 2), "n3", ack);
    expect(sent(next)).toEqual([update(4)]);
    expect(sends(effects)).toEqual(["n1 ack"]);
    const [head, none] = hear(server("n1", 4, 2), "n2", ack);
    expect(head.acked).toBe(3);
    expect(none).toEqual([]);
  });

  test("not one that is old, of another epoch or not from below", () => {
    const state = server("n2", 4, 2);
    const ack = { type: "ack", epoch: 1, position: 3 };
    expect(hear(state, "n3", { ...ack, position: 2 })[1]).toEqual([]);
    expect(hear(state, "n3", { ...ack, epoch: 2 })[0]).toBe(state);
    expect(hear(state, "n1", ack)[0]).toBe(state);
  });

  test("an update is taken only at its place, from above", () => {
    const state = server("n2", 2, 2);
    const forward = { type: "forward", epoch: 1, from: 2, end: 3 };
    const body = { ...forward, updates: [update(3)], acked: 2 };
    expect(hear(state, "n1", body)[0].hist.length).toBe(3);
    expect(hear(state, "n1", { ...body, from: 3 })[0]).toBe(state);
    expect(hear(state, "n1", { ...body, epoch: 2 })[0]).toBe(state);
    expect(hear(state, "n3", body)[0]).toBe(state);
    const longer = {
      ...body,
      from: 1,
      updates: [update(2), update(3)],
    };
    const [next] = hear(state, "n1", longer);
    expect(next.hist.map(({ msgId }) => msgId)).toEqual([1, 2, 3]);
  });

  test("the update propagation invariant is held against them", () => {
    const above = server("n1", 2, 1);
    const below = server("n2", 1, 1);
    expect(() => look([above, below, undefined])).not.toThrow();
    const wrong = { ...below, hist: [update(5)] };
    expect(() => look([above, wrong])).toThrow("Update propagation");
    const longer = server("n2", 3, 1);
    expect(() => look([above, longer])).toThrow("Update propagation");
    // That the last is the same says nothing of those before it.
    const earlier = { ...below, hist: [update(5), update(2)] };
    expect(() => look([above, earlier])).toThrow("n2 has at 1");
  });

  test("the inprocess requests invariant too", () => {
    const tail = server("n3", 1, 1);
    expect(() => look([server("n1", 2, 1), tail])).not.toThrow();
    expect(() => look([server("n1", 2, 2), tail])).toThrow("Inprocess");
  });
});

describe("when a server fails (§3.2)", () => {
  const told = (chain: readonly NodeId[], joining: NodeId | null) => ({
    type: "config",
    epoch: 2,
    chain,
    joining,
    sentMs: 0,
  });

  test("head: the next takes updates, and its chain goes on", () => {
    const [next] = hear(
      server("n2", 2, 1),
      "m",
      told(["n2", "n3"], null),
    );
    const [, effects] = hear(next, "c2", write);
    expect(effects[0]?.kind).toBe("persist");
    expect(next.hist.length).toBe(2);
  });

  test("tail: what its predecessor has in Sent is done", () => {
    const [next, effects] = hear(
      server("n2", 3, 1),
      "m",
      told(["n1", "n2"], null),
    );
    expect(next.acked).toBe(3);
    expect(effects[0]?.kind).toBe("persist");
    expect(sends(effects)).toEqual([
      "c1 write_ok",
      "c1 write_ok",
      "n1 ack",
      "n1 have",
    ]);
  });

  test("middle: the successor tells what it has, the rest is resent", () => {
    const chain = told(["n1", "n3"], null);
    const [below, having] = hear(server("n3", 2, 2), "m", chain);
    expect(sends(having)).toEqual(["n1 ack", "n1 have"]);
    const [above] = hear(server("n1", 4, 1), "m", chain);
    expect(above.forwarded).toBe(null);
    const have = { type: "have", epoch: 2, position: 2, acked: 2 };
    const [next, effects] = hear(above, below.id, have);
    expect(next.acked).toBe(2);
    expect(effects).toMatchObject([
      {
        dest: "n3",
        body: { from: 2, updates: [update(3), update(4)] },
      },
    ]);
  });

  test("a server that was out begins anew and answers nothing yet", () => {
    const chain = told(["n1", "n2", "n3"], "n3");
    const [next] = hear(server("n3", 3, 3), "m", chain);
    expect(next).toMatchObject({
      hist: [],
      acked: 0,
      isComplete: false,
    });
    const [, refused] = hear(next, "c1", read);
    expect(refused).toMatchObject([{ body: { code: 11 } }]);
    const updates = [update(1), update(2)];
    const forward = { type: "forward", epoch: 2, from: 0, acked: 2 };
    const part = { ...forward, updates, end: 3 };
    expect(hear(next, "n2", part)[0].isComplete).toBe(false);
    const [full, effects] = hear(next, "n2", { ...part, end: 2 });
    expect(full.isComplete).toBe(true);
    // What the old tail has answered is not answered again.
    expect(sends(effects)).toEqual(["n2 ack"]);
  });

  test("until it knows what its successor has, a head only stores", () => {
    const chain = told(["n1", "n3"], null);
    const [above] = hear(server("n1", 2, 1), "m", chain);
    const [next, effects] = hear(above, "c2", write);
    expect(next.hist.length).toBe(3);
    expect(next.forwarded).toBe(null);
    expect(effects.map(({ kind }) => kind)).toEqual(["persist"]);
  });

  test("one that is left alone answers, and acknowledges to nobody", () => {
    const chain = told(["n1"], null);
    const [alone] = hear(server("n1", 2, 2), "m", chain);
    const [next, effects] = hear(alone, "c2", write);
    expect(next.acked).toBe(3);
    expect(effects[0]?.kind).toBe("persist");
    expect(effects.slice(1)).toEqual([
      {
        kind: "send",
        dest: "c2",
        body: { type: "write_ok", in_reply_to: 9 },
      },
    ]);
  });

  test("one that is out of the chain passes nothing on", () => {
    const out = {
      ...server("n2", 2, 1),
      config: { ...config, chain: ["n1", "n3"] },
    };
    expect(passOn(out)).toEqual([out, []]);
  });

  test("an older chain is forgotten, a chain known is no news", () => {
    const state = {
      ...server("n2", 2, 2),
      config: { ...config, epoch: 3 },
    };
    expect(hear(state, "m", told(["n2"], null))[0]).toBe(state);
    const same = { ...told(["n2"], null), epoch: 3 };
    expect(hear(state, "m", same)[0].config.chain).toEqual(servers);
  });
});

describe("the master", () => {
  const its = master({ chain: servers, checkMs: 10, deadAfterMs: 100 });
  const begin = (heardMs: Master["heardMs"], part: Partial<Config>) =>
    ({ config: { ...config, ...part }, heardMs }) as Master;
  const check = (state: Master, nowMs: number) => {
    const event = { kind: "timer", name: "check" } as const;
    return its.step(state, { event, nowMs, dice: 1 })[0].config;
  };

  test("takes out who is silent for longer than allowed", () => {
    const state = begin({ n1: 0, n2: 50, n3: 50 }, {});
    expect(check(state, 100)).toBe(state.config);
    expect(check(state, 101)).toEqual({
      epoch: 2,
      chain: ["n2", "n3"],
      joining: null,
    });
  });

  test("never the last that has all of Hist", () => {
    const heard = { n1: 0, n2: 0, n3: 90 };
    const two = begin(heard, { joining: "n3" });
    expect(check(two, 150)).toBe(two.config);
  });

  test("lets one back in at a time, as the tail", () => {
    const heard = { n1: 90, n2: 90, n3: 90 };
    const one = begin(heard, { chain: ["n1"] });
    const grown = check(one, 100);
    expect(grown).toEqual({
      epoch: 2,
      chain: ["n1", "n2"],
      joining: "n2",
    });
    expect(check({ ...one, config: grown }, 100)).toBe(grown);
  });

  test("a new tail is in when it says so in this very epoch", () => {
    const state = begin({}, { joining: "n3" });
    const report = { type: "report", sentMs: 1, isComplete: true };
    const configAfter = (
      epoch: number,
      src: NodeId,
      isComplete: boolean,
    ) => {
      const body = { ...report, epoch, isComplete };
      const message = { src, dest: "m", body };
      const event = { kind: "message", message } as const;
      return its.step(state, { event, nowMs: 5, dice: 1 })[0].config;
    };
    expect(configAfter(1, "n3", true).joining).toBe(null);
    expect(configAfter(0, "n3", true).joining).toBe("n3");
    expect(configAfter(1, "n2", true).joining).toBe("n3");
    expect(configAfter(1, "n3", false).joining).toBe("n3");
  });
});

describe("a tail that is alive and taken for dead", () => {
  test("answers stale reads where fail-stop is assumed", () => {
    const { history } = deafTail(node, 1);
    expect(checkLinearizable(kv, history).verdict).toBe("illegal");
  });

  test("answers none without a lease", () => {
    const { history } = deafTail(chain(leaseOptions), 1);
    expect(checkLinearizable(kv, history)).toEqual({ verdict: "ok" });
  });

  test("a lease counts from the report, and ends at its last ms", () => {
    const state = server("n3", 1, 1);
    const body = { type: "config", ...config, sentMs: 40 };
    const [leased] = hear(state, "m", body, chain(leaseOptions));
    expect(mayAnswer(leaseOptions, leased, 139)).toBe(true);
    expect(mayAnswer(leaseOptions, leased, 140)).toBe(false);
    expect(mayAnswer(paperOptions, leased, 140)).toBe(true);
    const older = hear(leased, "m", { ...body, sentMs: 20 }, node)[0];
    expect(older.leaseUntilMs).toBe(140);
  });

  test("after a crash nobody trusts the chain on the disk", () => {
    const fresh = { ...server("n3", 1, 1), leaseUntilMs: null };
    expect(mayAnswer(paperOptions, fresh, 5)).toBe(false);
    const late = { ...fresh, startMs: 50 };
    const body = { type: "config", ...config, sentMs: 49 };
    expect(hear(late, "m", body)[0].leaseUntilMs).toBe(null);
    const now = { ...body, sentMs: 50 };
    expect(hear(late, "m", now)[0].leaseUntilMs).toBe(50);
  });
});

describe("CRAQ (Terrace and Freedman, §2.3)", () => {
  const craq = chain({ ...paperOptions, readsAnywhere: true });

  test("any server answers for a clean object", () => {
    const [, effects] = hear(server("n1", 2, 2), "c1", read, craq);
    expect(effects).toMatchObject([{ dest: "c1", body: { value: 2 } }]);
  });

  test("for a dirty one it asks the tail, and reads that version", () => {
    const state = server("n1", 3, 2);
    const [asking, effects] = hear(state, "c1", read, craq);
    expect(sends(effects)).toEqual(["n3 version"]);
    const [question] = effects;
    if (question?.kind !== "send") throw new Error("It asked nothing.");
    const tail = server("n3", 2, 2);
    const [, told] = hear(tail, "n1", question.body, craq);
    const [word] = told;
    if (word?.kind !== "send") throw new Error("The tail is silent.");
    const [done, answer] = hear(asking, "n3", word.body, craq);
    expect(answer).toMatchObject([{ dest: "c1", body: { value: 2 } }]);
    expect(done.asking).toEqual([]);
    expect(hear(done, "n3", word.body, craq)[1]).toEqual([]);
  });

  test("an update of another object does not make it dirty", () => {
    const clean = server("n1", 2, 2);
    const hist = [...clean.hist, update(3, '"y"')];
    const [, effects] = hear({ ...clean, hist }, "c1", read, craq);
    expect(sends(effects)).toEqual(["c1 read_ok"]);
  });

  test("word from another epoch, or from no tail, counts nothing", () => {
    const [asking, effects] = hear(
      server("n1", 3, 2),
      "c1",
      read,
      craq,
    );
    const [question] = effects;
    if (question?.kind !== "send") throw new Error("It asked nothing.");
    const old = { ...question.body, epoch: 0 };
    expect(hear(server("n3", 2, 2), "n1", old, craq)[1]).toEqual([]);
    const middle = server("n2", 2, 2);
    expect(hear(middle, "n1", question.body, craq)[1]).toEqual([]);
    const word = { ...old, type: "version_is", position: 2 };
    expect(hear(asking, "n3", word, craq)[1]).toEqual([]);
  });

  test("spreads reads over the chain, which the tail else answers", () => {
    const tailOnly = reading(chain(leaseOptions), 1, 400);
    expect(tailOnly.answered).toEqual([0, 0, 180]);
    const spread = reading(chain(craqOptions), 1, 400);
    expect(spread.answered).toEqual([60, 60, 60]);
    expect(spread.questions).toBeGreaterThan(0);
    expect(spread.questions).toBeLessThan(90);
  });

  test("dirty reads are caught", () => {
    const broken = dirtyReads(craqOptions, chain(craqOptions));
    const { history } = reading(broken, 1, 10);
    expect(checkLinearizable(kv, history).verdict).toBe("illegal");
  });
});

test("a head that says ok at once is caught by some storm", () => {
  const verdicts = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
    const kinds = ["crash"] as const;
    const { history } = storm(seed, earlyOk(node), kinds);
    return checkLinearizable(kv, history).verdict;
  });
  expect(verdicts).toContain("illegal");
});

test("a value is the last that an update gave, up to a version", () => {
  const refused = { ...update(3), change: null };
  const hist = [update(1), update(2), refused, update(4)];
  const values = [0, 1, 2, 3, 4].map(
    (n) => valueAt(hist, '"x"', n)?.value,
  );
  expect(values).toEqual([undefined, 1, 2, 2, 4]);
});

test("without a master the chain is all servers by name", () => {
  const c1 = scriptedClient([...numbered(3), read], {
    targets: ["b"],
    timeoutMs: 100,
    startMs: 50,
  });
  const fixed = chain({ ...paperOptions, master: null });
  const sim = simulate({
    seed: 1,
    nodes: { b: fixed, a: fixed, c1 },
    clients: ["c1"],
    checkPurity: true,
  });
  sim.runUntil(500);
  expect(sim.state<State>("b").config.chain).toEqual(["a", "b"]);
  const { answers } = sim.state<{ answers: readonly Body[] }>("c1");
  expect(answers.at(-1)).toMatchObject({ type: "read_ok", value: 3 });
});

test("no step changes what it was given, or hides anything", () => {
  const c1 = scriptedClient(numbered(20), {
    targets: servers,
    timeoutMs: 80,
    startMs: 60,
  });
  const sim = cluster(chain(craqOptions), {
    nodes: { c1 },
    checkPurity: true,
    faults: [{ atMs: 200, kind: "crash", node: "n2" }],
  });
  sim.runUntil(1000);
  expect(sim.state<State>("n1").hist.length).toBeGreaterThan(15);
});
