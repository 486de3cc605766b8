/** Charged once: at every crash, and under two requests at a time. */
import { describe, expect, test } from "vitest";
import { swarm } from "../kernel/faults.ts";
import { simulate } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import { anyPayload, checkThenInsert } from "./broken.ts";
import { play } from "./crash-points.scenario.ts";
import { type Ledger, ledger, ledgerOptions } from "./ledger.ts";
import {
  consequences,
  ordering,
  silenceMs,
  ways,
  withWindow,
} from "./outbox.scenario.ts";
import { payer } from "./payer.ts";
import {
  everyCrash,
  keyOptions,
  type PaymentOptions,
  payerOptions,
  payment,
  type Setup,
  setups,
  verdict,
} from "./payment.scenario.ts";
import type { Provider } from "./provider.ts";
import type { Store } from "./store.ts";
import { sides, tally } from "./triangle.scenario.ts";

function setup(at: number): Setup {
  const found = setups[at];
  if (found === undefined) throw new Error(`no setup ${at}`);
  return found;
}
const fresh = setup(0);
const again = setup(1);
const park = setup(2);
const right = setup(3);

describe("a crash at every line of server, database and provider", () => {
  test("charges once if the provider knows the key too", () => {
    const runs = everyCrash(1, right);
    expect(runs.length).toBeGreaterThan(15);
    for (const run of runs) {
      expect(run).toEqual({
        charged: 1,
        booked: 1,
        outcome: { payment: 1 },
      });
    }
  });

  test("charges twice somewhere if the provider knows no keys", () => {
    const charged = everyCrash(1, again).map((run) => run.charged);
    expect(charged).toContain(2);
    expect(charged).not.toContain(0);
  });

  test("never twice, but sometimes unsure, if it is left to a human", () => {
    const runs = everyCrash(1, park);
    const charged = runs.map((run) => run.charged);
    expect(charged).toContain(0);
    expect(charged).not.toContain(2);
    for (const run of runs) {
      const isUnsure = run.outcome === "ASK_A_HUMAN";
      expect(isUnsure || run.charged === 1).toBe(true);
      expect(run.booked).toBe(isUnsure ? 0 : 1);
    }
  });

  test("charges twice with a new key for each attempt", () => {
    const charged = everyCrash(1, fresh).map((run) => run.charged);
    expect(charged).toContain(2);
  });
});

describe("in a storm, then calm", () => {
  test.each(seeds(20))("the charge is done once, seed %i", (seed) => {
    const nodes = ["w1", "w2", "s1", "v1"];
    const untilMs = 1500;
    const weather = swarm(seed, {
      nodes,
      untilMs,
      pauseMsMax: 100,
      faultMsMax: 200,
    });
    const attemptsMax = 60;
    const c1 = payer({ ...payerOptions, attemptsMax });
    const run = payment({ seed, setup: right, clients: { c1 } });
    const sim = simulate({
      ...run.options,
      ...weather,
      seed,
      keepTrace: false,
    });
    sim.runUntil(6000);
    expect(verdict(sim)).toEqual({
      charged: 1,
      booked: 1,
      outcome: { payment: 1 },
    });
  });
});

describe("two requests at the same time", () => {
  const other = (amount: number) =>
    payer({
      ...payerOptions,
      targets: ["w2"],
      charge: { account: "ada", amount },
    });
  const both = (amount: number, more: Partial<PaymentOptions>) => {
    const clients = { c1: payer(payerOptions), c2: other(amount) };
    const options = { seed: 1, setup: again, clients, ...more };
    return play(payment(options), null).sim;
  };
  const paid = (sim: ReturnType<typeof both>) =>
    sim.state<Provider>("v1").payments.length;

  test("with one key charge once; the second hears: in progress", () => {
    const sim = both(40, {});
    expect(paid(sim)).toBe(1);
    const texts = sim.trace.flatMap((event) =>
      event.kind === "deliver" && event.message.dest === "c2"
        ? [event.message.body.text ?? event.message.body.response]
        : [],
    );
    expect(texts).toEqual(["IN_PROGRESS", { payment: 1 }]);
  });

  test("charge twice if claiming is looking and then inserting", () => {
    expect(paid(both(40, { wrap: checkThenInsert }))).toBe(2);
  });

  test("with one key and two payloads: the second is refused", () => {
    const sim = both(70, {});
    expect(paid(sim)).toBe(1);
    expect(sim.state("c2")).toMatchObject({ outcome: "KEY_REUSED" });
  });

  test("told as done though never done, if any payload will do", () => {
    const sim = both(70, { wrap: anyPayload });
    expect(paid(sim)).toBe(1);
    expect(sim.state("c2")).toMatchObject({ outcome: { payment: 1 } });
  });
});

describe("a key that is forgotten before the last retry", () => {
  const late = (keepMs: number) => {
    const clients = {
      c1: payer(payerOptions),
      c2: payer({ ...payerOptions, targets: ["w2"], startMs: 500 }),
    };
    const keys = { ...keyOptions, keepMs };
    const run = payment({ seed: 1, setup: again, clients, keys });
    return play(run, null).sim.state<Store>("s1").orders.length;
  };

  test("lets it be done again", () => {
    expect(late(200)).toBe(2);
    expect(late(600)).toBe(1);
  });
});

