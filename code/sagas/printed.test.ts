/** What the printed programs send and write, effect by effect. */
import { describe, expect, test } from "vitest";
import type { Body, Effect, Input } from "../kernel/node.ts";
import { reactions, type Shop, shop } from "./choreography.ts";
import {
  type Command,
  type Engine,
  engine,
  type Line,
  replay,
} from "./durable.ts";
import { anomalies, cases, ends, start } from "./isolation.ts";
import { type Orchestrator, orchestrator } from "./orchestrator.ts";
import { orderSaga, usual } from "./order.scenario.ts";
import { orderWorkflow, versionedWorkflow } from "./order-workflow.ts";
import { type Participant, participant } from "./participant.ts";
import { type Log, next } from "./saga.ts";

const from = (src: string, body: Body): Input => ({
  event: { kind: "message", message: { src, dest: "x", body } },
  nowMs: 0,
  dice: 1,
});
const timer = (name: string): Input => ({
  event: { kind: "timer", name },
  nowMs: 0,
  dice: 1,
});
const setup = { id: "x", peers: [], disk: {}, nowMs: 0, dice: 1 };
const send = (dest: string, body: Body): Effect => ({
  kind: "send",
  dest,
  body,
});

describe("the orchestrator", () => {
  const node = orchestrator({
    ...usual,
    attemptsMax: 1,
    undoAttemptsMax: 1,
  });
  const [empty] = node.init(setup);
  const again: Effect = { kind: "set-timer", name: "17", afterMs: 30 };
  const saved = (log: Log): Effect => ({
    kind: "persist",
    key: "logs",
    value: { "17": log as never },
  });
  const state = (log: Log, attempts = 0): Orchestrator => ({
    logs: { "17": log },
    attempts: { "17": attempts },
  });
  const reserved: Log = [{ step: "reserve", what: "done" }];
  const shipFailed: Log = [
    ...reserved,
    { step: "charge", what: "done" },
    { step: "ship", what: "failed" },
  ];

  test("writes an empty log, answers, asks for the first step", () => {
    const ask = { type: "order", order: "17", msg_id: 5 };
    const [begun, effects] = node.step(empty, from("c1", ask));
    expect(begun).toEqual(state([]));
    expect(effects).toEqual([
      saved([]),
      send("c1", { type: "order_ok", in_reply_to: 5 }),
      send("stock", { type: "do", order: "17", step: "reserve" }),
      again,
    ]);
    const [same, answer] = node.step(begun, from("c1", ask));
    expect(same).toBe(begun);
    expect(answer).toEqual([
      send("c1", { type: "order_ok", in_reply_to: 5 }),
    ]);
  });

  test("writes the answer, then asks for what follows from the log", () => {
    const answer = { order: "17", step: "reserve", what: "done" };
    const [after, effects] = node.step(
      state([], 1),
      from("stock", { ...answer, type: "do_ok" }),
    );
    expect(after).toEqual(state(reserved));
    expect(effects).toEqual([
      saved(reserved),
      send("card", { type: "do", order: "17", step: "charge" }),
      again,
    ]);
  });

  test("after the last answer asks nothing, and hears nothing", () => {
    const all: Log = orderSaga.map(({ name: step }) => ({
      step,
      what: "done",
    }));
    const answer = { order: "17", step: "receipt", what: "done" };
    const input = from("mail", { ...answer, type: "do_ok" });
    const [over, effects] = node.step(state(all.slice(0, 3)), input);
    expect(over).toEqual(state(all));
    expect(effects).toEqual([saved(all)]);
    expect(node.step(over, input)).toEqual([over, []]);
    expect(node.step(over, timer("17"))).toEqual([over, []]);
  });

  test("only a client begins an order: no answer, operator or timer does", () => {
    const answer = { order: "18", step: "reserve", what: "done" };
    for (const input of [
      from("stock", { ...answer, type: "do_ok" }),
      from("ops", { type: "operator", order: "18" }),
      timer("18"),
    ])
      expect(node.step(state([]), input)).toEqual([state([]), []]);
  });

  test("gives up what can be undone, and undoes it", () => {
    const ask = send("card", {
      type: "do",
      order: "17",
      step: "charge",
    });
    expect(node.step(state(reserved), timer("17"))).toEqual([
      state(reserved, 1),
      [ask, again],
    ]);
    const given: Log = [
      ...reserved,
      { step: "charge", what: "unknown" },
    ];
    expect(node.step(state(reserved, 1), timer("17"))).toEqual([
      state(given),
      [
        saved(given),
        send("card", { type: "undo", order: "17", step: "charge" }),
        again,
      ],
    ]);
  });

  test("never gives up the pivot", () => {
    const before: Log = shipFailed.slice(0, 2);
    const ask = send("parcel", {
      type: "do",
      order: "17",
      step: "ship",
    });
    expect(node.step(state(before, 9), timer("17"))).toEqual([
      state(before, 10),
      [ask, again],
    ]);
  });

  test("gives an undo up only to an operator", () => {
    const ask = send("card", {
      type: "undo",
      order: "17",
      step: "charge",
    });
    expect(node.step(state(shipFailed), timer("17"))).toEqual([
      state(shipFailed, 1),
      [ask, again],
    ]);
    const stuck: Log = [
      ...shipFailed,
      { step: "charge", what: "stuck" },
    ];
    const [waits, effects] = node.step(
      state(shipFailed, 1),
      timer("17"),
    );
    expect(waits).toEqual(state(stuck));
    expect(effects).toEqual([saved(stuck)]);
    expect(node.step(waits, timer("17"))).toEqual([waits, []]);
    const body = { type: "operator", order: "17" };
    expect(node.step(waits, from("ops", body))).toEqual([
      state(shipFailed),
      [saved(shipFailed), ask, again],
    ]);
  });

  test("an answer may come late, while it is stuck: it is not heard", () => {
    const stuck: Log = [
      ...shipFailed,
      { step: "charge", what: "stuck" },
    ];
    const answer = { order: "17", step: "charge", what: "undone" };
    const input = from("card", { ...answer, type: "undo_ok" });
    expect(node.step(state(stuck), input)).toEqual([state(stuck), []]);
  });
});

