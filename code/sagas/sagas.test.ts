/** Paid iff shipped or refunded, whoever dies at whichever line. */
import { describe, expect, test } from "vitest";
import { swarm } from "../kernel/faults.ts";
import type { Body, Effect, Node } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import {
  doAfterUndo,
  eventLost,
  logForgotten,
  nextForwards,
  undoAgain,
} from "./broken.ts";
import {
  commandText,
  crashPoints,
  done,
  everybody,
  journalOf,
  working,
} from "./durable.scenario.ts";
import {
  type Command,
  engine,
  type Line,
  Refused,
  replay,
  type Workflow,
} from "./durable.ts";
import { anomalies, cases, ends, start } from "./isolation.ts";
import { type Orchestrator, orchestrator } from "./orchestrator.ts";
import {
  danced,
  everyCrash,
  flaws,
  led,
  type OrderOptions,
  order,
  orderSaga,
  play,
  usual,
  type Verdict,
  verdictOfDanced,
  verdictOfLed,
} from "./order.scenario.ts";
import {
  checkedWorkflow,
  orderWorkflow,
  plainWorkflow,
  service,
  versionedWorkflow,
} from "./order-workflow.ts";
import { type Participant, participant } from "./participant.ts";
import { type Entry, isWellFormed, type Log, next } from "./saga.ts";

const leaders = ["o1", "stock", "card", "parcel", "mail"];
const dancers = ["stock", "card", "parcel"];
const right = { flaws: [], isOver: true };

function crashedLed(options: OrderOptions) {
  return everyCrash(led(options), leaders, verdictOfLed);
}
function crashedDanced(options: OrderOptions) {
  return everyCrash(danced(options), dancers, verdictOfDanced);
}
const allFlaws = (verdicts: readonly Verdict[]) =>
  verdicts.flatMap((verdict) => verdict.flaws);

const done1 = (step: string): Entry => ({ step, what: "done" });
const log = (...entries: readonly string[]): Log =>
  entries.map((entry) => {
    const [step = "", what = "done"] = entry.split(" ");
    return { step, what: what as Entry["what"] };
  });

describe("the order of a saga (Garcia-Molina and Salem 1987)", () => {
  test("is T1 to Tn if nothing fails", () => {
    const names = orderSaga.map((_, at) => {
      const sofar = orderSaga
        .slice(0, at)
        .map(({ name }) => done1(name));
      const now = next(orderSaga, sofar);
      return now.kind === "do" ? now.step.name : now.kind;
    });
    expect(names).toEqual(["reserve", "charge", "ship", "receipt"]);
    const all = orderSaga.map(({ name }) => done1(name));
    expect(next(orderSaga, all)).toEqual({
      kind: "end",
      outcome: "done",
    });
  });

  /** The whole log of a saga in which this step fails. */
  function failing(at: number, decide = next): Log {
    let sofar: Log = [];
    for (let turn = 0; turn < 20; turn++) {
      const now = decide(orderSaga, sofar);
      if (now.kind === "end" || now.kind === "stuck") break;
      const { name: step } = now.step;
      const isFailing = orderSaga[at]?.name === step;
      const what =
        now.kind === "undo" ? "undone" : isFailing ? "failed" : "done";
      sofar = [...sofar, { step, what }];
    }
    return sofar;
  }

  test("is T1 to Tj, then Cj to C1, if it fails", () => {
    expect(failing(0)).toEqual(log("reserve failed"));
    expect(failing(1)).toEqual(
      log("reserve", "charge failed", "reserve undone"),
    );
    expect(failing(2)).toEqual(
      log(
        "reserve",
        "charge",
        "ship failed",
        "charge undone",
        "reserve undone",
      ),
    );
    expect(next(orderSaga, failing(2))).toEqual({
      kind: "end",
      outcome: "undone",
    });
  });

  test("forwards instead of backwards is another order", () => {
    expect(failing(2, nextForwards)).toEqual(
      log(
        "reserve",
        "charge",
        "ship failed",
        "reserve undone",
        "charge undone",
      ),
    );
  });

  test("undoes what may have been done too", () => {
    const now = next(orderSaga, log("reserve", "charge unknown"));
    expect(now).toMatchObject({
      kind: "undo",
      step: { name: "charge" },
    });
  });

  test("waits for an operator where it is stuck", () => {
    const stuck = log("reserve", "charge failed", "reserve stuck");
    expect(next(orderSaga, stuck)).toMatchObject({ kind: "stuck" });
  });

  test("has compensatable steps, one pivot, retriable steps (Richardson)", () => {
    const made = (...kinds: readonly string[]) =>
      isWellFormed(
        kinds.map((kind) => ({
          name: kind,
          service: "s",
          kind: kind as "pivot",
        })),
      );
    expect(isWellFormed(orderSaga)).toBe(true);
    expect(made("compensatable", "compensatable")).toBe(true);
    expect(made("retriable", "retriable")).toBe(true);
    expect(made("pivot", "compensatable")).toBe(false);
    expect(made("retriable", "pivot")).toBe(false);
    expect(made("pivot", "pivot")).toBe(false);
  });
});