describe("a worker that was overtaken", () => {
  const pausedAt = (atMs: number, by: Setup) => {
    const run = payment({
      seed: 1,
      setup: by,
      faults: [{ atMs, kind: "pause", node: "w1", forMs: 300 }],
    });
    return play(run, null).sim;
  };

  test.each([24, 26])("says and books nothing, %i ms", (atMs) => {
    const sim = pausedAt(atMs, right);
    expect(verdict(sim)).toEqual({
      charged: 1,
      booked: 1,
      outcome: { payment: 1 },
    });
    const answers = sim.trace.filter(
      (event) =>
        event.kind === "send" &&
        event.message.body.type === "charge_ok",
    );
    expect(answers.length).toBe(1);
  });

  test("paused before it asks, it asks the provider on waking", () => {
    const asked = pausedAt(24, right).trace.flatMap((event) =>
      event.kind === "send" && event.message.body.type === "pay"
        ? [event.message.src]
        : [],
    );
    expect(asked).toEqual(["w2", "w1"]);
    expect(verdict(pausedAt(24, again)).charged).toBe(2);
  });
});

describe("the Effectively-Once Triangle", () => {
  const at = (name: string) => {
    const side = sides.find((other) => other.name === name);
    if (side === undefined) throw new Error(`no side ${name}`);
    return tally(1, side);
  };

  test("with all three: once, whatever happens", () => {
    const { runs, once } = at("all three");
    expect(once).toBe(runs);
    expect(runs).toBe(5);
  });

  test("no replay: never, where the request or the server is lost", () => {
    expect(at("no replay")).toMatchObject({ never: 2, twice: 0 });
  });

  test("no dedup: twice, where only the answer was lost", () => {
    expect(at("no dedup")).toMatchObject({ never: 0, twice: 2 });
  });

  test("not atomic: twice or never, by which of the two comes first", () => {
    const effectFirst = at("not atomic, effect first");
    expect(effectFirst).toMatchObject({ never: 0, twice: 1 });
    const recordFirst = at("not atomic, record first");
    expect(recordFirst).toMatchObject({ never: 1, twice: 0 });
  });
});

describe("the ledger, whose effect is in its own database", () => {
  const sim = () =>
    simulate({
      seed: 1,
      nodes: { l1: ledger(ledgerOptions) },
      checkPurity: true,
    });
  const charge = { account: "ada", amount: 40 };
  const ask = (run: ReturnType<typeof sim>, body: object) => {
    const before = run.trace.length;
    const message = { type: "charge", msg_id: 1, ...body };
    run.inject({ src: "c1", dest: "l1", body: message });
    run.runFor(20);
    const reply = run.trace
      .slice(before)
      .find((e) => e.kind === "send" && e.message.src === "l1");
    return reply?.kind === "send" ? reply.message.body : null;
  };

  test("answers a known key as the first time, over a crash too", () => {
    const run = sim();
    const first = ask(run, { key: "a", charge });
    expect(first).toMatchObject({ response: { receipt: 1 } });
    ask(run, { key: "b", charge });
    run.apply({ kind: "crash", node: "l1" });
    run.apply({ kind: "restart", node: "l1" });
    expect(ask(run, { key: "a", charge })).toEqual(first);
    expect(run.state<Ledger>("l1").charges.length).toBe(2);
  });

  test("refuses a key that comes with another charge", () => {
    const run = sim();
    ask(run, { key: "a", charge });
    const other = { ...charge, amount: 41 };
    expect(ask(run, { key: "a", charge: other })).toMatchObject({
      code: 12,
      text: "KEY_REUSED",
    });
    expect(run.state<Ledger>("l1").charges).toEqual([charge]);
  });

  test("does not answer what it does not know", () => {
    expect(ask(sim(), { type: "hello" })).toBe(null);
  });
});

describe("an order in two systems", () => {
  const of = (name: string) => {
    const way = ways.find((other) => other.name === name);
    if (way === undefined) throw new Error(`no way ${name}`);
    return consequences(1, way);
  };

  test("database first, a crash loses the message", () => {
    expect(of("database, then queue")).toContain("lost");
    expect(of("database, then queue")).not.toContain("invented");
  });

  test("queue first, a crash invents an order that nobody has", () => {
    expect(of("queue, then database")).toContain("invented");
  });

  test("the outbox loses nothing and invents nothing, but repeats", () => {
    const found = new Set(of("outbox, no inbox"));
    expect(found).toEqual(new Set(["right", "twice"]));
  });

  test("outbox and inbox: one order, one parcel, at every crash", () => {
    const found = of("outbox and inbox");
    expect(found.length).toBeGreaterThan(50);
    expect(new Set(found)).toEqual(new Set(["right"]));
  });

  test("an order that is asked for twice is one order", () => {
    const way = ways[3];
    if (way === undefined) throw new Error("no way");
    const { sim } = play(ordering(1, way), null);
    const body = { type: "order", order: "order-17", msg_id: 9 };
    sim.inject({ src: "c1", dest: "s1", body });
    sim.runFor(500);
    expect(sim.state("s1")).toMatchObject({
      orders: ["order-17"],
      outbox: [],
    });
    expect(sim.state("i1")).toMatchObject({ shipped: ["order-17"] });
    expect(sim.state("q1")).toEqual({ waiting: [] });
  });
});

test("ids forgotten before the last delivery let it take effect again", () => {
  expect(withWindow(1, silenceMs / 8)).toBeGreaterThan(1);
  expect(withWindow(1, silenceMs + 40)).toBe(1);
});