describe("what comes next", () => {
  test("a step that failed is not undone, one that is unknown is", () => {
    const log = (...lines: readonly [string, string][]): Log =>
      lines.map(([step, what]) => ({ step, what: what as "done" }));
    expect(next(orderSaga, log(["reserve", "failed"]))).toEqual({
      kind: "end",
      outcome: "undone",
    });
    expect(next(orderSaga, log(["reserve", "unknown"]))).toEqual({
      kind: "undo",
      step: orderSaga[0],
    });
    const back = log(
      ["reserve", "done"],
      ["charge", "unknown"],
      ["charge", "undone"],
    );
    expect(next(orderSaga, back)).toEqual({
      kind: "undo",
      step: orderSaga[0],
    });
    expect(
      next(orderSaga, [...back, { step: "reserve", what: "stuck" }]),
    ).toEqual({ kind: "stuck", step: orderSaga[0] });
  });
});

describe("a participant", () => {
  const node = participant({ refuses: ["no"], undoesFromMs: 0 });
  const [empty] = node.init(setup);
  const saved = (value: Participant): Effect => ({
    kind: "persist",
    key: "orders",
    value: value as never,
  });
  const ask = (type: string, order: string) =>
    from("o1", { type, order, step: "charge" });
  const answer = (type: string, order: string, what: string) =>
    send("o1", { type: `${type}_ok`, order, step: "charge", what });

  test("writes what it did, then says so", () => {
    const done: Participant = {
      known: { a: "done" },
      book: [{ order: "a", what: "do" }],
    };
    expect(node.step(empty, ask("do", "a"))).toEqual([
      done,
      [saved(done), answer("do", "a", "done")],
    ]);
    expect(node.step(done, ask("do", "a"))).toEqual([
      done,
      [answer("do", "a", "done")],
    ]);
    const undone: Participant = {
      known: { a: "undone" },
      book: [...done.book, { order: "a", what: "undo" }],
    };
    expect(node.step(done, ask("undo", "a"))).toEqual([
      undone,
      [saved(undone), answer("undo", "a", "undone")],
    ]);
    expect(node.step(undone, ask("undo", "a"))).toEqual([
      undone,
      [answer("undo", "a", "undone")],
    ]);
    expect(node.step(undone, ask("do", "a"))).toEqual([
      undone,
      [answer("do", "a", "failed")],
    ]);
  });

  test("writes down what it refused, and what it undid in vain", () => {
    const refused: Participant = { known: { no: "failed" }, book: [] };
    expect(node.step(empty, ask("do", "no"))).toEqual([
      refused,
      [saved(refused), answer("do", "no", "failed")],
    ]);
    const noted: Participant = { known: { a: "undone" }, book: [] };
    expect(node.step(empty, ask("undo", "a"))).toEqual([
      noted,
      [saved(noted), answer("undo", "a", "undone")],
    ]);
    // A refused step that is undone all the same leaves nothing to undo.
    const [both] = node.step(refused, ask("undo", "no"));
    expect(both).toEqual({ known: { no: "undone" }, book: [] });
  });
});

