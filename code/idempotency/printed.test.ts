/** The printed programs, effect by effect. */
import { describe, expect, test } from "vitest";
import type { Body, Effect, Json, Node } from "../kernel/node.ts";
import { type Ledger, ledger } from "./ledger.ts";
import { type Shop, shop } from "./outbox.ts";
import { type PayerOptions, payer } from "./payer.ts";
import { type Worker, type WorkerOptions, worker } from "./worker.ts";

const setup = { id: "me", peers: [], disk: {}, nowMs: 0, dice: 7 };

function told<S>(node: Node<S>, state: S, body: Body, nowMs = 5) {
  const message = { src: "c1", dest: "me", body };
  const event = { kind: "message", message } as const;
  return node.step(state, { event, nowMs, dice: 1 });
}

function fired<S>(node: Node<S>, state: S, name: string) {
  const event = { kind: "timer", name } as const;
  return node.step(state, { event, nowMs: 5, dice: 1 });
}

const send = (dest: string, body: Body): Effect => ({
  kind: "send",
  dest,
  body,
});
const persist = (key: string, value: Json): Effect => ({
  kind: "persist",
  key,
  value,
});

const charge = { account: "ada", amount: 40 };

describe("the ledger", () => {
  const options = { lockMs: 0, keepMs: 100 };
  const node = ledger(options);
  const [empty] = node.init(setup);
  const ask = { type: "charge", key: "k", charge, msg_id: 1 };
  const ok = (msgId: number, receipt: number) =>
    send("c1", {
      type: "charge_ok",
      in_reply_to: msgId,
      response: { receipt },
    });
  const record = (startedMs: number, receipt: number) => ({
    fingerprint: '{"account":"ada","amount":40}',
    startedMs,
    lockedUntilMs: startedMs,
    attempt: 1,
    recoveryPoint: "finished",
    response: { receipt },
  });

  test("writes charge and record at once, and then says so", () => {
    const value = { keys: { k: record(5, 1) }, charges: [charge] };
    const state: Ledger = { options, ...value };
    expect(told(node, empty, ask)).toEqual([
      state,
      [persist("ledger", value), ok(1, 1)],
    ]);
    const again = { ...ask, msg_id: 2 };
    expect(told(node, state, again, 105)).toEqual([state, [ok(2, 1)]]);
    const other = { ...ask, charge: { ...charge, amount: 41 } };
    const error = { code: 12, text: "KEY_REUSED", in_reply_to: 1 };
    expect(told(node, state, other)).toEqual([
      state,
      [send("c1", { type: "error", ...error })],
    ]);
  });

  test("charges again once the key is forgotten", () => {
    const [once] = told(node, empty, ask);
    const value = {
      keys: { k: record(106, 2) },
      charges: [charge, charge],
    };
    expect(told(node, once, ask, 106)).toEqual([
      { options, ...value },
      [persist("ledger", value), ok(1, 2)],
    ]);
  });
});

describe("the shop", () => {
  const node = shop("q1");
  const order = (name: string) => ({
    type: "order",
    order: name,
    msg_id: 3,
  });
  const at = (
    orders: readonly string[],
    outbox: readonly string[],
  ): Shop => ({ queue: "q1", orders, outbox });
  const saved = ({ orders, outbox }: Shop) =>
    persist("tables", { orders, outbox });
  const ok = { type: "order_ok", in_reply_to: 3 };

  test("stores an order and its announcement in one write", () => {
    const next = at(["o1", "o2"], ["o1", "o2"]);
    expect(told(node, at(["o1"], ["o1"]), order("o2"))).toEqual([
      next,
      [saved(next), send("c1", ok)],
    ]);
  });

  test("takes an order once, and answers each time", () => {
    const sent = at(["o1", "o2"], []);
    expect(told(node, sent, order("o1"))).toEqual([
      sent,
      [saved(sent), send("c1", ok)],
    ]);
    const [, effects] = told(node, sent, {
      type: "order",
      order: "o1",
    });
    expect(effects[1]).toEqual(
      send("c1", { type: "order_ok", in_reply_to: null }),
    );
  });

  test("announces all that waits, and waits for each acknowledgment", () => {
    const both = at(["o1", "o2"], ["o1", "o2"]);
    const relay = { kind: "set-timer", name: "relay", afterMs: 30 };
    expect(fired(node, both, "relay")).toEqual([
      both,
      [
        send("q1", { type: "publish", id: "o1" }),
        send("q1", { type: "publish", id: "o2" }),
        relay,
      ],
    ]);
    const left = at(["o1", "o2"], ["o1"]);
    const ack = { type: "published", id: "o2" };
    expect(told(node, both, ack)).toEqual([left, [saved(left)]]);
  });
});