describe("a crash at every line of every node", () => {
  const refusals = [null, "stock", "card", "parcel"];

  test.each(refusals)("led: all is well if %s refuses", (refusing) => {
    const verdicts = crashedLed({ seed: 1, refusing });
    expect(verdicts.length).toBeGreaterThan(10);
    for (const verdict of verdicts)
      expect(verdict).toMatchObject(right);
    const shipped = verdicts.map(
      ({ books }) => books.parcel?.done ?? 0,
    );
    expect(new Set(shipped)).toEqual(
      new Set([refusing === null ? 1 : 0]),
    );
  });

  test.each(refusals)(
    "danced: all is well if %s refuses",
    (refusing) => {
      const verdicts = crashedDanced({ seed: 1, refusing });
      expect(verdicts.length).toBeGreaterThan(50);
      for (const verdict of verdicts)
        expect(verdict).toMatchObject(right);
      const shipped = verdicts.map(
        ({ books }) => books.parcel?.done ?? 0,
      );
      expect(new Set(shipped)).toEqual(
        new Set([refusing === null ? 1 : 0]),
      );
    },
  );

  test("a compensation that is not idempotent refunds twice", () => {
    const options = { seed: 1, refusing: "parcel", serve: undoAgain };
    expect(play(led(options), null).sim.isUp("card")).toBe(true);
    expect(verdictOfLed(play(led(options), null).sim)).toMatchObject(
      right,
    );
    const found = allFlaws(crashedLed(options));
    expect(found).toContain("card undone too often");
  });

  test("a forgotten log leaves an order between two states", () => {
    const verdicts = crashedLed({
      seed: 1,
      refusing: "parcel",
      lead: logForgotten,
    });
    const open = verdicts.filter(({ isOver }) => !isOver);
    expect(allFlaws(open)).toContain("card, but no parcel");
  });

  test("an event that is told once leaves an order between two states", () => {
    const options = { seed: 1, refusing: "parcel", dance: eventLost };
    expect(
      verdictOfDanced(play(danced(options), null).sim),
    ).toMatchObject(right);
    const found = allFlaws(crashedDanced(options));
    expect(found).toContain("card, but no parcel");
  });
});

