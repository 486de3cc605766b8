import { describe, expect, it } from "vitest";
import {
  type ClientOptions,
  type ClientState,
  kvClient,
  scriptedClient,
} from "./client.ts";
import { historyOf } from "./history.ts";
import { checkLinearizable } from "./linearizable.ts";
import { kv } from "./models.ts";
import type { Body, Json, Node } from "./node.ts";
import { type SimulationOptions, simulate } from "./simulator.ts";

type Store = { readonly [key: string]: Json };

/** One node that holds all keys: linearizable, since it is alone. */
const store: Node<Store> = {
  init: () => [{}, []],
  step: (state, { event }) => {
    if (event.kind !== "message") return [state, []];
    const { src, body } = event.message;
    const [next, answer] = onRequest(state, body);
    const reply = { ...answer, in_reply_to: body.msg_id ?? null };
    return [next, [{ kind: "send", dest: src, body: reply }]];
  },
};

function onRequest(state: Store, body: Body): readonly [Store, Body] {
  const key = String(body.key);
  const held = state[key];
  if (body.type === "write") {
    return [
      { ...state, [key]: body.value ?? null },
      { type: "write_ok" },
    ];
  }
  if (held === undefined) return [state, { type: "error", code: 20 }];
  if (body.type === "read")
    return [state, { type: "read_ok", value: held }];
  if (held !== body.from) return [state, { type: "error", code: 22 }];
  return [{ ...state, [key]: body.to ?? null }, { type: "cas_ok" }];
}

/** Answers every question alike. */
function always(answer: Body): Node<null> {
  return {
    init: () => [null, []],
    step: (state, { event }) => {
      if (event.kind !== "message") return [state, []];
      const { src, body } = event.message;
      const reply = { ...answer, in_reply_to: body.msg_id ?? null };
      return [state, [{ kind: "send", dest: src, body: reply }]];
    },
  };
}

const deaf: Node<null> = {
  init: () => [null, []],
  step: () => [null, []],
};

const write: Body = { type: "write", key: "x", value: 1 };
const read: Body = { type: "read", key: "x" };

function run(
  nodes: SimulationOptions["nodes"],
  script: readonly Body[],
  options: Partial<ClientOptions> = {},
  more: Partial<SimulationOptions> = {},
) {
  const client = scriptedClient(script, {
    targets: Object.keys(nodes),
    timeoutMs: 30,
    ...options,
  });
  const sim = simulate({
    seed: 1,
    nodes: { ...nodes, c1: client },
    clients: ["c1"],
    checkPurity: true,
    ...more,
  });
  sim.runUntil(300);
  return {
    answers: sim.state<ClientState>("c1").answers,
    history: historyOf(sim.trace, ["c1"]),
  };
}

describe("a scripted client", () => {
  it("asks one thing after the other", () => {
    const { answers, history } = run({ n1: store }, [write, read]);
    expect(answers.map((answer) => answer?.type)).toEqual([
      "write_ok",
      "read_ok",
    ]);
    expect(
      history.map(({ invokeMs, returnMs }) => [invokeMs, returnMs]),
    ).toEqual([
      [0, 10],
      [10, 20],
    ]);
  });

  it("gives up after its time-out, and goes on elsewhere", () => {
    const { answers, history } = run({ n1: deaf, n2: store }, [
      write,
      read,
    ]);
    expect(answers).toEqual([
      null,
      { type: "error", code: 20, in_reply_to: 2 },
    ]);
    expect(history[1]?.invokeMs).toBe(30);
  });

  it("asks again at the next node as often as it may", () => {
    const nodes = { n1: deaf, n2: deaf, n3: store };
    const { answers, history } = run(nodes, [write], {
      attemptsMax: 3,
    });
    expect(answers.map((answer) => answer?.type)).toEqual(["write_ok"]);
    expect(history.map(({ outcome }) => outcome)).toEqual([
      "info",
      "info",
      "ok",
    ]);
  });

  it("asks again at once where a node is unavailable", () => {
    const nodes = {
      n1: always({ type: "error", code: 11 }),
      n2: store,
    };
    const { history } = run(nodes, [write], { attemptsMax: 2 });
    expect(
      history.map(({ outcome, invokeMs }) => [outcome, invokeMs]),
    ).toEqual([
      ["fail", 0],
      ["ok", 10],
    ]);
  });

  it("asks nobody where there is nobody to ask", () => {
    const { answers, history } = run({}, [write], { targets: [] });
    expect([answers, history]).toEqual([[], []]);
  });

  it("waits for its start, and between operations", () => {
    const times = { startMs: 50, thinkMsMax: 40 };
    const { history } = run({ n1: store }, [write, read], times);
    expect(history[0]?.invokeMs).toBe(50);
    expect(history[1]?.invokeMs).toBeGreaterThan(60);
    expect(history[1]?.invokeMs).toBeLessThanOrEqual(100);
  });
});