describe("a service that listens", () => {
  const card = shop({
    reactions: reactions.card ?? [],
    refuses: ["no"],
    relayMs: 30,
  });
  const [empty] = card.init({ ...setup, peers: ["stock", "parcel"] });
  const heard = (order: string, what: string) =>
    from("stock", { type: "event", order, what });
  const event = (dest: string, order: string, what: string) =>
    send(dest, { type: "event", order, what });
  const outbox = (order: string, what: string): Shop["outbox"] =>
    ["stock", "parcel"].map((to) => ({ to, order, what }));

  test("does, remembers and tells with one write", () => {
    const [after, effects] = card.step(empty, heard("a", "reserved"));
    expect(after).toEqual({
      ...empty,
      book: [{ order: "a", what: "do" }],
      outbox: outbox("a", "charged"),
      inbox: [{ order: "a", what: "reserved" }],
    });
    expect(effects).toEqual([
      expect.objectContaining({ kind: "persist", key: "shop" }),
      send("stock", { type: "ack", order: "a", what: "reserved" }),
      event("stock", "a", "charged"),
      event("parcel", "a", "charged"),
    ]);
    const [same, again] = card.step(after, heard("a", "reserved"));
    expect(same).toBe(after);
    expect(again).toEqual([
      send("stock", { type: "ack", order: "a", what: "reserved" }),
    ]);
  });

  test("tells that it refused; undoes; is silent about other news", () => {
    const [no] = card.step(empty, heard("no", "reserved"));
    expect(no.book).toEqual([]);
    expect(no.outbox).toEqual(outbox("no", "declined"));
    const [undone] = card.step(empty, heard("a", "not shipped"));
    expect(undone.book).toEqual([{ order: "a", what: "undo" }]);
    expect(undone.outbox).toEqual(outbox("a", "refunded"));
    const [idle, effects] = card.step(empty, heard("a", "shipped"));
    expect(idle.book).toEqual([]);
    expect(idle.outbox).toEqual([]);
    expect(idle.inbox).toEqual([{ order: "a", what: "shipped" }]);
    expect(effects.map(({ kind }) => kind)).toEqual([
      "persist",
      "send",
    ]);
    // A refusal concerns what is to be done, never what is to be undone.
    const [back] = card.step(empty, heard("no", "not shipped"));
    expect(back.book).toEqual([{ order: "no", what: "undo" }]);
  });
});

describe("what the services of the order say", () => {
  const say = (service: string, what: string) => {
    const refuses = ["no"];
    const node = shop({
      reactions: reactions[service] ?? [],
      refuses,
      relayMs: 30,
    });
    const [empty] = node.init({ ...setup, peers: ["other"] });
    return ["17", "no"].map((order) => {
      const [after] = node.step(
        empty,
        from("other", { type: "event", order, what }),
      );
      return after.outbox.map((told) => told.what).join();
    });
  };

  test("is what they did, or that they could not", () => {
    expect(say("stock", "ordered")).toEqual([
      "reserved",
      "out of stock",
    ]);
    expect(say("card", "reserved")).toEqual(["charged", "declined"]);
    expect(say("parcel", "charged")).toEqual([
      "shipped",
      "not shipped",
    ]);
  });

  test("is never a refusal where something is undone", () => {
    expect(say("card", "not shipped")).toEqual([
      "refunded",
      "refunded",
    ]);
    for (const what of ["declined", "refunded"])
      expect(say("stock", what)).toEqual(["released", "released"]);
  });
});

describe("two sagas in every order", () => {
  test("who finds a flag waits, and the flag is taken away", () => {
    const locked = cases.find(
      ({ anomaly, countermeasure }) =>
        anomaly === "dirty read" && countermeasure === "semantic lock",
    );
    const found = ends(locked?.party ?? {}, start);
    expect(found.map(({ record, hands }) => [record, hands.b])).toEqual(
      [
        [{ limit: 100, pending: null }, "rejected"],
        [{ limit: 100, pending: null }, "rejected"],
      ],
    );
  });

  test("the limits at the end of all twenty", () => {
    const limits = (countermeasure: string) => {
      const one = cases.find(
        (item) =>
          item.anomaly === "lost update" &&
          item.countermeasure === countermeasure,
      );
      const found = ends(one?.party ?? {}, start);
      return new Set(found.map(({ record }) => record.limit));
    };
    expect(limits("none")).toEqual(new Set([120, 70, 150]));
    expect(limits("commutative updates")).toEqual(new Set([120]));
    expect(limits("reread value")).toEqual(new Set([120]));
    expect(limits("semantic lock")).toEqual(new Set([120]));
    expect(ends({}, start)).toEqual([start]);
    expect(anomalies({}, start)).toEqual({ orders: 1, wrong: 1 });
  });
});