describe("storms: messages lost, doubled and late, nodes that crash", () => {
  const storm = (seed: number, nodes: readonly string[]) => {
    const kinds = [
      "crash",
      "crash-between-effects",
      "halves",
      "one-way",
      "pause",
      "slow",
    ] as const;
    return swarm(seed, {
      nodes,
      kinds,
      untilMs: 700,
      pauseMsMax: 40,
      faultMsMax: 60,
    });
  };
  const refusing = (seed: number) =>
    [null, "stock", "card", "parcel"][seed % 4] ?? null;

  test.each(seeds(25))("led, seed %i", (seed) => {
    const change = { attemptsMax: 6, undoAttemptsMax: 1000 };
    const run = led({ seed, refusing: refusing(seed), change });
    const sim = simulate({ ...run.options, ...storm(seed, leaders) });
    sim.runUntil(2500);
    const { logs } = sim.state<Orchestrator>("o1");
    // The client may have given up before anybody heard it.
    if (logs[order] !== undefined)
      expect(verdictOfLed(sim)).toMatchObject(right);
    else expect(verdictOfLed(sim).flaws).toEqual([]);
  });

  // The pivot was given up as unknown, after the parcel had left.
  const found = [188];

  test.each(found)("led, an old seed %i", (seed) => {
    const change = { attemptsMax: 6, undoAttemptsMax: 1000 };
    const run = led({ seed, refusing: refusing(seed), change });
    const sim = simulate({ ...run.options, ...storm(seed, leaders) });
    sim.runUntil(2500);
    expect(verdictOfLed(sim)).toMatchObject(right);
  });

  test.each(seeds(25))("danced, seed %i", (seed) => {
    const run = danced({ seed, refusing: refusing(seed) });
    const sim = simulate({ ...run.options, ...storm(seed, dancers) });
    sim.runUntil(2500);
    expect(verdictOfDanced(sim)).toMatchObject(right);
  });

  test.each(seeds(25))("a workflow, seed %i", (seed) => {
    const { options } = working(
      seed,
      orderWorkflow,
      seed % 2 === 0 ? ["ship"] : [],
    );
    const sim = simulate({ ...options, ...storm(seed, everybody) });
    sim.runUntil(2500);
    expect(done(sim)).toEqual(
      seed % 2 === 0
        ? ["reserve", "release", "charge", "refund"]
        : ["reserve", "charge", "ship"],
    );
  });
});

describe("a step that was given up", () => {
  /** The question to charge comes much later than anybody waits. */
  const late = (
    serve?: (node: Node<Participant>) => Node<Participant>,
  ) => {
    const network = {
      delayMs: { kind: "constant", ms: 3 },
      fate: ({ body }: { readonly body: Body }) =>
        body.type === "do" && body.step === "charge" ? 400 : undefined,
    } as const;
    const change = { attemptsMax: 2 };
    const asIs = serve === undefined ? {} : { serve };
    const run = led({
      seed: 1,
      refusing: null,
      change,
      network,
      ...asIs,
    });
    const { sim } = play(run, null);
    const [found = []] = Object.values(
      sim.state<Orchestrator>("o1").logs,
    );
    return { verdict: verdictOfLed(sim), found };
  };

  test("is undone before it comes, and refused when it comes", () => {
    const { verdict, found } = late();
    expect(found).toEqual(
      log(
        "reserve",
        "charge unknown",
        "charge undone",
        "reserve undone",
      ),
    );
    expect(verdict).toMatchObject(right);
    expect(verdict.books.card).toEqual({ done: 0, undone: 0 });
  });

  test("is done for ever if the service forgot that it undid it", () => {
    expect(late(doAfterUndo).verdict.flaws).toEqual([
      "card, but no parcel",
    ]);
  });

  test.each(["parcel", "mail"])(
    "the pivot, and what is behind it, is never given up: %s",
    (service) => {
      const network = {
        delayMs: { kind: "constant", ms: 3 },
        fate: ({ dest }: { readonly dest: string }, nowMs: number) =>
          dest === service && nowMs < 600 ? "lose" : undefined,
      } as const;
      const change = { attemptsMax: 2 };
      const run = led({ seed: 1, refusing: null, change, network });
      expect(verdictOfLed(play(run, null).sim)).toMatchObject({
        ...right,
        books: { mail: { done: 1, undone: 0 } },
      });
    },
  );
});

describe("a compensation that fails", () => {
  test("is asked for until it is done", () => {
    const run = led({ seed: 1, refusing: "parcel", undoesFromMs: 400 });
    expect(verdictOfLed(play(run, null).sim)).toMatchObject(right);
  });

  test("is left to an operator after so many attempts, who has it tried again", () => {
    const change = { undoAttemptsMax: 3 };
    const options = { seed: 1, refusing: "parcel", change };
    const { sim } = play(led({ ...options, undoesFromMs: 400 }), null);
    expect(verdictOfLed(sim)).toMatchObject({
      flaws: ["stock, but no parcel", "card, but no parcel"],
      isOver: false,
    });
    const asked = sim.trace.filter(
      (event) =>
        event.kind === "send" &&
        event.message.body.type === "undo" &&
        event.message.dest === "card",
    );
    expect(asked.length).toBe(4);
    sim.runUntil(450);
    const body = { type: "operator", order };
    sim.inject({ src: "c1", dest: "o1", body });
    sim.runFor(100);
    expect(verdictOfLed(sim)).toMatchObject(right);
  });
});