describe("the history", () => {
  it.each([
    [{ type: "write_ok" }, "ok"],
    [{ type: "error", code: 1 }, "fail"],
    [{ type: "error", code: 11 }, "fail"],
    [{ type: "error", code: 22 }, "fail"],
    [{ type: "error", code: 0 }, "info"],
    [{ type: "error", code: 13 }, "info"],
    [{ type: "error", code: 1000 }, "info"],
  ])("reads %j as %s", (answer, outcome) => {
    const { history } = run({ n1: always(answer) }, [write]);
    expect(history).toHaveLength(1);
    expect(history[0]).toMatchObject({
      process: "c1",
      op: "write",
      args: { key: "x", value: 1 },
      outcome,
    });
  });

  it("takes a copy for the same operation, and no id for none", () => {
    const sim = simulate({
      seed: 1,
      nodes: { n1: store, c1: deaf },
      clients: ["c1"],
    });
    const say = (body: Body) =>
      sim.inject({ src: "c1", dest: "n1", body });
    say(write);
    say({ ...write, msg_id: 1 });
    sim.runFor(3);
    say({ ...write, msg_id: 1 });
    sim.runFor(50);
    expect(historyOf(sim.trace, ["c1"])).toMatchObject([
      { invokeMs: 0, returnMs: 10, outcome: "ok" },
    ]);
  });

  it("leaves open what was never answered", () => {
    const { history } = run({ n1: deaf }, [write]);
    expect(history[0]).toMatchObject({
      returnMs: null,
      result: null,
      outcome: "info",
    });
  });

  it("takes the first of two answers, and a late one too", () => {
    const fate = ({ dest }: { dest: string }) =>
      dest === "c1" ? 50 : undefined;
    const { answers, history } = run(
      { n1: store },
      [write],
      {},
      {
        network: { fate },
      },
    );
    expect(answers).toEqual([null]);
    expect(history).toMatchObject([{ outcome: "ok", returnMs: 55 }]);
    const doubled = run(
      { n1: store },
      [write, read],
      {},
      {
        network: { messageDuplicateProbability: 1 },
      },
    );
    expect(doubled.history).toMatchObject([
      { outcome: "ok", returnMs: 10 },
      { outcome: "ok", returnMs: 20 },
    ]);
  });
});

describe("clients that draw operations on keys", () => {
  const clients = ["c1", "c2", "c3"];
  const history = (server: Node<unknown>, seed: number) => {
    const client = kvClient({
      targets: ["n1"],
      keys: ["x", "y"],
      operations: 40,
      timeoutMs: 60,
      thinkMsMax: 10,
    });
    const sim = simulate({
      seed,
      nodes: { n1: server, c1: client, c2: client, c3: client },
      clients,
      checkPurity: true,
      network: {
        delayMs: { kind: "uniform", min: 1, max: 20 },
        messageLossProbability: 0.1,
      },
    });
    sim.runUntil(5000);
    return historyOf(sim.trace, clients);
  };

  it("draw all three kinds, on all keys, and some succeed", () => {
    const drawn = history(store, 1);
    expect(drawn).toHaveLength(120);
    for (const op of ["read", "write", "cas"]) {
      const done = drawn.filter(
        (o) => o.op === op && o.outcome === "ok",
      );
      expect(done.length).toBeGreaterThan(2);
    }
    expect(new Set(drawn.map(({ args }) => args.key)).size).toBe(2);
  });

  it("find one honest store linearizable", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { verdict } = checkLinearizable(kv, history(store, seed));
      expect(verdict, `seed ${seed}`).toBe("ok");
    }
  });

  it("find out a store that forgets every seventh write", () => {
    const forgetful: Node<{
      readonly held: Store;
      readonly writes: number;
    }> = {
      init: () => [{ held: {}, writes: 0 }, []],
      step: ({ held, writes }, input) => {
        const [next, effects] = store.step(held, input);
        const isWrite =
          input.event.kind === "message" &&
          input.event.message.body.type === "write";
        const count = writes + (isWrite ? 1 : 0);
        const forgets = isWrite && count % 7 === 0;
        return [
          { held: forgets ? held : next, writes: count },
          effects,
        ];
      },
    };
    const verdicts = Array.from(
      { length: 10 },
      (_, at) =>
        checkLinearizable(kv, history(forgetful, at + 1)).verdict,
    );
    // Not always: a lost write may have been overwritten unseen.
    const found = verdicts.filter((verdict) => verdict === "illegal");
    expect(found.length).toBeGreaterThanOrEqual(7);
    expect(verdicts).not.toContain("unknown");
  });
});