describe("the engine", () => {
  const node = engine({
    workflow: orderWorkflow,
    input: "17",
    retryMs: 30,
  });
  const call = (service: string, what: string): Command => ({
    kind: "call",
    service,
    what,
  });
  const line = (command: Command, answer: Line["answer"]): Line => ({
    command,
    askedMs: 0,
    answer,
  });
  const saved = (value: readonly Line[]): Effect => ({
    kind: "persist",
    key: "journal",
    value: value as never,
  });
  const reserve = line(call("stock", "reserve"), null);
  const reserved = line(call("stock", "reserve"), { ok: "reserve" });
  const charge = line(call("card", "charge"), null);
  const ask = (one: Line, at: number, what: string) => [
    send(one.command.kind === "call" ? one.command.service : "", {
      type: "call",
      what,
      key: `17/${at}`,
      at,
    }),
    { kind: "set-timer", name: "again", afterMs: 30 },
  ];

  test("writes the question, asks; writes the answer, goes on", () => {
    const [begun, effects] = node.init(setup);
    expect(begun).toEqual({ journal: [reserve] });
    expect(effects).toEqual([
      saved([reserve]),
      ...ask(reserve, 0, "reserve"),
    ]);
    const answer = { type: "answer", at: 0, answer: { ok: "reserve" } };
    const [after, then] = node.step(begun, from("stock", answer));
    expect(after).toEqual({ journal: [reserved, charge] });
    expect(then).toEqual([
      saved([reserved]),
      saved([reserved, charge]),
      ...ask(charge, 1, "charge"),
    ]);
    // The same answer once more: it was asked twice.
    expect(node.step(after, from("stock", answer))).toEqual([
      after,
      [],
    ]);
  });

  test("writes the last answer, and asks for nothing more", () => {
    const slept = line({ kind: "sleep", forMs: 200 }, { ok: null });
    const before = [
      reserved,
      line(call("card", "charge"), { ok: "charge" }),
      slept,
    ];
    const ship = line(call("parcel", "ship"), null);
    const body = { type: "answer", at: 3, answer: { ok: "ship" } };
    const all = [...before, { ...ship, answer: body.answer }];
    expect(
      node.step({ journal: [...before, ship] }, from("parcel", body)),
    ).toEqual([{ journal: all }, [saved(all)]]);
  });

  test("asks again, and writes nothing, when nobody answers", () => {
    const open: Engine = { journal: [reserved, charge] };
    expect(node.step(open, timer("again"))).toEqual([
      open,
      ask(charge, 1, "charge"),
    ]);
    const woken = node.init({
      ...setup,
      disk: { journal: open.journal as never },
    });
    expect(woken).toEqual([open, ask(charge, 1, "charge")]);
  });

  test("an error that is no refusal is not compensated", () => {
    const run = orderWorkflow();
    run.next();
    run.next("reserve");
    expect(() => run.throw(new TypeError("a bug"))).toThrow("a bug");
    expect(run.next()).toEqual({ done: true, value: undefined });
  });

  test("a version is answered at once, and written", () => {
    const versions = engine({
      workflow: versionedWorkflow,
      input: "17",
      retryMs: 30,
    });
    const answer = { type: "answer", at: 0, answer: { ok: "reserve" } };
    const begun: Engine = { journal: [reserve] };
    const [after, effects] = versions.step(
      begun,
      from("stock", answer),
    );
    const version = line(
      { kind: "version", change: "fraud check" },
      { ok: 1 },
    );
    const check = line(call("fraud", "check"), null);
    expect(after).toEqual({ journal: [reserved, version, check] });
    expect(effects.at(-2)).toEqual(ask(check, 2, "check")[0]);
  });

  test("a journal that is longer than the code is found out", () => {
    const log = [reserved, charge, reserve];
    const at = replay(orderWorkflow, "17", log.slice(0, 2));
    expect(at).toEqual({
      kind: "waiting",
      command: charge.command,
      at: 1,
    });
    function* short(): Generator<Command, null, unknown> {
      yield reserve.command;
      return null;
    }
    expect(replay(short, "17", [reserved])).toEqual({
      kind: "done",
      result: null,
    });
    expect(replay(short, "17", [reserved, charge])).toEqual({
      kind: "non-determinism",
      at: 1,
      journal: charge.command,
      code: null,
    });
  });
});