describe("the payer", () => {
  const options: PayerOptions = {
    targets: ["w1", "w2", "w3"],
    charge,
    key: "k",
    startMs: 10,
    timeoutMs: 100,
    attemptsMax: 4,
    isKeyFresh: false,
  };
  const asked = (attempt: number, more: Partial<PayerOptions> = {}) => {
    const node = payer({ ...options, ...more });
    const state = { attempts: attempt - 1, outcome: null };
    return fired(node, state, "ask");
  };
  const ask = (dest: string, key: string, msg_id: number) => [
    send(dest, { type: "charge", key, charge, msg_id }),
    { kind: "set-timer", name: "ask", afterMs: 100 },
  ];

  test("asks one after the other, always with the same key", () => {
    for (const [attempt, dest] of [
      [1, "w1"],
      [2, "w2"],
      [3, "w3"],
      [4, "w1"],
    ] as const) {
      expect(asked(attempt)).toEqual([
        { attempts: attempt, outcome: null },
        ask(dest, "k", attempt),
      ]);
    }
    expect(asked(5)).toEqual([{ attempts: 4, outcome: null }, []]);
  });

  test("or, as many do, with a new key for each attempt", () => {
    expect(asked(2, { isKeyFresh: true })[1]).toEqual(
      ask("w2", "k/2", 2),
    );
  });

  test("asks nobody where it knows of no server", () => {
    expect(asked(1, { targets: [] })[1]).toEqual(ask("", "k", 1));
  });

  test("does not ask again when it was told", () => {
    const state = { attempts: 1, outcome: { receipt: 1 } };
    expect(fired(payer(options), state, "ask")).toEqual([state, []]);
  });
});

describe("the worker, when the database has answered its claim", () => {
  const options = (onUnknown: "again" | "park"): WorkerOptions => ({
    store: "s1",
    provider: "v1",
    onUnknown,
  });
  const claimed = (
    answer: { readonly [field: string]: Json },
    onUnknown: "again" | "park" = "again",
  ) => {
    const node = worker(options(onUnknown));
    const [idle] = node.init(setup);
    const request = { type: "charge", key: "k", charge, msg_id: 4 };
    const [waiting] = told(node, idle, request);
    const in_reply_to = [7, "claim"];
    const body = { type: "claimed", in_reply_to, ...answer };
    return told(node, waiting, body);
  };
  const ended = (onUnknown: "again" | "park" = "again"): Worker => ({
    options: options(onUnknown),
    nextId: 8,
    works: {},
  });
  const error = (code: number, text: string) =>
    send("c1", { type: "error", in_reply_to: 4, code, text });
  const going: Worker = {
    ...ended(),
    works: {
      7: {
        client: "c1",
        msgId: 4,
        key: "k",
        charge,
        attempt: 2,
        response: null,
      },
    },
  };
  const mine = (recoveryPoint: string) => ({
    kind: "mine",
    record: { attempt: 2, recoveryPoint },
  });

  test.each([
    ["mismatch", 12, "KEY_REUSED"],
    ["in-progress", 11, "IN_PROGRESS"],
  ])("%s: it refuses, and is done", (kind, code, text) => {
    expect(claimed({ kind })).toEqual([ended(), [error(code, text)]]);
  });

  test("done: it answers what is stored", () => {
    const response = { payment: 1 };
    const ok = { type: "charge_ok", in_reply_to: 4, response };
    expect(claimed({ kind: "done", response })).toEqual([
      ended(),
      [send("c1", ok)],
    ]);
  });

  test("its own: it notes that it is about to pay", () => {
    const about = { key: "k", charge, attempt: 2, response: null };
    const note = {
      type: "progress",
      ...about,
      recoveryPoint: "paying",
      msg_id: [7, "paying"],
    };
    for (const onUnknown of ["again", "park"] as const) {
      const [state, effects] = claimed(mine("started"), onUnknown);
      expect(state.works).toEqual(going.works);
      expect(effects).toEqual([send("s1", note)]);
    }
  });

  test("its own, and perhaps paid: again, or a human has to look", () => {
    const pay = { type: "pay", key: "k", charge, msg_id: [7, "pay"] };
    expect(claimed(mine("paying"))).toEqual([going, [send("v1", pay)]]);
    expect(claimed(mine("paying"), "park")).toEqual([
      ended("park"),
      [error(1000, "ASK_A_HUMAN")],
    ]);
  });
});