describe("the orchestrator", () => {
  const node = orchestrator({ ...usual, attemptsMax: 2 });
  const setup = { id: "o1", peers: [], disk: {}, nowMs: 0, dice: 1 };
  const hear = (state: Orchestrator, body: Body) =>
    node.step(state, {
      event: {
        kind: "message",
        message: { src: "x", dest: "o1", body },
      },
      nowMs: 0,
      dice: 1,
    });
  const kinds = (effects: readonly Effect[]) =>
    effects.map(({ kind }) => kind);

  test("writes its log before it asks, and each order down once", () => {
    const [empty] = node.init(setup);
    const ask = { type: "order", order, msg_id: 1 };
    const [begun, effects] = hear(empty, ask);
    expect(kinds(effects)).toEqual([
      "persist",
      "send",
      "send",
      "set-timer",
    ]);
    const [same, again] = hear(begun, ask);
    expect(same).toEqual(begun);
    expect(kinds(again)).toEqual(["send"]);
  });

  test("hears no answer but to its present question", () => {
    const [empty] = node.init(setup);
    const [begun] = hear(empty, { type: "order", order });
    const answer = { order, step: "reserve", what: "done" };
    for (const body of [
      { ...answer, type: "undo_ok" },
      { ...answer, type: "do_ok", step: "charge" },
    ])
      expect(hear(begun, body)).toEqual([begun, []]);
    const [done, effects] = hear(begun, { ...answer, type: "do_ok" });
    expect(done.logs[order]).toEqual(log("reserve"));
    expect(kinds(effects)).toEqual(["persist", "send", "set-timer"]);
  });

  test("gives a step up after so many repetitions, exactly", () => {
    const [empty] = node.init(setup);
    let [state] = hear(empty, { type: "order", order });
    const logs = [1, 2, 3].map(() => {
      [state] = node.step(state, {
        event: { kind: "timer", name: order },
        nowMs: 0,
        dice: 1,
      });
      return state.logs[order];
    });
    expect(logs).toEqual([[], [], log("reserve unknown")]);
  });
});

describe("a participant", () => {
  const node = participant({ refuses: ["no"], undoesFromMs: 50 });
  const ask = (
    state: Participant,
    type: string,
    order: string,
    nowMs: number,
  ) =>
    node.step(state, {
      event: {
        kind: "message",
        message: { src: "o1", dest: "s", body: { type, order } },
      },
      nowMs,
      dice: 1,
    });
  const what = ([, effects]: readonly [unknown, readonly Effect[]]) =>
    effects.flatMap((effect) =>
      effect.kind === "send" ? [effect.body.what] : [],
    );

  test("answers each time as it did the first time", () => {
    const [empty] = node.init({
      id: "s",
      peers: [],
      disk: {},
      nowMs: 0,
      dice: 1,
    });
    const first = ask(empty, "do", "a", 0);
    const again = ask(first[0], "do", "a", 0);
    expect([what(first), what(again)]).toEqual([["done"], ["done"]]);
    expect(again[0]).toEqual(first[0]);
    const no = ask(empty, "do", "no", 0);
    expect([what(no), what(ask(no[0], "do", "no", 0))]).toEqual([
      ["failed"],
      ["failed"],
    ]);
    expect(no[0].book).toEqual([]);
    expect(what(ask(first[0], "undo", "a", 49))).toEqual([]);
    const undone = ask(first[0], "undo", "a", 50);
    expect(undone[0].book.map((entry) => entry.what)).toEqual([
      "do",
      "undo",
    ]);
    expect(ask(undone[0], "undo", "a", 50)[0]).toEqual(undone[0]);
    expect(what(ask(undone[0], "do", "a", 50))).toEqual(["failed"]);
  });

  test("the invariant sees each flaw", () => {
    const books = (card: readonly [number, number], parcel: number) => {
      const [done, undone] = card;
      return {
        card: { done, undone },
        stock: { done: parcel, undone: 0 },
        parcel: { done: parcel, undone: 0 },
      };
    };
    expect(flaws(books([1, 0], 1))).toEqual([]);
    expect(flaws(books([1, 1], 0))).toEqual([]);
    expect(flaws(books([1, 0], 0))).toEqual(["card, but no parcel"]);
    expect(flaws(books([1, 1], 1))).toEqual(["parcel, but no card"]);
    expect(flaws(books([2, 1], 1))).toEqual(["card twice"]);
    expect(flaws(books([1, 2], 0))).toEqual([
      "card undone too often",
      "parcel, but no card",
    ]);
  });
});

describe("sagas are not isolated (Richardson, countermeasures)", () => {
  const found = cases.map(({ anomaly, countermeasure, party }) => ({
    name: `${anomaly}, ${countermeasure}`,
    ...anomalies(party, start),
  }));

  test.each(found)("$name", ({ name, orders, wrong }) => {
    expect(orders).toBeGreaterThan(0);
    expect(wrong > 0).toBe(name.endsWith("none"));
  });

  test("every order of the steps is tried", () => {
    const idle = (world: typeof start) => world;
    expect(
      ends({ a: [idle, idle], b: [idle, idle] }, start).length,
    ).toBe(6);
    expect(found.map(({ orders }) => orders)).toEqual([
      20, 6, 20, 2, 4, 2, 2,
    ]);
    expect(found[0]?.wrong).toBe(18);
    expect(found[4]?.wrong).toBe(2);
  });
});

describe("durable execution", () => {
  test.each([
    ["shipped", [], ["reserve", "charge", "ship"]],
    [
      "undone: ship",
      ["ship"],
      ["reserve", "release", "charge", "refund"],
    ],
    ["undone: reserve", ["reserve"], []],
  ])("%s, once, at every crash", (result, refuses, expected) => {
    const run = working(1, orderWorkflow, refuses);
    const points = crashPoints(run, everybody);
    expect(points.length).toBeGreaterThan(5);
    for (const point of points) {
      const { sim } = play(run, point);
      expect(done(sim)).toEqual(expected);
      expect(at(orderWorkflow, journalOf(sim))).toEqual({
        kind: "done",
        result,
      });
    }
  });

  const ok = { ok: null };
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
  const reserved = line(call("stock", "reserve"), ok);
  const charging = line(call("card", "charge"), null);
  const charged = line(call("card", "charge"), ok);
  const at = (workflow: Workflow, journal: readonly Line[]) =>
    replay(workflow, "x", journal);

  test("a replay asks for nothing that is answered", () => {
    expect(at(plainWorkflow, [])).toMatchObject({ at: 0 });
    expect(at(plainWorkflow, [reserved])).toMatchObject({
      kind: "waiting",
      at: 1,
    });
    expect(at(plainWorkflow, [reserved, charging])).toMatchObject({
      kind: "waiting",
      at: 1,
    });
    const shipped = line(call("parcel", "ship"), ok);
    const all = [reserved, charged, shipped];
    expect(at(plainWorkflow, all)).toEqual({
      kind: "done",
      result: "shipped",
    });
  });

  test("changed code is found out, where it asks for something else", () => {
    const error = {
      kind: "non-determinism",
      at: 1,
      journal: charged.command,
      code: call("fraud", "check"),
    };
    expect(at(checkedWorkflow, [reserved, charged])).toEqual(error);
    expect(at(checkedWorkflow, [reserved, charging])).toEqual(error);
    expect(at(checkedWorkflow, [reserved])).toMatchObject({
      kind: "waiting",
    });
  });

  test("changed code is found out, where it ends too early", () => {
    function* short(): Generator<Command, null, unknown> {
      yield reserved.command;
      return null;
    }
    expect(at(short, [reserved, charged])).toMatchObject({
      kind: "non-determinism",
      at: 1,
      code: null,
    });
  });

  test("a version leads old runs the old way, and new ones the new", () => {
    const version: Command = { kind: "version", change: "fraud check" };
    for (const old of [charging, charged]) {
      const now = at(versionedWorkflow, [reserved, old]);
      expect(now.kind).toBe("waiting");
    }
    expect(at(versionedWorkflow, [reserved])).toMatchObject({
      command: version,
      at: 1,
    });
    const marked = [reserved, line(version, { ok: 1 })];
    expect(at(versionedWorkflow, marked)).toMatchObject({
      command: call("fraud", "check"),
      at: 2,
    });
    const { sim } = play(working(1, versionedWorkflow, []), null);
    expect(done(sim)).toEqual(["reserve", "check", "charge", "ship"]);
    expect(at(versionedWorkflow, journalOf(sim))).toEqual({
      kind: "done",
      result: "shipped",
    });
    expect(
      journalOf(sim).map((one) => commandText(one.command)),
    ).toContain('version of "fraud check"');
  });

  test("a refusal that nobody catches ends the run; a bug is thrown", () => {
    const refused = line(reserved.command, { failed: "sold out" });
    expect(at(plainWorkflow, [refused])).toEqual({
      kind: "failed",
      why: "sold out",
    });
    // biome-ignore lint/correctness/useYield: it fails before it asks.
    function* bug(): Generator<Command, null, unknown> {
      throw new TypeError("a bug");
    }
    expect(() => at(bug, [])).toThrow("a bug");
    function* sloppy(): Generator<Command, null, unknown> {
      yield reserved.command;
      throw new Error("late");
    }
    expect(() => at(sloppy, [reserved])).toThrow("late");
    expect(new Refused("x")).toBeInstanceOf(Error);
  });

  test("a sleep lasts no longer for a crash in it", () => {
    const run = working(1, orderWorkflow, []);
    const shippedMs = [null, { node: "e1", step: 3, effect: 0 }].map(
      (point) => {
        const { sim } = play(run, point);
        const [shipped] = sim.trace.filter(
          (event) =>
            event.kind === "deliver" &&
            event.message.body.what === "ship",
        );
        return shipped?.atMs ?? 0;
      },
    );
    const sleep: Command = { kind: "sleep", forMs: 200 };
    const asleep = [reserved, charged, line(sleep, null)];
    const node = engine({
      workflow: orderWorkflow,
      input: "x",
      retryMs: 30,
    });
    const journal = asleep.map((one) => ({ ...one, askedMs: 100 }));
    const woken = [250, 300, 400].map((nowMs) => {
      const [state, effects] = node.init({
        id: "e1",
        peers: [],
        disk: { journal },
        nowMs,
        dice: 1,
      });
      const timer = { kind: "timer", name: "again" } as const;
      const [after] = node.step(state, {
        event: timer,
        nowMs,
        dice: 1,
      });
      return { effects, lines: after.journal.length };
    });
    expect(woken).toEqual([
      {
        effects: [{ kind: "set-timer", name: "again", afterMs: 50 }],
        lines: 3,
      },
      {
        effects: [{ kind: "set-timer", name: "again", afterMs: 0 }],
        lines: 4,
      },
      {
        effects: [{ kind: "set-timer", name: "again", afterMs: 0 }],
        lines: 4,
      },
    ]);
    expect(shippedMs[0]).toBeGreaterThan(200);
    // The restart is later than the end of the sleep, by little or not.
    expect(shippedMs[1]).toBeGreaterThanOrEqual(shippedMs[0] ?? 0);
  });

  test("the nodes are pure", () => {
    const { options } = working(1, orderWorkflow, ["ship"]);
    const sim = simulate({ ...options, checkPurity: true });
    sim.runUntil(500);
    const run = led({ seed: 1, refusing: "card" });
    const other = simulate({ ...run.options, checkPurity: true });
    other.runUntil(500);
    const third = danced({ seed: 1, refusing: "parcel" });
    const dance = simulate({ ...third.options, checkPurity: true });
    dance.runUntil(500);
    expect(sim.steps).toBeGreaterThan(5);
    expect(other.steps).toBeGreaterThan(5);
    expect(dance.steps).toBeGreaterThan(5);
    expect(service([]).init).toBeTypeOf("function");
  });
});
